//! OPEN: one order for each (I3), not in the first five seconds (I7), and within a second where all is well (I14).

use std::collections::VecDeque;

use super::meaning::Meaning;
use super::{Event, Life, SETTLE_MS, Scene, Verdict, Word};

/// An order that has led to nothing for so long leads to nothing any more: its record, and the wait for its turn.
const ORDER_LIVES_MS: u64 = 1500;

/// Lateness of this machine past which an opening may rightly not come.
const LATE_MS: u64 = 200;

#[derive(Debug, Default)]
pub(super) struct Opening {
    /// Orders that no OPEN has used up.
    orders: VecDeque<u64>,
    /// By when the OPEN of an order that was taken must be heard.
    open_by: Option<(u64, u64)>,
}

impl Opening {
    pub fn event(&mut self, event: &Event<'_>, scene: &Scene) -> Verdict {
        let now = scene.now_ms;
        match event {
            Event::Person(Word::Open) => self.orders.push_back(now),
            Event::Person(Word::OpenRefused) => drop(self.orders.pop_back()),
            Event::Person(Word::OpenTaken) if scene.calm() => {
                self.open_by = self.orders.back().map(|at| (*at, 1000));
            }
            Event::Person(Word::Stop) | Event::Agent(Life::Killed) => self.open_by = None,
            Event::Agent(Life::Started) => {
                // No effect of an earlier life (I7).
                self.orders.clear();
            }
            Event::Told(Meaning::DropChain, _) => self.open_by = None,
            Event::Told(Meaning::Open, _) => {
                self.open_by = None;
                self.used(scene)?;
                return still(scene, "OPEN");
            }
            Event::Told(Meaning::Close, _) => return still(scene, "CLOSE"),
            _ => {}
        }
        // A disk that takes the record late lets nothing open, and rightly so.
        if !scene.calm() || scene.latest(3000) > LATE_MS {
            self.open_by = None;
        }
        match self.open_by {
            Some((at, ms)) if now > at + scene.limit(ms) => {
                self.open_by = None;
                Err(("I14", format!("an order of {at} ms was taken and no OPEN came within {ms} ms")))
            }
            _ => Ok(()),
        }
    }

    fn used(&mut self, scene: &Scene) -> Verdict {
        let lives = scene.limit(ORDER_LIVES_MS);
        self.orders.retain(|at| scene.now_ms.saturating_sub(*at) <= lives);
        match self.orders.pop_front() {
            Some(_) => Ok(()),
            None => Err(("I3", "OPEN without an order that no other OPEN has used".to_owned())),
        }
    }
}

/// Nothing moves in the first five seconds after a start or a return of sight, and nothing without an agent.
fn still(scene: &Scene, what: &str) -> Verdict {
    let since = |at: u64| scene.now_ms.saturating_sub(at);
    match scene.started_ms {
        None => Ok(()), // the last bytes of one that was killed
        Some(at) if since(at) < SETTLE_MS => Err(("I7", format!("{what} {} ms after the start", since(at)))),
        Some(_) if since(scene.sight_since_ms) < SETTLE_MS => {
            Err(("I7", format!("{what} {} ms after sight came back", since(scene.sight_since_ms))))
        }
        Some(_) => Ok(()),
    }
}
