//! MQTT: the managed broker, the connection to it, and what central sends.

mod client;
mod managed;
mod post;
mod settings;

pub use client::{Connection, Inbound, Poll, connect};
pub use managed::{BrokerError, Managed, Reload};
pub use post::{Post, PostError};
pub use settings::write_acl;
