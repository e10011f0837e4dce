//! Texts for the driver.

use std::time::Duration;

use tokio::sync::mpsc;

use super::{NotAccepted, Shared, Station};
use crate::bus::{Terms, Urgency, Work};
use crate::codec::display::{Command, Frame};

/// A text that waited longer is not shown: a newer one follows.
const PATIENCE: Duration = Duration::from_secs(2);

/// A text on its way.
#[derive(Clone, Debug)]
pub(super) struct Text {
    station: Station,
    /// The line, from 1.
    line: u8,
    text: String,
}

impl Text {
    /// Checks that the display can show it.
    pub fn new(shared: &Shared, device: Option<&str>, line: u8, text: &str) -> Result<Self, NotAccepted> {
        let station = device.and_then(|d| shared.station(d)).ok_or(NotAccepted::NotWired { what: "display" })?;
        let lines = station.wired.profile.display.as_ref().map_or(0, |d| d.lines);
        if line > lines {
            return Err(NotAccepted::Text(format!("line {line} does not exist: the display has {lines}")));
        }
        Frame::text(0, station.wired.unit, Command::TemporaryText, line, text)
            .map_err(|e| NotAccepted::Text(e.to_string()))?;
        Ok(Self { station: station.clone(), line, text: text.to_owned() })
    }
}

/// Shows texts one after the other.
pub(super) async fn run(shared: Shared, mut texts: mpsc::Receiver<Text>) {
    let mut seq = 0u8;
    while let Some(Text { station, line, text }) = texts.recv().await {
        let terms = Terms { urgency: Urgency::Background, timeout: station.timeout(), patience: Some(PATIENCE) };
        seq = seq.wrapping_add(1);
        let Ok(frame) = Frame::text(seq, station.wired.unit, Command::TemporaryText, line, &text) else {
            continue;
        };
        if let Err(error) = station.bus.ask(station.wired.unit, Work::Frame(frame.encode()), terms).await {
            shared.trouble(&error).await;
        }
    }
}
