//! The edge agent's own driver with nothing above it: works the devices of one wiring file by lines on
//! standard input, and tells what they say as lines of JSON. Peers that are not ours are tested with it.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use gate_barrier::clock::Clock;
use gate_barrier::device::{DeviceEvent, LaneDevices};
use gate_barrier::wiring::LaneWiring;
use gate_core::barrier::io::{Motion, Output};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

/// Works the devices of a lane by hand. Lines: open MS, close MS, drop_stop, restore_stop, green MS, red,
/// show LINE TEXT.
#[derive(Debug, Parser)]
struct Arguments {
    /// The lane's wiring.
    #[arg(value_name = "LANE.toml")]
    wiring: PathBuf,
    /// The device profiles.
    #[arg(long, default_value = "firmware-config")]
    profiles: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let wiring = LaneWiring::load(&arguments.wiring, &arguments.profiles)?;
    let (devices, mut events) = LaneDevices::start(wiring, &Clock::real());
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => tell(&said(event))?,
                None => return Ok(()),
            },
            line = lines.next_line() => match line? {
                Some(line) => {
                    if let Err(refused) = obey(&devices, &line) {
                        tell(&json!({ "refused": format!("{refused:#}") }))?;
                    }
                }
                None => return Ok(()),
            },
        }
    }
}

fn tell(what: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what}")?;
    out.flush()
}

fn said(event: DeviceEvent) -> Value {
    match event {
        DeviceEvent::Inputs(readings) => {
            let inputs: serde_json::Map<String, Value> = readings
                .iter()
                .map(|r| (json!(r.name).as_str().unwrap_or_default().to_owned(), json!(r.active)))
                .collect();
            json!({ "inputs": inputs })
        }
        DeviceEvent::News(news) => json!({ "news": news }),
        DeviceEvent::Trouble(text) => json!({ "trouble": text }),
    }
}

fn obey(devices: &LaneDevices, line: &str) -> anyhow::Result<()> {
    let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    let length = || -> anyhow::Result<Duration> {
        let ms = rest.parse().with_context(|| format!("{word} {rest:?}: the length is a number of milliseconds"))?;
        Ok(Duration::from_millis(ms))
    };
    let output = match word {
        "open" => Output::Pulse { motion: Motion::Open, length: length()? },
        "close" => Output::Pulse { motion: Motion::Close, length: length()? },
        "drop_stop" => Output::DropStop,
        "restore_stop" => Output::RestoreStop,
        "green" => Output::Green { length: length()? },
        "red" => Output::Red,
        "show" => {
            let (number, text) = rest.split_once(' ').context("show needs a line and a text")?;
            return Ok(devices.show(number.parse().with_context(|| format!("line {number:?}"))?, text)?);
        }
        _ => bail!("{word:?} is no order; orders are open, close, drop_stop, restore_stop, green, red, show"),
    };
    Ok(devices.apply(output)?)
}
