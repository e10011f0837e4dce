//! The road: vehicles of one or two parts on a line through the lane, metres from the stop line.

use crate::rng::Rng;

/// What drivers see of the boom: high enough to drive, low enough to stop before it.
#[derive(Clone, Copy, Debug)]
pub struct Boom {
    pub up: bool,
    pub low: bool,
}

/// The loop before the stop line.
pub const APPROACH: (f64, f64) = (-4.0, 0.0);
/// The loop under the boom.
pub const UNDER: (f64, f64) = (0.7, 2.3);
/// The loop behind it.
pub const EXIT: (f64, f64) = (2.6, 5.0);
/// The light barrier.
pub const BEAM: (f64, f64) = (1.45, 1.55);
/// Where the boom would hit something.
pub const SWEEP: (f64, f64) = (1.0, 2.0);
/// Behind this a vehicle has passed the boom.
const PAST: f64 = 2.3;
/// It stops here.
const STOPS_AT: f64 = -0.3;
/// It is gone.
const GONE: f64 = 14.0;

/// What a driver means to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Wait for the boom and drive.
    Pass,
    /// Wait, then leave backwards.
    GiveUp { after_ms: u64 },
    /// Leave backwards once the boom is up.
    GiveUpOpen,
    /// Drive in behind the vehicle before, as long as the boom is up.
    Tailgate,
    /// Stop under the boom for a while.
    StopUnder { for_ms: u64 },
}

/// A vehicle.
#[derive(Clone, Debug)]
pub struct Vehicle {
    pub id: u64,
    pub front: f64,
    /// Parts: distance of the front from the vehicle's front, and length.
    parts: [(f64, f64); 2],
    /// Of all its parts together.
    length: f64,
    plan: Plan,
    speed: f64,
    /// Drives when the boom is up, green or not.
    bold: bool,
    at_line_since: Option<u64>,
    /// How long it takes until it drives once it may.
    reacts_ms: u64,
    goes_since: Option<u64>,
    reversing: bool,
    driving: bool,
    stood_until: Option<u64>,
    /// It was past the boom already.
    pub through: bool,
    /// Distance to the vehicle before when it came to the stop line was too short for the loops to see.
    pub tight: bool,
}

impl Vehicle {
    pub fn rear(&self) -> f64 {
        self.front - self.length
    }

    pub fn over(&self, (low, high): (f64, f64)) -> bool {
        self.parts.iter().any(|(offset, length)| {
            let front = self.front - offset;
            *length > 0.0 && front > low && front - length < high
        })
    }

    /// It stands at the stop line, or drives over it.
    pub fn at_line(&self) -> bool {
        self.over(APPROACH) && self.rear() < 0.0
    }
}

/// The road with its vehicles, the foremost first.
#[derive(Clone, Debug, Default)]
pub struct Road {
    pub vehicles: Vec<Vehicle>,
    pub walker_until: u64,
    next_at: u64,
    count: u64,
    /// Vehicles that passed the boom when time went on last.
    pub passed_now: Vec<Passed>,
}

/// A vehicle that passed the boom.
#[derive(Clone, Copy, Debug)]
pub struct Passed {
    pub id: u64,
    pub tight: bool,
}

impl Road {
    pub fn on(&self, place: (f64, f64)) -> bool {
        self.vehicles.iter().any(|v| v.over(place))
    }

    /// The vehicle at the stop line: the one that a decision is about.
    pub fn at_line(&self) -> Option<u64> {
        self.vehicles.iter().find(|v| v.at_line() && v.front < PAST).map(|v| v.id)
    }

    /// The vehicle at the stop line goes away sideways, and another takes its place.
    pub fn swap(&mut self, rng: &mut Rng) -> bool {
        let Some(at) = self.vehicles.iter().position(|v| v.at_line() && v.front <= 0.0) else { return false };
        let old = self.vehicles.remove(at);
        let mut new = self.draw(rng);
        (new.front, new.plan) = (-7.0 - rng.metres(0.0, 3.0), Plan::Pass);
        self.vehicles.retain(|v| v.front > old.rear());
        self.vehicles.push(new);
        true
    }

    pub fn expect_next(&mut self, at: u64) {
        self.next_at = self.next_at.min(at);
    }

