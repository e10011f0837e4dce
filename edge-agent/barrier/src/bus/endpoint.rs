//! Where a bus is: a serial port, or a TCP address.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::profile::LineProfile;

/// Where a bus is and what is spoken there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A serial port, by a name that survives re-plugging (`/dev/serial/by-id/...`).
    Serial {
        /// The device file.
        path: PathBuf,
        /// How it is set.
        line: LineProfile,
    },
    /// A Modbus TCP server.
    ModbusTcp {
        /// Its address.
        address: SocketAddr,
    },
    /// A converter that passes a serial line's bytes through TCP as they are.
    SerialOverTcp {
        /// Its address.
        address: SocketAddr,
        /// How the line behind it is set, for the silence between frames.
        line: LineProfile,
    },
}

impl Endpoint {
    /// The line that sets the silence between frames; `None` where frames carry their own number.
    #[must_use]
    pub const fn line(&self) -> Option<&LineProfile> {
        match self {
            Self::Serial { line, .. } | Self::SerialOverTcp { line, .. } => Some(line),
            Self::ModbusTcp { .. } => None,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial { path, .. } => write!(f, "{}", path.display()),
            Self::ModbusTcp { address } => write!(f, "tcp:{address}"),
            Self::SerialOverTcp { address, .. } => write!(f, "serial over tcp:{address}"),
        }
    }
}
