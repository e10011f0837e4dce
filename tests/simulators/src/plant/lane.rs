//! One lane: its boom, the vehicles in it, what its sensors say and what went wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    APPROACH_LOOP_M, BOOM_LOOP_M, Boom, BoomTimes, Drive, ENDS_M, EXIT_LOOP_M, Journal, Manner, NoteKind, PHOTOCELL_M,
    SWEEP_M, Vehicle, VehicleKind,
};

/// Longest step of simulated time in milliseconds.
const STEP_MS: u64 = 5;
/// Vehicles in a lane at once.
pub const VEHICLES: usize = 32;

/// A contact of the lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensor {
    /// The loop before the stop line.
    ApproachLoop,
    /// The loop under the boom.
    BoomLoop,
    /// The loop behind the boom.
    ExitLoop,
    /// The photocell across the boom.
    Photocell,
    /// The boom's open limit.
    OpenLimit,
    /// The boom's closed limit.
    ClosedLimit,
    /// The key for operation by hand.
    ManualKey,
    /// The emergency input.
    Emergency,
}

/// What is wrong with a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SensorFault {
    /// Always active.
    StuckActive,
    /// Never active.
    StuckInactive,
    /// Changes every 30 ms whatever happens.
    Bouncing,
}

/// A lane.
#[derive(Clone, Debug)]
pub struct LanePlant {
    now_ms: u64,
    boom: Boom,
    stop_chain_closed: bool,
    green: [bool; 2],
    turned: bool,
    vehicles: Vec<Vehicle>,
    next_id: u64,
    sensor_faults: BTreeMap<Sensor, SensorFault>,
    pressed: BTreeMap<Sensor, bool>,
    closes_by_itself_ms: Option<u64>,
    free_since_ms: u64,
    closing_on_body: bool,
    touched: bool,
    passed_since_opening: usize,
    /// What happened.
    pub journal: Journal,
}

impl LanePlant {
    /// An empty lane with a closed boom. With `closes_by_itself_ms` the barrier's own controller lowers
    /// the boom when a vehicle went through and the sensors have been free for so long.
    #[must_use]
    pub fn new(times: BoomTimes, closes_by_itself_ms: Option<u64>) -> Self {
        Self {
            now_ms: 0,
            boom: Boom::closed(times),
            stop_chain_closed: true,
            green: [false, false],
            turned: false,
            vehicles: Vec::new(),
            next_id: 1,
            sensor_faults: BTreeMap::new(),
            pressed: BTreeMap::new(),
            closes_by_itself_ms,
            free_since_ms: 0,
            closing_on_body: false,
            touched: false,
            passed_since_opening: 0,
            journal: Journal::default(),
        }
    }

    /// Milliseconds since the simulator started.
    #[must_use]
    pub const fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// The boom.
    #[must_use]
    pub const fn boom(&self) -> &Boom {
        &self.boom
    }

    /// The boom, to jam it or move it by hand.
    pub const fn boom_mut(&mut self) -> &mut Boom {
        &mut self.boom
    }

    /// The vehicles, first in the lane first.
    #[must_use]
    pub fn vehicles(&self) -> &[Vehicle] {
        &self.vehicles
    }

    /// The stop chain is closed: the motor may run.
    #[must_use]
    pub const fn stop_chain_closed(&self) -> bool {
        self.stop_chain_closed
    }

    /// Lets time pass up to `now_ms`.
    pub fn advance_to(&mut self, now_ms: u64) {
        while self.now_ms < now_ms {
            let step = STEP_MS.min(now_ms - self.now_ms);
            self.now_ms += step;
            self.step(step);
        }
    }

    /// A vehicle drives up; its number, or `None` when the lane is full.
    pub fn arrive(&mut self, kind: VehicleKind, length_m: f64, manner: Manner) -> Option<u64> {
        if self.vehicles.len() >= VEHICLES {
            return None;
        }
        let behind = self.vehicles.last().map_or(ENDS_M.0 + 15.0, |v| v.rear_m() - 2.0);
        let id = self.next_id;
        self.next_id += 1;
        self.vehicles.push(Vehicle::new(id, kind, length_m, behind.min(ENDS_M.0 + 15.0), manner));
        Some(id)
    }

