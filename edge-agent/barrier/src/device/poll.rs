//! Reads the inputs, at most 100 ms apart, each device in a task of its own.

use std::time::Duration;

use gate_core::barrier::io::{DeviceNews, InputName, InputReading};
use gate_core::clock::Monotonic;
use tokio::time::{MissedTickBehavior, interval};

use super::{DeviceEvent, Shared, Station, spawn};
use crate::bus::{Fault, Reply, Terms, Urgency, Work};
use crate::codec::simple_rs485::Boom;
use crate::profile::{DeviceKind, InputTable, StatusRegister};
use crate::wiring::{Energised, InputFile, Report};

/// Failed rounds in a row after which a device counts as lost.
const LOST: u32 = 3;

/// Starts a task for every device that has an input of the lane.
pub(super) fn start(shared: &Shared) {
    for (name, station) in shared.stations.iter() {
        let inputs: Vec<(InputName, InputFile)> =
            shared.wiring.inputs.iter().filter(|(_, i)| &i.device == name).map(|(n, i)| (*n, i.clone())).collect();
        if let (false, Some(work)) = (inputs.is_empty(), work(station)) {
            spawn(shared, run(shared.clone(), station.clone(), inputs, work));
        }
    }
}

fn work(station: &Station) -> Option<Work> {
    let profile = &station.wired.profile;
    match profile.kind {
        DeviceKind::RelayBoard => {
            let bank = profile.inputs.as_ref()?;
            Some(match bank.table {
                InputTable::DiscreteInputs => Work::ReadDiscreteInputs(bank.first, u16::from(bank.count)),
                InputTable::InputRegisters => Work::ReadInputRegisters(bank.first, u16::from(bank.count)),
            })
        }
        DeviceKind::ModbusController => {
            profile.controller.as_ref().map(|c| Work::ReadHoldingRegisters(c.status_register, 1))
        }
        DeviceKind::SimpleRs485 => Some(Work::SimpleQuery),
        DeviceKind::LedVoiceDisplay | DeviceKind::Weighbridge | DeviceKind::RfidReader => None,
    }
}

async fn run(shared: Shared, station: Station, inputs: Vec<(InputName, InputFile)>, work: Work) {
    let period = shared.wiring.poll;
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let terms =
        Terms { urgency: Urgency::Poll, timeout: station.timeout(), patience: Some(Duration::from_millis(100)) };
    let (mut failures, mut was_there) = (0u32, false);
    loop {
        ticks.tick().await;
        match station.bus.ask(station.wired.unit, work.clone(), terms).await {
            Ok(answered) => {
                if failures >= LOST && was_there {
                    shared.tell(DeviceNews::Reconnected).await;
                }
                (failures, was_there) = (0, true);
                let readings = readings(&station, &inputs, &answered.reply, answered.sent_at);
                let _ = shared.events.send(DeviceEvent::Inputs(readings)).await;
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                let waits = matches!(error.fault, Fault::Resting | Fault::LateAnswerPossible | Fault::Absent(_));
                if failures == 1 || !waits {
                    shared.trouble(&error).await;
                }
                shared.tell(DeviceNews::BusError).await;
            }
        }
    }
}

/// What a reply says about the inputs, true at `read_at` or later.
fn readings(
    station: &Station,
    inputs: &[(InputName, InputFile)],
    reply: &Reply,
    read_at: Monotonic,
) -> Vec<InputReading> {
    let status = station.wired.profile.controller.as_ref().map(|c| &c.status);
    inputs
        .iter()
        .map(|(name, file)| InputReading { name: *name, active: active(file, reply, status), read_at })
        .collect()
}

fn active(file: &InputFile, reply: &Reply, status: Option<&StatusRegister>) -> Option<bool> {
    let contact = file.input.and_then(|n| n.checked_sub(1)).map(usize::from);
    let polarity = |on: bool| on == (file.energised == Some(Energised::Active));
    match (reply, contact, file.reports) {
        (Reply::Bits(bits), Some(index), _) => bits.get(index).map(|on| polarity(*on)),
        (Reply::Words(words), Some(index), _) => words.get(index).map(|word| polarity(*word != 0)),
        (Reply::Words(words), None, Some(report)) => limit(report, *words.first()?, status?),
        (Reply::Simple(answer), None, Some(report)) => Some(match report {
            Report::OpenLimit => answer.boom == Boom::Open,
            Report::ClosedLimit => answer.boom == Boom::Closed,
            Report::Vehicle => answer.vehicle,
        }),
        _ => None,
    }
}

fn limit(report: Report, word: u16, status: &StatusRegister) -> Option<bool> {
    let known = word == status.open || word == status.closed || status.between.contains(&word);
    match report {
        _ if !known => None,
        Report::OpenLimit => Some(word == status.open),
        Report::ClosedLimit => Some(word == status.closed),
        Report::Vehicle => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(input: u8, energised: Energised) -> InputFile {
        InputFile { device: "b".to_owned(), input: Some(input), energised: Some(energised), reports: None }
    }

    #[test]
    fn a_loop_that_is_not_energised_is_occupied() {
        let reply = Reply::Bits(vec![true, false]);
        assert_eq!(active(&contact(1, Energised::Inactive), &reply, None), Some(false));
        assert_eq!(active(&contact(2, Energised::Inactive), &reply, None), Some(true));
        assert_eq!(active(&contact(1, Energised::Active), &reply, None), Some(true));
        assert_eq!(active(&contact(3, Energised::Active), &reply, None), None);
    }

    #[test]
    fn an_unknown_word_makes_both_limits_unknown() {
        let status = StatusRegister { open: 16, closed: 17, between: vec![32] };
        let of = |report, word| {
            let file = InputFile { device: "c".to_owned(), input: None, energised: None, reports: Some(report) };
            active(&file, &Reply::Words(vec![word]), Some(&status))
        };
        assert_eq!((of(Report::OpenLimit, 16), of(Report::ClosedLimit, 16)), (Some(true), Some(false)));
        assert_eq!((of(Report::OpenLimit, 17), of(Report::ClosedLimit, 17)), (Some(false), Some(true)));
        assert_eq!((of(Report::OpenLimit, 32), of(Report::ClosedLimit, 32)), (Some(false), Some(false)));
        assert_eq!((of(Report::OpenLimit, 0), of(Report::ClosedLimit, 99)), (None, None));
    }
}
