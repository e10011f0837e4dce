//! The cameras of the gate.
//!
//! Each camera is decoded by a **child process** of the agent's own binary ([`worker_main`]), because
//! `VideoCapture` may block for ever and its libraries leak on bad links: a child can be killed. The
//! [`supervisor`] starts it, keeps the newest frame in a one-slot mailbox, kills it when it stalls or
//! grows, starts it again, and judges by each picture whether the camera can see ([`health`]).
//!
//! ```text
//! camera --RTSP--> worker (child): grab all, decode, keep the newest --pipe--> supervisor --watch--> looks
//! ```
//!
//! Latest frame wins at every step: nothing is ever queued.

pub mod config;
pub mod frame;
pub mod health;
pub mod jpeg;
mod order;
pub mod state;
pub mod supervisor;
mod worker;

pub use config::{CameraConfig, ConfigProblem};
pub use frame::Frame;
pub use health::{Aim, AimError, Measures};
pub use state::{Activity, CameraFault, CameraState, FaultCode};
pub use supervisor::{Camera, CameraOrder, Rate, WorkerProgram, start};
pub use worker::worker_main;
