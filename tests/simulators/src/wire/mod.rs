//! Frames on the wire, as a device sees them: Modbus RTU, Modbus TCP, and the faults a line can have.
//! Written apart from the driver's library, so that a mistake of one shows at the other.

mod fault;
mod framing;
mod serve;

pub use fault::{WireFault, WireFaultKind};
pub use framing::{Framing, Request};
pub use serve::{Answers, Port, serve_pty, serve_tcp};
