//! Holds what a lane's devices heard, and what its boom did, to the rules of `domain.md` section 4. It believes the
//! simulator's own log and what people did, and never asks the agent.
//!
//! - [`meaning`]: what bytes mean to the boom
//! - `Opening`: I3, I7, I14; `Stop`: I6 and how soon a STOP comes; `Closing`: I1, I2, I9, I13; `Light`: I10
//!
//! Limits of time are lengthened by what the machine that plays the lane was itself late ([`Judge::late`]).

mod closing;
mod light;
pub mod meaning;
mod opening;
mod stop;

use std::collections::VecDeque;

use closing::Closing;
use light::Light;
use meaning::{Meaning, Reader, Seen};
use opening::Opening;
use stop::Stop;

use crate::log::{Heard, Logged, PlantSeen};
use crate::plant::{Note, NoteKind};
use crate::site::BarrierKind;
use crate::wire::WireFaultKind;

/// After a start, a reset or a return of sight nothing moves for 5 s; the judge allows for its own clock.
const SETTLE_MS: u64 = 4500;
/// No question had a good answer for so long: sight of the boom was lost.
const BLIND_MS: u64 = 1500;
/// The driver gives an answer up after so long; a later one was no answer.
const ANSWER_MS: u64 = 600;
/// Lateness of the machine counts for so long.
const LATE_COUNTS_MS: u64 = 3000;
/// What the judge allows in any case: steps of the simulator and of its metronome.
const GRACE_MS: u64 = 100;

/// What the judge has to know of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// What moves its boom.
    pub barrier: BarrierKind,
    /// Its lines carry a check sum, so that what is bent on the way is thrown away: RTU does, Modbus TCP has none.
    pub checked: bool,
    /// The agent lowers the boom; otherwise the barrier's own controller does, and no CLOSE may come.
    pub agent_closes: bool,
    /// The boom stays up at least so long.
    pub min_open_ms: u64,
}

/// What a person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Ordered one opening.
    Open,
    /// The last order to open was taken.
    OpenTaken,
    /// The last order to open was refused.
    OpenRefused,
    /// Pressed STOP.
    Stop,
    /// Reset the barrier, the boom in view.
    Reset,
    /// Said that the way is empty.
    WayIsEmpty,
}

/// What happened to the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is being started.
    Started,
    /// It is dead.
    Killed,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Fact {
    /// The simulator's log.
    Logged(Logged),
    /// The plant noted something.
    Noted(Note),
    /// A person.
    Person(Word),
    /// The agent's process.
    Agent(Life),
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// When.
    pub at_ms: u64,
    /// Which.
    pub rule: &'static str,
    /// How.
    pub what: String,
}

