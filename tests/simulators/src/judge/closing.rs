//! The boom on its way down: CLOSE only over a way that was read free (I1), STOP when it becomes occupied (I2), and a
//! STOP when limits contradict (I9) or change without cause (I13).

use std::collections::VecDeque;

use super::meaning::{Meaning, Seen};
use super::{Event, Life, Scene, Verdict, Word};
use crate::plant::{Drive, NoteKind};

/// All reads of this time before CLOSE are free, and the newest is not older than [`NEWEST_MS`].
const CLEAR_MS: u64 = 1500;
const NEWEST_MS: u64 = 150;
/// Reads of the way in that time, at the least: one every 300 ms, or it was unknown.
const READS: usize = 5;
/// The boom is down for so long before its leaving counts as strange.
const DOWN_MS: u64 = 1000;

/// A STOP that must come.
#[derive(Clone, Copy, Debug)]
struct Due {
    rule: &'static str,
    since_ms: u64,
    within_ms: u64,
}

#[derive(Debug, Default)]
pub(super) struct Closing {
    reads: VecDeque<Seen>,
    open_since: Option<u64>,
    down_since: Option<u64>,
    /// A vehicle drove through, or a person said that the way is empty, since the last OPEN.
    through: bool,
    dropped: bool,
    due: Option<Due>,
}

impl Closing {
    pub fn event(&mut self, event: &Event<'_>, scene: &Scene) -> Verdict {
        match event {
            Event::Read(seen) => self.read(seen, scene),
            Event::Told(Meaning::Open, _) => (self.through, self.open_since, self.down_since) = (false, None, None),
            Event::Told(Meaning::DropChain, _) => (self.dropped, self.due) = (true, None),
            Event::Told(Meaning::CloseChain, _) => (self.dropped, self.down_since) = (false, None),
            Event::Told(Meaning::Close, _) => return self.close(scene),
            Event::Plant(plant) if plant.drive != Drive::Down && self.due.is_some_and(|d| d.rule == "I2") => {
                self.due = None;
            }
            Event::Noted(note) if note.kind == NoteKind::Passed => self.through = true,
            Event::Person(Word::WayIsEmpty) => self.through = true,
            Event::Agent(Life::Killed | Life::Started) => (self.due, self.down_since) = (None, None),
            _ => {}
        }
        if !scene.calm() {
            (self.due, self.down_since) = (None, None);
        }
        match self.due {
            Some(due) if scene.now_ms > due.since_ms + scene.limit(due.within_ms) => {
                self.due = None;
                let what = match due.rule {
                    "I2" => "the way became occupied while the boom came down",
                    "I9" => "both limits were read at once",
                    _ => "the closed limit was left without an OPEN",
                };
                Err((due.rule, format!("{what} at {} ms, and no STOP came within {} ms", due.since_ms, due.within_ms)))
            }
            _ => Ok(()),
        }
    }

    fn read(&mut self, seen: &Seen, scene: &Scene) {
        self.reads.push_back(*seen);
        while self.reads.front().is_some_and(|r| r.at_ms + 2 * CLEAR_MS < seen.at_ms) {
            self.reads.pop_front();
        }
        let watched = scene.settled() && !self.dropped && scene.plant.is_some_and(|p| p.chain);
        if let Some((open, closed)) = seen.limits {
            self.open_since = if open { self.open_since.or(Some(seen.at_ms)) } else { None };
            if open && closed && watched {
                self.demand("I9", seen, 500);
            }
            let was_down = self.down_since.is_some_and(|at| seen.at_ms.saturating_sub(at) >= DOWN_MS);
            match (open, closed) {
                (false, true) => {
                    self.down_since.get_or_insert(seen.at_ms);
                    if self.due.is_some_and(|d| d.rule == "I13") {
                        self.due = None;
                    }
                }
                _ if was_down && watched => self.demand("I13", seen, 1000),
                _ => self.down_since = None,
            }
        }
        if seen.occupied == Some(true) && watched && scene.plant.is_some_and(|p| p.drive == Drive::Down) {
            self.demand("I2", seen, 300);
        }
    }

    fn demand(&mut self, rule: &'static str, seen: &Seen, within_ms: u64) {
        self.due.get_or_insert(Due { rule, since_ms: seen.arrived_ms, within_ms });
    }

    fn close(&self, scene: &Scene) -> Verdict {
        let now = scene.now_ms;
        if !scene.rules.agent_closes {
            return Err(("I1", "CLOSE, and the controller lowers this boom".to_owned()));
        }
        let ways: Vec<(u64, bool)> = self.reads.iter().filter_map(|r| Some((r.at_ms, r.occupied?))).collect();
        let recent = || ways.iter().filter(|(at, _)| at + CLEAR_MS >= now);
        let newest = ways.last().map_or(u64::MAX, |(at, _)| now.saturating_sub(*at));
        if recent().count() < READS || newest > scene.limit(NEWEST_MS) {
            return Err(("I1", format!("CLOSE on {} reads, the newest {newest} ms old", recent().count())));
        }
        if let Some((at, _)) = recent().find(|(_, occupied)| *occupied) {
            return Err(("I1", format!("CLOSE, and the way was read occupied {} ms before", now - at)));
        }
        if !self.through {
            return Err(("I1", "CLOSE, and nobody drove through since the last OPEN".to_owned()));
        }
        match self.open_since.map(|at| now.saturating_sub(at)) {
            Some(ms) if ms + 100 >= scene.rules.min_open_ms => Ok(()),
            Some(ms) => Err(("I1", format!("CLOSE after the boom was up for {ms} ms"))),
            None => Err(("I1", "CLOSE, and the open limit is not read".to_owned())),
        }
    }
}
