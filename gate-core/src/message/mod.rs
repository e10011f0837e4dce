//! All that passes between the edge and the centre. Neither binary knows the other's insides; this
//! module is the whole contract, with its JSON Schema generated from the types (`schema`).
//!
//! Every message travels in a signed [`envelope::Envelope`] on a [`topic::Topic`]. A reader ignores
//! unknown fields and refuses an unknown major version of the payload type.

pub mod ack;
pub mod command;
pub mod enrol;
pub mod envelope;
pub mod event;
pub mod exchange;
pub mod schema;
pub mod snapshot;
pub mod status;
pub mod topic;
