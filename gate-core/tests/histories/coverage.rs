//! Which ways the machines went, over all histories.

use std::collections::BTreeMap;

use gate_core::barrier::state::{BarrierNews, BarrierState};
use gate_core::lane::state::LaneState;

use crate::fact::Fact;
use crate::trouble::Pairs;

#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub histories: u64,
    /// Seconds of the gate's time.
    pub seconds: u64,
    pub pairs: Pairs,
    barrier: BTreeMap<(String, String), u64>,
    lane: BTreeMap<(String, String), u64>,
    news: BTreeMap<String, u64>,
    was: Option<(BarrierState, LaneState)>,
}

impl Coverage {
    pub fn see(&mut self, fact: &Fact) {
        match fact {
            Fact::Started => self.was = None,
            Fact::Done(barrier, lane) => {
                let was = self.was.replace((*barrier, *lane));
                let before = |name: Option<String>| name.unwrap_or("start".to_owned());
                if was.is_none_or(|(was, _)| was != *barrier) {
                    let way = (before(was.map(|w| w.0.to_string())), barrier.to_string());
                    *self.barrier.entry(way).or_default() += 1;
                }
                if was.is_none_or(|(_, was)| was != *lane) {
                    let way = (before(was.map(|w| w.1.to_string())), lane.to_string());
                    *self.lane.entry(way).or_default() += 1;
                }
            }
            Fact::Bad(why) => self.count(&format!("refused: {why}")),
            Fact::Told(news) => {
                let name = match news {
                    BarrierNews::Commanded { motion, .. } => format!("pulse {motion:?}").to_lowercase(),
                    BarrierNews::Entered => "entered".to_owned(),
                    BarrierNews::DroveThrough => "drove through".to_owned(),
                    BarrierNews::BackedOut => "backed out".to_owned(),
                    BarrierNews::Tailgated => "tailgated".to_owned(),
                    BarrierNews::SensorImplausible { .. } => "sensor implausible".to_owned(),
                    BarrierNews::GrantVoid { why, .. } => format!("grant void: {why:?}").to_lowercase(),
                    BarrierNews::GrantRefused { why, .. } => format!("grant refused: {why:?}").to_lowercase(),
                    BarrierNews::Refused { order, .. } => format!("refused: {order}"),
                    BarrierNews::Stopped { .. } => "stopped".to_owned(),
                    BarrierNews::State { .. } => return,
                };
                self.count(&name);
            }
            _ => {}
        }
    }

    fn count(&mut self, what: &str) {
        *self.news.entry(what.to_owned()).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        self.histories += other.histories;
        self.seconds += other.seconds;
        self.pairs.add(&other.pairs);
        for (mine, theirs) in [(&mut self.barrier, &other.barrier), (&mut self.lane, &other.lane)] {
            for (way, n) in theirs {
                *mine.entry(way.clone()).or_default() += n;
            }
        }
        for (what, n) in &other.news {
            *self.news.entry(what.clone()).or_default() += n;
        }
    }

    /// How often the barrier went this way.
    pub fn barrier(&self, from: &str, to: &str) -> u64 {
        self.barrier.get(&(from.to_owned(), to.to_owned())).copied().unwrap_or(0)
    }

    pub fn lane(&self, from: &str, to: &str) -> u64 {
        self.lane.get(&(from.to_owned(), to.to_owned())).copied().unwrap_or(0)
    }

    pub fn happened(&self, what: &str) -> u64 {
        self.news.get(what).copied().unwrap_or(0)
    }
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.pairs)?;
        for (name, ways) in [("barrier", &self.barrier), ("lane", &self.lane)] {
            writeln!(f, "{name}: {} transitions", ways.len())?;
            for ((from, to), n) in ways {
                writeln!(f, "  {n:>8}  {from} -> {to}")?;
            }
        }
        writeln!(f, "told: {} kinds", self.news.len())?;
        for (what, n) in &self.news {
            writeln!(f, "  {n:>8}  {what}")?;
        }
        Ok(())
    }
}
