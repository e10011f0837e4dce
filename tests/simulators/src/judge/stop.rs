//! STOP comes at once; after it nothing moves before a reset at the lane and a word of its own (I6).

use super::meaning::Meaning;
use super::{Event, Life, SETTLE_MS, Scene, Verdict, Word};

/// STOP is on the wire within this; on a line that is at fault OPEN and CLOSE, which go first, may each have to wait for
/// an answer that does not come.
const STOP_MS: u64 = 300;
const STOP_ON_A_BAD_LINE_MS: u64 = 1500;

fn patience(scene: &Scene) -> u64 {
    if scene.calm() { STOP_MS } else { STOP_ON_A_BAD_LINE_MS }
}

#[derive(Debug, Default)]
pub(super) struct Stop {
    dropped: bool,
    /// When a person reset since the chain was dropped.
    reset: Option<u64>,
    /// The chain was closed by a reset, and may be told again to close.
    given: bool,
    closed_ms: Option<u64>,
    /// Before CLOSE somebody must give a new word.
    needs_word: bool,
    /// STOP was pressed then and is not on the wire yet.
    stop_by: Option<u64>,
}

impl Stop {
    pub fn event(&mut self, event: &Event<'_>, scene: &Scene) -> Verdict {
        let now = scene.now_ms;
        match event {
            Event::Person(Word::Stop) if scene.started_ms.is_some() => {
                self.reset = None;
                self.stop_by.get_or_insert(now);
            }
            Event::Person(Word::Reset) => self.reset = Some(now),
            Event::Person(Word::WayIsEmpty) => self.needs_word = false,
            Event::Agent(Life::Killed) => self.stop_by = None,
            Event::Agent(Life::Started) => self.needs_word = true,
            Event::Told(Meaning::DropChain, _) => {
                if !self.dropped {
                    // A drop that was on its way when a person reset is of the stop that was reset.
                    let on_its_way = scene.limit(patience(scene));
                    self.reset = self.reset.filter(|at| now <= at + on_its_way);
                    self.given = false;
                }
                (self.dropped, self.needs_word, self.stop_by) = (true, true, None);
            }
            Event::Told(Meaning::CloseChain, _) => {
                // Repeated until the board confirms it: the first one counts.
                self.given |= self.reset.take().is_some();
                if std::mem::take(&mut self.dropped) {
                    self.closed_ms = Some(now);
                }
                if !self.given {
                    return Err(("I6", "the stop chain was closed without a reset at the lane".to_owned()));
                }
            }
            Event::Told(motion @ (Meaning::Open | Meaning::Close), _) => return self.moves(motion, now),
            _ => {}
        }
        let ms = patience(scene);
        match self.stop_by {
            Some(at) if now > at + scene.limit(ms) => {
                self.stop_by = None;
                Err(("STOP", format!("pressed at {at} ms, and the chain was not dropped within {ms} ms")))
            }
            _ => Ok(()),
        }
    }

    fn moves(&mut self, motion: &Meaning, now: u64) -> Verdict {
        if self.dropped {
            return Err(("I6", format!("{motion:?} while the stop chain is dropped")));
        }
        if let Some(ms) = self.closed_ms.map(|at| now.saturating_sub(at)).filter(|ms| *ms < SETTLE_MS) {
            return Err(("I6", format!("{motion:?} {ms} ms after the stop chain was closed")));
        }
        match motion {
            Meaning::Open => self.needs_word = false,
            _ if self.needs_word => return Err(("I6", "CLOSE without a new word after a stop or a start".to_owned())),
            _ => {}
        }
        Ok(())
    }
}
