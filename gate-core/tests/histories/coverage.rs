//! Which ways the machines went, over all histories.

use std::collections::BTreeMap;

use gate_core::barrier::grant::{GrantRefusal, Void};
use gate_core::barrier::io::Motion;
use gate_core::barrier::state::{BarrierNews, BarrierState, Fault};
use gate_core::lane::state::LaneState;
use gate_core::message::event::{ConvoyEnd, EventBody};
use gate_core::passage::OpenedBy;

use crate::branches::Doing;
use crate::fact::Fact;
use crate::trouble::Pairs;

const BARRIER: [BarrierState; 17] = [
    BarrierState::Unknown,
    BarrierState::Closed,
    BarrierState::Opening,
    BarrierState::Open,
    BarrierState::HeldOpen,
    BarrierState::Closing,
    BarrierState::Stopped,
    BarrierState::ManualLocal,
    BarrierState::Maintenance,
    BarrierState::EmergencyOpen,
    BarrierState::Fault(Fault::RelayStuck),
    BarrierState::Fault(Fault::TravelTime),
    BarrierState::Fault(Fault::LimitsContradict),
    BarrierState::Fault(Fault::LimitsLost),
    BarrierState::Fault(Fault::UncommandedMove),
    BarrierState::Fault(Fault::ClosingOnBody),
    BarrierState::Fault(Fault::StopFailed),
];
const LANE: [LaneState; 8] = [
    LaneState::Idle,
    LaneState::Capturing,
    LaneState::Deciding,
    LaneState::Granted,
    LaneState::Referred,
    LaneState::Refused,
    LaneState::Passing,
    LaneState::Tailgated,
];

/// How often a machine went from each state to each; the last row is its start.
#[derive(Clone, Debug)]
struct Ways<const STATES: usize>([[u64; STATES]; 18]);

impl<const STATES: usize> Ways<STATES> {
    fn went<S: PartialEq>(&mut self, all: &[S; STATES], from: Option<&S>, to: &S) {
        let place = |state: &S| all.iter().position(|s| s == state);
        if from != Some(to)
            && let Some(to) = place(to)
        {
            self.0[from.map_or(17, |from| place(from).unwrap_or(17))][to] += 1;
        }
    }

    fn add(&mut self, other: &Self) {
        let all = self.0.iter_mut().flatten().zip(other.0.iter().flatten());
        all.for_each(|(mine, theirs)| *mine += theirs);
    }

    fn named<S: ToString>(&self, all: &[S; STATES]) -> BTreeMap<(String, String), u64> {
        let name = |state: Option<&S>| state.map_or("start".to_owned(), S::to_string);
        let rows = self.0.iter().enumerate();
        let way = |(from, row): (usize, &[u64; STATES])| {
            let from = name(all.get(from));
            row.iter().zip(all).map(|(n, to)| ((from.clone(), to.to_string()), *n)).collect::<Vec<_>>()
        };
        rows.flat_map(way).filter(|(_, n)| *n > 0).collect()
    }
}

#[derive(Clone, Debug)]
pub struct Coverage {
    pub histories: u64,
    /// The gate's time in milliseconds.
    ms: u64,
    pub pairs: Pairs,
    barrier: Ways<17>,
    lane: Ways<8>,
    told: BTreeMap<(&'static str, &'static str), u64>,
}

impl Default for Coverage {
    fn default() -> Self {
        let (barrier, lane) = (Ways([[0; 17]; 18]), Ways([[0; 8]; 18]));
        Self { histories: 0, ms: 0, pairs: Pairs::default(), barrier, lane, told: BTreeMap::new() }
    }
}

impl Coverage {
    /// A history was played for so long.
    pub fn played(&mut self, ms: u64) {
        self.histories += 1;
        self.ms += ms;
    }

    pub fn hours(&self) -> u64 {
        self.ms / 3_600_000
    }