    fn draw(&mut self, rng: &mut Rng) -> Vehicle {
        self.count += 1;
        let length = rng.metres(3.5, 12.0);
        let trailer = if rng.chance(350) { (length + rng.metres(0.6, 2.0), rng.metres(5.0, 12.0)) } else { (0.0, 0.0) };
        let plan = match rng.between(0, 99) {
            0..60 => Plan::Pass,
            60..68 => Plan::GiveUp { after_ms: rng.between(500, 12_000) },
            68..75 => Plan::GiveUpOpen,
            75..90 => Plan::Tailgate,
            _ => Plan::StopUnder { for_ms: rng.between(500, 9000) },
        };
        Vehicle {
            id: self.count,
            front: -25.0,
            parts: [(0.0, length), trailer],
            length: length.max(trailer.0 + trailer.1),
            plan,
            speed: rng.metres(1.0, 4.0),
            bold: rng.chance(300),
            at_line_since: None,
            reacts_ms: rng.between(0, 300) + rng.between(0, 500),
            goes_since: None,
            reversing: false,
            driving: false,
            stood_until: None,
            through: false,
            tight: false,
        }
    }

    /// Time goes on.
    pub fn advance(&mut self, now: u64, ms: u64, boom: Boom, green: bool, rng: &mut Rng) {
        self.passed_now.clear();
        if now >= self.next_at {
            let free = self.vehicles.last().is_none_or(|v| v.rear() > -20.0);
            if free && self.vehicles.len() < 4 {
                let new = self.draw(rng);
                self.vehicles.push(new);
            }
            self.next_at = now + rng.pick(&[800, 3000, 8000, 20_000]) + rng.between(0, 4000);
        }
        let mut ahead: Option<(f64, bool)> = None;
        let mut left = false;
        for vehicle in &mut self.vehicles {
            vehicle.advance(now, ms, boom, green, ahead);
            let rear = vehicle.rear();
            ahead = Some((rear, vehicle.reversing));
            left |= vehicle.is_gone(rear);
            if !vehicle.through && rear > PAST {
                vehicle.through = true;
                self.passed_now.push(Passed { id: vehicle.id, tight: vehicle.tight });
            }
        }
        if left {
            self.vehicles.retain(|v| !v.is_gone(v.rear()));
        }
    }
}

impl Vehicle {
    fn is_gone(&self, rear: f64) -> bool {
        self.front >= GONE + 20.0 || rear >= GONE || (self.reversing && self.front < -6.0)
    }

    fn advance(&mut self, now: u64, ms: u64, boom: Boom, green: bool, ahead: Option<(f64, bool)>) {
        let way = self.speed * ms as f64 / 1000.0;
        if self.front >= STOPS_AT {
            self.at_line_since.get_or_insert(now);
        }
        if !self.driving && self.front <= 0.0 {
            let waited = self.at_line_since.map_or(0, |since| now - since);
            match self.plan {
                Plan::GiveUp { after_ms } if waited >= after_ms => self.reversing = true,
                Plan::GiveUpOpen if waited > 0 && boom.up => self.reversing = true,
                _ => {}
            }
        }
        if self.reversing {
            self.front -= way;
            return;
        }
        self.start(now, boom.up, green);
        let mut limit = f64::MAX;
        if !self.driving {
            limit = STOPS_AT;
        } else if boom.low && self.front < SWEEP.0 - 0.1 {
            limit = self.front.max(STOPS_AT);
        }
        if let (Plan::StopUnder { for_ms }, true) = (self.plan, self.front > 1.2) {
            let until = *self.stood_until.get_or_insert(now + for_ms);
            if now < until {
                limit = self.front;
            }
        }
        if let Some((rear, reversing)) = ahead {
            let gap = if reversing { 3.0 } else { 1.0 };
            limit = limit.min(rear - gap);
            // The loop at the stop line does not go free between them for two polls.
            self.tight |= (-0.2..0.8).contains(&rear) && self.front > APPROACH.0 - 1.5;
        }
        self.front = (self.front + way).min(limit.max(self.front));
    }

    /// Drives off when it may, or when its driver does not care.
    fn start(&mut self, now: u64, up: bool, green: bool) {
        let tailgates = self.plan == Plan::Tailgate && up;
        if up && (green || self.bold) && self.front >= STOPS_AT {
            let since = *self.goes_since.get_or_insert(now);
            self.driving |= now - since >= self.reacts_ms;
        } else {
            self.goes_since = None;
        }
        self.driving |= tailgates;
    }
}
