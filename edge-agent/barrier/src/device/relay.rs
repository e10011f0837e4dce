//! One relay of a board: pulsed, switched and read by the board's profile.

use std::time::Duration;

use tokio::sync::watch;

use super::{Shared, Station};
use crate::bus::{Answered, BusError, Reply, Terms, Urgency, Work};
use crate::profile::{PulseForm, RelayBank, RelayTable};
use crate::wiring::Terminal;

/// A relay with its board.
#[derive(Clone, Debug)]
pub(super) struct Relay {
    station: Station,
    index: u16,
}

impl Relay {
    /// The relay at a terminal; the wiring's check has made sure that it is there.
    pub fn at(shared: &Shared, terminal: &Terminal) -> Option<Self> {
        let station = shared.station(&terminal.device)?.clone();
        Some(Self { station, index: u16::from(terminal.relay.checked_sub(1)?) })
    }

    fn bank(&self) -> Option<&RelayBank> {
        self.station.wired.profile.relays.as_ref()
    }

    /// The pulse that the board makes of a wanted length, and the request for it.
    pub fn pulse(&self, wanted: Duration) -> Option<(Duration, Work)> {
        let pulse = self.station.wired.profile.pulse.as_ref()?;
        let (length, units) = pulse.length(wanted);
        let address = pulse.first + self.index * pulse.stride;
        let word = pulse.word.unwrap_or_default();
        let work = match pulse.form {
            PulseForm::CoilJog => Work::JogCoil(address, units),
            PulseForm::RegisterBlock => Work::WriteTwoRegisters(address, [word, units]),
            PulseForm::RegisterWord => Work::WriteRegister(address, word),
        };
        Some((length, work))
    }

    fn switch(&self, on: bool) -> Option<Work> {
        let bank = self.bank()?;
        let address = bank.first + self.index;
        Some(match bank.table {
            RelayTable::Coils => Work::WriteCoil(address, on),
            RelayTable::HoldingRegisters => Work::WriteRegister(address, if on { bank.on? } else { bank.off? }),
        })
    }

    /// Asks the board.
    pub async fn ask(&self, work: Work, terms: Terms) -> Result<Answered, BusError> {
        self.station.bus.ask(self.station.wired.unit, work, terms).await
    }

    /// Asks the board, unless `held` is true when the turn comes.
    pub async fn ask_unless(
        &self,
        work: Work,
        terms: Terms,
        held: watch::Receiver<bool>,
    ) -> Result<Answered, BusError> {
        self.station.bus.ask_unless(self.station.wired.unit, work, terms, held).await
    }

    /// Terms of a request with the profile's time-out.
    pub fn terms(&self, urgency: Urgency, patience: Option<Duration>) -> Terms {
        Terms { urgency, timeout: self.station.timeout(), patience }
    }

    /// Switches the relay; true when the board confirmed it.
    pub async fn set(&self, on: bool, terms: Terms) -> Result<bool, BusError> {
        let Some(work) = self.switch(on) else { return Ok(false) };
        self.ask(work, terms).await.map(|_| true)
    }

    /// Whether the relay is energised.
    pub async fn is_on(&self, terms: Terms) -> Result<bool, BusError> {
        let Some(bank) = self.bank() else { return Ok(true) };
        let address = bank.first + self.index;
        let work = match bank.table {
            RelayTable::Coils => Work::ReadCoils(address, 1),
            RelayTable::HoldingRegisters => Work::ReadHoldingRegisters(address, 1),
        };
        Ok(match self.ask(work, terms).await?.reply {
            Reply::Bits(bits) => bits.first().copied().unwrap_or(true),
            Reply::Words(words) => words.first().is_none_or(|w| *w != 0),
            Reply::Done | Reply::Simple(_) => true,
        })
    }
}
