//! A simulated lane as an edge is wired to it: made from the committed example of its barrier, so that the examples
//! are what the tests drive.

use std::io;
use std::path::{Path, PathBuf};

use crate::plant::BoomTimes;
use crate::site::{BarrierKind, Found, Lane, LaneSetup, Place};

/// How an edge reaches the devices of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A TCP port each, any that is free: Modbus TCP, or bare bytes for what is not Modbus.
    Tcp,
    /// A new pty each.
    Pty,
}

impl Way {
    /// A place of this way that nothing else has.
    #[must_use]
    pub fn place(self) -> Place {
        match self {
            Self::Tcp => Place::Tcp(([127, 0, 0, 1], 0).into()),
            Self::Pty => Place::Pty(PathBuf::new()),
        }
    }
}

impl LaneSetup {
    /// The lane `in-1` with the devices that the committed example of its barrier has, all reached one way; nobody
    /// lowers its boom by himself, and answers come at once.
    #[must_use]
    pub fn of_example(barrier: BarrierKind, way: Way, boom: BoomTimes) -> Self {
        let relays = barrier == BarrierKind::Relays;
        Self {
            name: "in-1".to_owned(),
            barrier,
            board: way.place(),
            controller: (!relays).then(|| way.place()),
            display: relays.then(|| way.place()),
            boom,
            closes_by_itself_ms: None,
            pace_baud: None,
        }
    }
}

impl BarrierKind {
    /// Its committed example under `firmware-config/lanes`.
    const fn example(self) -> &'static str {
        match self {
            Self::Relays => "example.toml",
            Self::Came => "example-came.toml",
            Self::SimpleRs485 => "example-simple-rs485.toml",
        }
    }
}

impl Lane {
    /// The text of its wiring file: the example with this lane's name and the places where its devices answer.
    /// `profiles` is the folder `firmware-config`.
    ///
    /// # Errors
    /// When the example cannot be read, or names a bus whose device this lane does not have.
    pub fn wiring(&self, profiles: &Path) -> io::Result<String> {
        let path = profiles.join("lanes").join(self.barrier.example());
        let text = std::fs::read_to_string(&path)
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}; the folder is firmware-config", path.display())))?;
        let mut section = "";
        let mut lines = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('[') {
                section = name.split(']').next().unwrap_or_default();
            }
            let port = match section {
                "bus.barrier" | "bus.board" => Some(("board", true)),
                "bus.controller" => Some(("controller", self.barrier == BarrierKind::Came)),
                "bus.display" => Some(("display", false)),
                _ => None,
            };
            lines.push(match port {
                Some((port, modbus)) if line.contains(" = ") => self.bus(port, modbus)?,
                _ if line.starts_with("lane = ") => format!("lane = \"{}\"", self.name),
                _ => line.to_owned(),
            });
        }
        Ok(lines.join("\n"))
    }

    fn bus(&self, port: &str, modbus: bool) -> io::Result<String> {
        match self.places.get(port) {
            Some(Found::Tcp(address)) if modbus => Ok(format!("modbus_tcp = \"{address}\"")),
            Some(Found::Tcp(address)) => Ok(format!("serial_over_tcp = \"{address}\"")),
            Some(Found::Pty(path)) => Ok(format!("serial = \"{}\"", path.display())),
            None => Err(io::Error::other(format!("lane {} has no {port}, which its example is wired to", self.name))),
        }
    }
}
