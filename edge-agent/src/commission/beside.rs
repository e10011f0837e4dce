//! The devices of a lane that move nothing: what a weighbridge shows, which tags an RFID reader hears.

use std::io;

use gate_barrier::bus::once;
use gate_barrier::profile::DeviceKind;
use gate_barrier::wiring::{LaneWiring, WiredDevice};

use crate::lane::tags::TagReader;

/// What each of them says now, in words, or what is wrong; by its name in the wiring.
pub async fn beside(wiring: &LaneWiring) -> Vec<(String, io::Result<String>)> {
    let mut said = Vec::new();
    for (name, device) in &wiring.devices {
        match device.profile.kind {
            DeviceKind::Weighbridge => said.push((name.clone(), weighs(wiring, device).await)),
            DeviceKind::RfidReader => said.push((name.clone(), hears(wiring, device).await)),
            _ => {}
        }
    }
    said
}

async fn weighs(wiring: &LaneWiring, device: &WiredDevice) -> io::Result<String> {
    let checksum = device.profile.weighbridge.as_ref().is_none_or(|w| w.checksum);
    let endpoint = wiring.buses.get(&device.bus).ok_or_else(|| io::Error::other("it has no bus"))?;
    let reading = once::weigh(endpoint, checksum, device.profile.line.timeout()).await?;
    Ok(match reading.weight() {
        Some(grams) => {
            let (sign, grams) = (if grams < 0 { "-" } else { "" }, grams.unsigned_abs());
            let what = if reading.net { "net" } else { "gross" };
            format!("{sign}{}.{:03} kg {what}, stable", grams / 1000, grams % 1000)
        }
        None if reading.overload => "out of its range: no weight".to_owned(),
        None => "it moves: no weight".to_owned(),
    })
}

async fn hears(wiring: &LaneWiring, device: &WiredDevice) -> io::Result<String> {
    let tags = TagReader::wired(wiring, device)?.heard().await?;
    Ok(match tags.len() {
        0 => "no tag".to_owned(),
        count => format!("{count} tag(s): {}", tags.join(" ")),
    })
}