type Verdict = Result<(), (&'static str, String)>;

/// One thing that happened, with what it means.
enum Event<'a> {
    Told(&'a Meaning, &'a Heard),
    Read(&'a Seen),
    Plant(&'a PlantSeen),
    Noted(&'a Note),
    Person(Word),
    Agent(Life),
}

/// What all rules look at.
#[derive(Debug)]
struct Scene {
    rules: Rules,
    now_ms: u64,
    /// Since when the agent has lived; `None` while it is dead.
    started_ms: Option<u64>,
    killed_ms: Option<u64>,
    plant: Option<PlantSeen>,
    /// Since when no question about the limits has had a good answer; `None` while they have.
    blind_ms: Option<u64>,
    /// Since when there has been sight without a break.
    sight_since_ms: u64,
    /// The newest thing that the line did to an answer.
    fault_ms: Option<u64>,
    /// By how much the machine was late, and when.
    late: VecDeque<(u64, u64)>,
}

impl Scene {
    /// A limit of time, lengthened by what this machine was late.
    fn limit(&self, ms: u64) -> u64 {
        ms + GRACE_MS + 2 * self.latest(LATE_COUNTS_MS + ms)
    }

    /// The greatest lateness of this machine within the last `span_ms`; what is told a second later is of now.
    fn latest(&self, span_ms: u64) -> u64 {
        let span = self.now_ms.saturating_sub(span_ms)..=self.now_ms + 1000;
        self.late.iter().filter(|(at, _)| span.contains(at)).map(|(_, ms)| *ms).max().unwrap_or(0)
    }

    /// Nothing was wrong on the line for a while.
    fn calm(&self) -> bool {
        self.fault_ms.is_none_or(|at| self.now_ms.saturating_sub(at) > 1000)
    }

    /// The agent has lived, and has seen the boom, for so long that it must know what it sees.
    fn settled(&self) -> bool {
        let since = |at: u64| self.now_ms.saturating_sub(at) > SETTLE_MS + 3000;
        self.calm() && self.started_ms.is_some_and(since) && since(self.sight_since_ms)
    }
}

/// The judge of one lane.
#[derive(Debug)]
pub struct Judge {
    scene: Scene,
    reader: Reader,
    opening: Opening,
    closing: Closing,
    stop: Stop,
    light: Light,
    objections: Vec<Objection>,
    openings: u64,
}

impl Judge {
    /// A judge of a lane in which nothing happened yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let scene = Scene {
            rules,
            now_ms: 0,
            started_ms: None,
            killed_ms: None,
            plant: None,
            blind_ms: None,
            sight_since_ms: 0,
            fault_ms: None,
            late: VecDeque::new(),
        };
        Self {
            scene,
            reader: Reader::new(rules.barrier),
            opening: Opening::default(),
            closing: Closing::default(),
            stop: Stop::default(),
            light: Light::default(),
            objections: Vec::new(),
            openings: 0,
        }
    }

    /// What was broken so far.
    #[must_use]
    pub fn objections(&self) -> &[Objection] {
        &self.objections
    }

    /// How many OPEN the devices heard.
    #[must_use]
    pub const fn openings(&self) -> u64 {
        self.openings
    }

    /// The machine that plays the lane, or its disk, was itself late by `ms` at `at_ms`.
    pub fn late(&mut self, at_ms: u64, ms: u64) {
        self.scene.late.push_back((at_ms, ms));
        if self.scene.late.len() > 4096 {
            self.scene.late.pop_front();
        }
    }

    /// Takes the next thing that happened; they come in the order of their times.
    pub fn fact(&mut self, at_ms: u64, fact: &Fact) {
        self.scene.now_ms = self.scene.now_ms.max(at_ms);
        match fact {
            Fact::Logged(Logged::Heard(heard)) => self.heard(heard),
            Fact::Logged(Logged::Plant(seen)) => {
                self.hold(&Event::Plant(seen));
                self.scene.plant = Some(*seen);
            }
            Fact::Noted(note) => {
                self.noted(note);
                self.hold(&Event::Noted(note));
            }
            Fact::Person(word) => self.hold(&Event::Person(*word)),
            Fact::Agent(life) => {
                self.hold(&Event::Agent(*life));
                match life {
                    Life::Started => {
                        (self.scene.started_ms, self.scene.killed_ms) = (Some(at_ms), None);
                        // What the life before did not see this one cannot know.
                        self.scene.blind_ms = self.scene.blind_ms.map(|_| at_ms);
                    }
                    Life::Killed => (self.scene.started_ms, self.scene.killed_ms) = (None, Some(at_ms)),
                }
            }
        }
    }

    fn heard(&mut self, heard: &Heard) {
        if heard.fault.is_some() {
            self.scene.fault_ms = Some(heard.at_ms);
        }
        for meaning in self.reader.told(heard) {
            match &meaning {
                Meaning::Never(why) => self.object("I5", format!("{why}: {:02X?} to the {}", heard.asked, heard.port)),
                Meaning::Open => self.openings += 1,
                _ => {}
            }
            self.hold(&Event::Told(&meaning, heard));
        }
        let late = match heard.fault {
            None => Some(0),
            Some(WireFaultKind::Late { late_ms }) if late_ms < ANSWER_MS => Some(late_ms),
            _ => None,
        };
        let seen = late.and_then(|late_ms| self.reader.seen(heard, late_ms));
        self.sight(heard, seen.as_ref());
        if let Some(seen) = seen {
            self.hold(&Event::Read(&seen));
        }
    }

    /// Whether the agent sees the boom. It was blind when for a while every question was left without a good answer;
    /// one that did not ask meanwhile was merely slow. What came back bent it may have seen by or not.
    fn sight(&mut self, heard: &Heard, seen: Option<&Seen>) {
        let bent =
            matches!(heard.fault, Some(WireFaultKind::Corrupt | WireFaultKind::ForeignUnit | WireFaultKind::Doubled));
        if !self.reader.asks_limits(heard) {
            return;
        }
        if seen.is_none() && !bent {
            self.scene.blind_ms.get_or_insert(heard.at_ms);
        } else if self.scene.blind_ms.take().is_some_and(|at| heard.at_ms.saturating_sub(at) > BLIND_MS) {
            self.scene.sight_since_ms = heard.at_ms;
        }
    }

    /// What must never be, whoever caused it.
    fn noted(&mut self, note: &Note) {
        let rule = match note.kind {
            NoteKind::BoomOnBody | NoteKind::ClosingOnBody => "I2",
            NoteKind::OpenedWithoutVehicle => "I3",
            NoteKind::OpenAndClose | NoteKind::RelayHeld => "I5",
            _ => return,
        };
        self.object(rule, format!("{:?}: {}", note.kind, note.text));
    }

    fn hold(&mut self, event: &Event<'_>) {
        let scene = &self.scene;
        let verdicts = [
            self.opening.event(event, scene),
            self.closing.event(event, scene),
            self.stop.event(event, scene),
            self.light.event(event, scene),
        ];
        for (rule, what) in verdicts.into_iter().filter_map(Result::err) {
            self.object(rule, what);
        }
    }

    fn object(&mut self, rule: &'static str, what: String) {
        if self.objections.len() < 100 {
            self.objections.push(Objection { at_ms: self.scene.now_ms, rule, what });
        }
    }
}

#[cfg(test)]
mod tests;
