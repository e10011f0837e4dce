//! The lane is turned: its machines begin anew with vehicles coming from the other end.

use gate_core::barrier::io::Output;
use gate_core::message::command::OfficerRef;
use gate_core::message::event::{ActPlace, EventBody};
use gate_core::vehicle::Direction;

use super::super::ends;
use super::super::signal::{from_micros, micros};
use super::Runner;

impl Runner {
    pub(super) fn turn(&mut self, officer: OfficerRef, to: Direction, reason: String) -> Result<(), String> {
        let now = from_micros(micros(self.clock.monotonic()));
        self.core = self.ends.turn(to, &self.core, now)?;
        let turned = self.ends.turned();
        tracing::warn!(lane = %self.lane, officer = officer.name, ?to, "the lane is turned");
        let body = EventBody::Act { officer, act: ends::act(to), reason, place: ActPlace::Panel, plate: None };
        self.record(None, body);
        self.output(Output::Red);
        self.devices.turn(turned);
        self.turned.send_replace(turned);
        self.watch.send_replace(None);
        self.wellness.tell_again();
        self.hands.turned(self.core.lane().sign());
        self.journal.begin_anew();
        self.keep();
        self.show(now);
        Ok(())
    }
}
