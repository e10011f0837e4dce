//! A CAME-like barrier controller: command coils, status and position registers.

use super::{exception, refuse};
use crate::plant::{Drive, LanePlant};

/// The controller. It keeps nothing of its own: boom and motor are the plant's.
#[derive(Clone, Copy, Debug, Default)]
pub struct CameController {
    stopped: bool,
}

impl CameController {
    /// The answer to a request.
    pub fn answer(&mut self, pdu: &[u8], plant: &mut LanePlant) -> Option<Vec<u8>> {
        let function = *pdu.first()?;
        let [_, a, b, c, d, ..] = *pdu else { return Some(refuse(function, exception::VALUE)) };
        let (first, second) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        Some(match function {
            0x03 => self.read(first, second, plant),
            0x05 => self.command(pdu, first, second, plant),
            _ => refuse(function, exception::FUNCTION),
        })
    }

    fn read(self, first: u16, count: u16, plant: &LanePlant) -> Vec<u8> {
        let last = u32::from(first) + u32::from(count);
        if count == 0 || first < 100 || last > 104 {
            return refuse(0x03, exception::ADDRESS);
        }
        let words = [self.status(plant), position(plant), 0, 0];
        let mut answer = vec![0x03, u8::try_from(count * 2).unwrap_or(u8::MAX)];
        for word in &words[usize::from(first - 100)..usize::try_from(last - 100).unwrap_or(4)] {
            answer.extend(word.to_be_bytes());
        }
        answer
    }

    /// Manual 40101.
    fn status(self, plant: &LanePlant) -> u16 {
        let boom = plant.boom();
        match boom.drive() {
            Drive::Up => 32,
            Drive::Down => 33,
            Drive::Still if boom.at_open() => 16,
            Drive::Still if boom.at_closed() => 17,
            Drive::Still if self.stopped || !plant.stop_chain_closed() => 19,
            Drive::Still => 18,
        }
    }

    fn command(&mut self, pdu: &[u8], coil: u16, value: u16, plant: &mut LanePlant) -> Vec<u8> {
        if value != 0xFF00 {
            return refuse(0x05, exception::VALUE);
        }
        let (name, drive) = match coil {
            0 => ("stop", Drive::Still),
            1 => ("open", Drive::Up),
            3 => ("close", Drive::Down),
            _ => return refuse(0x05, exception::ADDRESS),
        };
        plant.journal.pulse_begins(plant.now_ms(), name, false);
        self.stopped = drive == Drive::Still;
        plant.drive(drive);
        pdu.get(..5).unwrap_or_default().to_vec()
    }
}

/// Manual 40102: percent open.
fn position(plant: &LanePlant) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the angle is 0 to 90")]
    let percent = (plant.boom().angle_deg() / 90.0 * 100.0).round() as u16;
    percent
}
