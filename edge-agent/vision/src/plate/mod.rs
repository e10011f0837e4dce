//! Plates: found with four corners, laid flat, read slot by slot.

pub(crate) mod choose;
pub(crate) mod closer;
pub(crate) mod detect;
pub mod facts;
pub(crate) mod line;
pub(crate) mod read;
pub(crate) mod rectify;
pub mod slots;

pub use facts::Facts;
pub use slots::{Heads, Slots};
