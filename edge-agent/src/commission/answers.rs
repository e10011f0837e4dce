//! How long each device takes to answer, and that an answer which comes too late is thrown away. Reads only.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use gate_barrier::bus::{Bus, Fault, Terms, Urgency, Work};
use gate_barrier::clock::Clock;
use gate_barrier::profile::{DeviceKind, DeviceProfile, InputTable, RelayTable};
use gate_barrier::wiring::{LaneWiring, WiredDevice};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

/// Requests of one device.
const ASKED: u32 = 200;
/// Failures in a row after which a device is asked no more.
const GIVE_UP: u32 = 3;
/// Shortest time-out that a profile may have.
const LEAST_TIMEOUT_MS: u64 = 100;
/// A port is given back within this.
const GIVEN_BACK: Duration = Duration::from_millis(300);
/// No device of a serial line answers within this: the answer comes late.
const TOO_SHORT: Duration = Duration::from_millis(1);

/// One device's answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerTimes {
    /// The device's name in the wiring.
    pub device: String,
    /// Its profile.
    pub profile: String,
    /// Its unit.
    pub unit: u8,
    /// Requests.
    pub asked: u32,
    /// Answers.
    pub answered: u32,
    /// The middle answer in microseconds.
    pub median_us: u64,
    /// The slowest answer in microseconds.
    pub longest_us: u64,
    /// The time-out that follows: the slowest answer doubled, at least 100 ms.
    pub timeout_ms: u64,
    /// After a request that was given up too early the next answer was right; `None` when every answer
    /// came too fast to be given up.
    pub late_answer_thrown_away: Option<bool>,
    /// What went wrong last.
    pub fault: Option<String>,
}

impl AnswerTimes {
    /// Every request was answered, and none by an answer to another.
    #[must_use]
    pub fn good(&self) -> bool {
        self.asked == self.answered && self.late_answer_thrown_away != Some(false)
    }
}

impl fmt::Display for AnswerTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, longest) = (Duration::from_micros(self.median_us), Duration::from_micros(self.longest_us));
        write!(f, "device {} unit {}: {} of {} answered", self.device, self.unit, self.answered, self.asked)?;
        write!(f, ", median {median:?}, longest {longest:?}")?;
        self.fault.as_ref().map_or(Ok(()), |fault| write!(f, "; {fault}"))
    }
}

/// Asks every device that can be asked without writing.
pub async fn measure(wiring: &LaneWiring) -> Vec<AnswerTimes> {
    let clock = Clock::real();
    let buses: BTreeMap<&String, Bus> =
        wiring.buses.iter().map(|(name, endpoint)| (name, Bus::start(name, endpoint.clone(), clock.clone()))).collect();
    let mut all = Vec::new();
    for (name, device) in &wiring.devices {
        if let (Some(bus), Some(work)) = (buses.get(&device.bus), read(&device.profile)) {
            all.push(device_times(name, device, bus, &work).await);
        }
    }
    drop(buses);
    sleep(GIVEN_BACK).await;
    all
}

fn read(profile: &DeviceProfile) -> Option<Work> {
    match profile.kind {
        DeviceKind::RelayBoard => match (&profile.inputs, &profile.relays) {
            (Some(bank), _) => Some(match bank.table {
                InputTable::DiscreteInputs => Work::ReadDiscreteInputs(bank.first, u16::from(bank.count)),
                InputTable::InputRegisters => Work::ReadInputRegisters(bank.first, u16::from(bank.count)),
            }),
            (None, Some(bank)) => Some(match bank.table {
                RelayTable::Coils => Work::ReadCoils(bank.first, u16::from(bank.count)),
                RelayTable::HoldingRegisters => Work::ReadHoldingRegisters(bank.first, u16::from(bank.count)),
            }),
            (None, None) => None,
        },
        DeviceKind::ModbusController => {
            profile.controller.as_ref().map(|c| Work::ReadHoldingRegisters(c.status_register, 1))
        }
        DeviceKind::SimpleRs485 => Some(Work::SimpleQuery),
        DeviceKind::LedVoiceDisplay | DeviceKind::Weighbridge | DeviceKind::RfidReader => None,
    }
}

async fn device_times(name: &str, device: &WiredDevice, bus: &Bus, work: &Work) -> AnswerTimes {
    let terms = Terms { urgency: Urgency::Background, timeout: device.profile.line.timeout(), patience: None };
    let (mut times, mut asked, mut failures, mut fault) = (Vec::new(), 0, 0, None);
    while asked < ASKED && failures < GIVE_UP {
        asked += 1;
        match bus.ask(device.unit, work.clone(), terms).await {
            Ok(answered) => {
                failures = 0;
                times.push(answered.done_at.0.saturating_sub(answered.sent_at.0));
            }
            Err(error) => {
                failures += 1;
                fault = Some(error.to_string());
                sleep(terms.timeout).await;
            }
        }
    }
    let late = if fault.is_none() { late_answer(device, bus, work, terms).await } else { None };
    times.sort();
    let micros = |time: Option<&Duration>| time.map_or(0, |t| u64::try_from(t.as_micros()).unwrap_or(u64::MAX));
    let longest_us = micros(times.last());
    AnswerTimes {
        device: name.to_owned(),
        profile: device.profile.name.clone(),
        unit: device.unit,
        asked,
        answered: u32::try_from(times.len()).unwrap_or(u32::MAX),
        median_us: micros(times.get(times.len() / 2)),
        longest_us,
        timeout_ms: longest_us.saturating_mul(2).div_ceil(1000).max(LEAST_TIMEOUT_MS),
        late_answer_thrown_away: late,
        fault,
    }
}

/// Gives one request up too early, then asks again when the line lets it.
async fn late_answer(device: &WiredDevice, bus: &Bus, work: &Work, terms: Terms) -> Option<bool> {
    let early = bus.ask(device.unit, work.clone(), Terms { timeout: TOO_SHORT, ..terms }).await;
    if !matches!(early, Err(error) if error.fault == Fault::Silent) {
        return None;
    }
    sleep(terms.timeout * 2).await;
    Some(bus.ask(device.unit, work.clone(), terms).await.is_ok())
}