    /// Counts a fact; `was` is what the agent was doing, the answer what it is doing now.
    pub fn see(&mut self, fact: &Fact, was: Option<Doing>) -> Option<Doing> {
        match fact {
            Fact::Started => return None,
            Fact::Done(barrier, lane) => {
                let now = Some((*barrier, *lane));
                if was != now {
                    self.barrier.went(&BARRIER, was.map(|w| w.0).as_ref(), barrier);
                    self.lane.went(&LANE, was.map(|w| w.1).as_ref(), lane);
                }
                return now;
            }
            Fact::Bad(why) => self.count("refused message", why),
            Fact::Told(news) => self.hear(news),
            Fact::Event(body) => self.recorded(body),
            _ => {}
        }
        was
    }

    fn hear(&mut self, news: &BarrierNews) {
        match news {
            BarrierNews::Commanded { motion: Motion::Open, .. } => self.count("pulse", "open"),
            BarrierNews::Commanded { motion: Motion::Close, .. } => self.count("pulse", "close"),
            BarrierNews::Entered => self.count("vehicle", "entered"),
            BarrierNews::DroveThrough => self.count("vehicle", "drove through"),
            BarrierNews::BackedOut => self.count("vehicle", "backed out"),
            BarrierNews::Tailgated => self.count("vehicle", "tailgated"),
            BarrierNews::SensorImplausible { .. } => self.count("sensor", "implausible"),
            BarrierNews::GrantVoid { why, .. } => self.count(
                "grant void",
                match why {
                    Void::Consumed => "consumed",
                    Void::Expired => "expired",
                    Void::BackedOut => "backed out",
                    Void::TrackChanged => "track changed",
                    Void::Withdrawn => "withdrawn",
                },
            ),
            BarrierNews::GrantRefused { why, .. } => self.count(
                "grant refused",
                match why {
                    GrantRefusal::OneIsAlive => "one is alive",
                    GrantRefusal::SeenBefore => "seen before",
                    GrantRefusal::Expired => "expired",
                },
            ),
            BarrierNews::Refused { order, .. } => self.count("refused order", order),
            BarrierNews::Stopped { .. } => self.count("chain", "dropped"),
            BarrierNews::State { .. } => {}
        }
    }

    fn recorded(&mut self, body: &EventBody) {
        match body {
            EventBody::ConvoyBegan { .. } => self.count("convoy", "began"),
            EventBody::ConvoyEnded { why, .. } => self.count(
                "convoy",
                match why {
                    ConvoyEnd::AllPassed => "all passed",
                    ConvoyEnd::TimeOver => "time over",
                    ConvoyEnd::Ended => "ended",
                    ConvoyEnd::Barrier => "barrier",
                    ConvoyEnd::LaneClosed => "lane closed",
                },
            ),
            EventBody::PassageEnded { opened_by: OpenedBy::Convoy, .. } => self.count("convoy", "passage"),
            _ => {}
        }
    }

    fn count(&mut self, kind: &'static str, what: &'static str) {
        *self.told.entry((kind, what)).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        self.histories += other.histories;
        self.ms += other.ms;
        self.pairs.add(&other.pairs);
        self.barrier.add(&other.barrier);
        self.lane.add(&other.lane);
        for (what, n) in &other.told {
            *self.told.entry(*what).or_default() += n;
        }
    }

    /// How often the barrier went each way that it went.
    pub fn barrier(&self) -> BTreeMap<(String, String), u64> {
        self.barrier.named(&BARRIER)
    }

    pub fn lane(&self) -> BTreeMap<(String, String), u64> {
        self.lane.named(&LANE)
    }

    pub fn happened(&self, kind: &'static str, what: &'static str) -> u64 {
        self.told.get(&(kind, what)).copied().unwrap_or(0)
    }
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.pairs)?;
        for (name, ways) in [("barrier", self.barrier()), ("lane", self.lane())] {
            writeln!(f, "{name}: {} transitions", ways.len())?;
            for ((from, to), n) in ways {
                writeln!(f, "  {n:>8}  {from} -> {to}")?;
            }
        }
        writeln!(f, "told: {} kinds", self.told.len())?;
        for ((kind, what), n) in &self.told {
            writeln!(f, "  {n:>8}  {kind}: {what}")?;
        }
        Ok(())
    }
}