    /// Changes how a vehicle's driver behaves; false when there is no such vehicle.
    pub fn set_manner(&mut self, id: u64, manner: Manner) -> bool {
        let found = self.vehicles.iter_mut().find(|v| v.id == id);
        found.map(|v| v.manner = manner).is_some()
    }

    /// The motor is told to drive. A dropped stop chain lets nothing move.
    pub fn drive(&mut self, drive: Drive) {
        if !self.stop_chain_closed && drive != Drive::Still {
            return;
        }
        if drive == Drive::Up && self.boom.drive() != Drive::Up && !self.boom.at_open() {
            let someone = self.vehicles.iter().any(|v| v.seen_at(APPROACH_LOOP_M) || v.reaches(SWEEP_M));
            if !someone {
                self.journal.note(self.now_ms, NoteKind::OpenedWithoutVehicle, "nobody at the stop line");
            }
            self.passed_since_opening = 0;
        }
        self.boom.set_drive(drive);
    }

    /// The light at an end is green; the other end is the one where vehicles drive in once the lane is turned.
    pub const fn set_green(&mut self, other_end: bool, green: bool) {
        self.green[other_end as usize] = green;
    }

    /// The light that drivers see is green; otherwise red.
    #[must_use]
    pub const fn green(&self) -> bool {
        self.green[self.turned as usize]
    }

    /// The light is green at the end where nobody is to drive in.
    #[must_use]
    pub const fn green_behind(&self) -> bool {
        self.green[!self.turned as usize]
    }

    /// Vehicles come from the other end from now on, in a lane that is the same from both; false while one is in it.
    /// Places are metres in driving direction still: it is the loops that change names.
    pub fn turn(&mut self, turned: bool) -> bool {
        let empty = self.vehicles.is_empty();
        if empty {
            self.turned = turned;
        }
        empty
    }

    /// Closes or drops the stop chain.
    pub fn set_stop_chain(&mut self, closed: bool) {
        if closed == self.stop_chain_closed {
            return;
        }
        self.stop_chain_closed = closed;
        let text = if closed { "closed" } else { "dropped" };
        self.journal.note(self.now_ms, NoteKind::StopChain, text);
        if !closed {
            self.boom.set_drive(Drive::Still);
        }
    }

    /// Sets or clears a fault of a contact.
    pub fn set_sensor_fault(&mut self, sensor: Sensor, fault: Option<SensorFault>) {
        match fault {
            Some(fault) => self.sensor_faults.insert(sensor, fault),
            None => self.sensor_faults.remove(&sensor),
        };
    }

    /// Turns a key or presses a button; no effect on loops, beams and limits.
    pub fn press(&mut self, sensor: Sensor, active: bool) {
        self.pressed.insert(sensor, active);
    }

    /// What a contact says now, faults included.
    #[must_use]
    pub fn contact(&self, sensor: Sensor) -> bool {
        match self.sensor_faults.get(&sensor) {
            Some(SensorFault::StuckActive) => true,
            Some(SensorFault::StuckInactive) => false,
            Some(SensorFault::Bouncing) => (self.now_ms / 30).is_multiple_of(2),
            None => self.truth(sensor),
        }
    }

    /// What a contact without fault would say.
    #[must_use]
    pub fn truth(&self, sensor: Sensor) -> bool {
        let seen = |place| self.vehicles.iter().any(|v| v.seen_at(place));
        let felt = |place| self.vehicles.iter().any(|v| v.kind != VehicleKind::Motorcycle && v.seen_at(place));
        match sensor {
            Sensor::ApproachLoop => felt(if self.turned { EXIT_LOOP_M } else { APPROACH_LOOP_M }),
            Sensor::BoomLoop => felt(BOOM_LOOP_M),
            Sensor::ExitLoop => felt(if self.turned { APPROACH_LOOP_M } else { EXIT_LOOP_M }),
            Sensor::Photocell => seen(PHOTOCELL_M),
            Sensor::OpenLimit => self.boom.at_open(),
            Sensor::ClosedLimit => self.boom.at_closed(),
            Sensor::ManualKey | Sensor::Emergency => self.pressed.get(&sensor).copied().unwrap_or(false),
        }
    }

