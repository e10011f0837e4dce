//! The eyes of the gate: what stands in one picture, and what several looks say together.
//!
//! - [`picture`]: pixels, read from JPEG and PNG with their EXIF rotation
//! - [`manifest`], [`signature`], [`runtime`]: the models, checked by SHA-256, who vouches for them, and the
//!   library that runs them
//! - [`vehicle`], [`plate`], [`container`]: what is found and read
//! - [`grammar`]: the grammars of both countries as a prior over the reader's evidence, never a rewrite
//! - [`quality`]: why a look does not count, and how much it counts
//! - [`fuse`]: the looks of one passage, fused into one reading
//! - [`eyes`]: all of it on one picture, in one thread
//!
//! No cameras, no clocks of the gate, no lane: pictures in, looks out.

pub mod container;
pub mod error;
pub mod eyes;
pub mod fuse;
pub mod geometry;
pub mod grammar;
pub mod look;
pub mod manifest;
pub mod picture;
mod pixels;
pub mod plate;
pub mod quality;
pub mod runtime;
pub mod signature;
#[cfg(test)]
mod testing;
pub mod vehicle;

pub use error::{ModelError, VisionError};
pub use eyes::Eyes;
pub use fuse::{FusedReading, Fusion};
pub use geometry::{Area, Quad};
pub use look::{ContainerLook, LEGIBLE, Look, PlateLook, PlateText};
pub use picture::{Picture, PictureError};
pub use quality::Fate;
pub use vehicle::{BodyColor, VehicleBox};
