//! The RFID reader beside a lane. It is asked when a person wants to know, never by itself, and what it hears opens
//! nothing: it is offered as a second identity of a vehicle that could not be read.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use gate_barrier::bus::{Endpoint, once};
use gate_barrier::profile::DeviceKind;
use gate_barrier::wiring::{LaneWiring, WiredDevice};
use tokio::sync::Mutex;

/// Tags told at most: more stand in the field than belong to one vehicle.
const MAX_TAGS: usize = 8;

/// A reader; clones share its line, which one asks at a time.
#[derive(Clone, Debug)]
pub struct TagReader {
    endpoint: Endpoint,
    unit: u8,
    within: Duration,
    turn: Arc<Mutex<()>>,
}

impl TagReader {
    /// The first reader of a lane's wiring, where it has one.
    #[must_use]
    pub fn of(wiring: &LaneWiring) -> Option<Self> {
        let mut readers = wiring.devices.values().filter(|d| d.profile.kind == DeviceKind::RfidReader);
        readers.find_map(|device| Self::wired(wiring, device).ok())
    }

    /// A reader as it is wired.
    ///
    /// # Errors
    /// When the wiring does not name its bus.
    pub fn wired(wiring: &LaneWiring, device: &WiredDevice) -> io::Result<Self> {
        let endpoint = wiring.buses.get(&device.bus).ok_or_else(|| io::Error::other("it has no bus"))?;
        let within = device.profile.line.timeout();
        Ok(Self { endpoint: endpoint.clone(), unit: device.unit, within, turn: Arc::default() })
    }

    /// The tags that it hears now, hexadecimal.
    ///
    /// # Errors
    /// When it cannot be asked, says nothing in its time, or is being asked already.
    pub async fn heard(&self) -> io::Result<Vec<String>> {
        let _turn = self.turn.try_lock().map_err(|_| io::Error::other("the reader is being asked already; wait"))?;
        let tags = once::tags(&self.endpoint, self.unit, self.within).await?;
        Ok(tags.iter().take(MAX_TAGS).map(hex::encode).collect())
    }
}