    /// A vehicle, or its coupling, is in the boom's sweep.
    #[must_use]
    pub fn body_in_sweep(&self) -> bool {
        self.vehicles.iter().any(|v| v.reaches(SWEEP_M))
    }

    fn step(&mut self, ms: u64) {
        let (was_open, was_closed) = (self.boom.at_open(), self.boom.at_closed());
        let before_deg = self.boom.angle_deg();
        #[expect(clippy::cast_precision_loss, reason = "a step is at most 5 ms")]
        let step_ms = ms as f64;
        self.boom.pass(step_ms);
        self.note_limits(was_open, was_closed);
        self.move_vehicles(step_ms);
        self.note_contact(self.boom.angle_deg() < before_deg);
        self.close_by_itself();
    }

    fn note_limits(&mut self, was_open: bool, was_closed: bool) {
        let changes = [("open", was_open, self.boom.at_open()), ("closed", was_closed, self.boom.at_closed())];
        for (name, was, is) in changes {
            if was != is {
                let text = format!("{name} limit {}", if is { "reached" } else { "left" });
                self.journal.note(self.now_ms, NoteKind::Limit, text);
            }
        }
    }

    fn move_vehicles(&mut self, ms: f64) {
        let open = self.boom.angle_deg() >= 85.0 && self.boom.drive() != Drive::Down;
        let green = self.green();
        let mut ahead: Option<f64> = None;
        for vehicle in &mut self.vehicles {
            let (was_waiting, rear_before) = (vehicle.waits_at_line(), vehicle.rear_m());
            let turn = self.passed_since_opening == 0 || green;
            vehicle.drive(ms, ahead, open, turn);
            ahead = Some(vehicle.rear_m());
            if vehicle.waits_at_line() && !was_waiting {
                self.journal.note(self.now_ms, NoteKind::Arrived, format!("vehicle {}", vehicle.id));
            }
            if rear_before <= SWEEP_M.1 && vehicle.rear_m() > SWEEP_M.1 {
                self.passed_since_opening += 1;
                self.journal.note(self.now_ms, NoteKind::Passed, format!("vehicle {}", vehicle.id));
                if vehicle.manner == Manner::Tailgates && self.passed_since_opening > 1 {
                    self.journal.note(self.now_ms, NoteKind::Tailgated, format!("vehicle {}", vehicle.id));
                }
            }
        }
        for vehicle in self.vehicles.extract_if(.., |v| v.is_gone()) {
            if vehicle.manner == Manner::TurnsBack {
                self.journal.note(self.now_ms, NoteKind::TurnedBack, format!("vehicle {}", vehicle.id));
            }
        }
    }

    fn note_contact(&mut self, moved_down: bool) {
        let closing_on_body = moved_down && self.body_in_sweep();
        if closing_on_body && !self.closing_on_body {
            self.journal.note(self.now_ms, NoteKind::ClosingOnBody, "the boom moves down over a vehicle");
        }
        self.closing_on_body = closing_on_body;
        let angle = self.boom.angle_deg();
        let touched =
            moved_down && self.vehicles.iter().any(|v| v.reaches(SWEEP_M) && angle < v.kind.touched_below_deg());
        if touched && !self.touched {
            self.journal.note(self.now_ms, NoteKind::BoomOnBody, format!("at {angle:.0} degrees"));
        }
        self.touched = touched || (self.touched && self.body_in_sweep());
    }

    fn close_by_itself(&mut self) {
        let behind = if self.turned { Sensor::ApproachLoop } else { Sensor::ExitLoop };
        let occupied = [Sensor::BoomLoop, Sensor::Photocell, behind].iter().any(|s| self.contact(*s));
        if occupied || !self.boom.at_open() {
            self.free_since_ms = self.now_ms;
        }
        let Some(after_ms) = self.closes_by_itself_ms else { return };
        if occupied && self.boom.drive() == Drive::Down {
            // The controller's own, wired safety: it reverses.
            self.boom.set_drive(Drive::Up);
        }
        if self.passed_since_opening > 0 && self.boom.at_open() && self.now_ms - self.free_since_ms >= after_ms {
            self.passed_since_opening = 0;
            self.drive(Drive::Down);
        }
    }
}
