//! What a lane leaves behind with each step: its memory for the next life, and what it shows.

use gate_core::clock::Monotonic;
use gate_core::lane::state::LaneState;
use gate_core::passage::OpenedBy;

use super::super::kept::Kept;
use super::super::view::LaneView;
use super::Runner;

impl Runner {
    pub(super) fn keep(&mut self) {
        let vehicle = self.core.lane().vehicle();
        let kept = Kept {
            stopped: self.core.is_stopped(),
            mode: self.core.lane().mode(),
            passage: vehicle.map(|v| v.passage),
            opened_by: vehicle.map_or(OpenedBy::Nobody, |v| v.opened_by),
            direction: Some(self.ends.direction()),
        };
        if self.kept != Some(kept) {
            self.kept = Some(kept);
            self.journal.keep(kept);
        }
    }

    pub(super) fn show(&mut self, now: Monotonic) {
        let state = self.core.lane().state();
        if self.since.0 != state {
            self.since = (state, self.clock.utc());
        }
        if !matches!(state, LaneState::Referred | LaneState::Tailgated | LaneState::Passing) {
            self.escalated = 0;
        }
        let mut view = LaneView::of(&self.core, self.wellness.faults(), self.since.1, now);
        view.cameras = self.wellness.cameras();
        view.both_ways = self.ends.both_ways();
        view.route.clone_from(&self.route);
        view.escalated = self.escalated;
        self.view.send_if_modified(|shown| {
            let changed = *shown != view;
            if changed {
                *shown = view;
            }
            changed
        });
    }
}
