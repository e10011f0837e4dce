//! The judge: invariants I1 to I14 of `domain.md` section 4, from what can be observed and from the plant's
//! truth alone. It shares no code with the machines; what an agent says of itself (its states) counts
//! only where an invariant asks for that word.

mod closing;
mod convoy;
mod log;
mod manners;
mod motion;
mod opening;
mod presence;

use crate::fact::Fact;
use crate::plant::Plant;
use crate::seed::Seed;
use crate::wire::Wire;
use log::Log;

/// An invariant that did not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    pub seed: Seed,
    pub at: u64,
    pub rule: &'static str,
    pub what: String,
}

impl Violation {
    pub fn of(self, seed: Seed) -> Self {
        Self { seed, ..self }
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} broken at {} ms of seed {}: {}", self.rule, self.at, self.seed, self.what)
    }
}

/// A rule and why it is broken.
type Broken = (&'static str, String);

/// What every rule can see.
struct Scene<'a> {
    log: &'a Log,
    plant: &'a Plant,
    wire: &'a Wire,
}

#[derive(Clone)]
pub struct Checker {
    log: Log,
    closing: closing::Closing,
    opening: opening::Opening,
    motion: motion::Motions,
    manners: manners::Manners,
}

impl Checker {
    pub fn new(plant: &Plant) -> Self {
        Self {
            log: Log::default(),
            closing: closing::Closing::new(&plant.config),
            opening: opening::Opening::default(),
            motion: motion::Motions::default(),
            manners: manners::Manners::default(),
        }
    }

    /// Judges a fact.
    pub fn fact(&mut self, fact: &Fact, plant: &Plant, wire: &Wire) -> Result<(), Violation> {
        self.log.note(fact, plant.now);
        let scene = Scene { log: &self.log, plant, wire };
        let judged = (self.closing.fact(fact, &scene))
            .and_then(|()| self.opening.fact(fact, &scene))
            .and_then(|()| self.motion.fact(fact, &scene))
            .and_then(|()| self.manners.fact(fact, &scene));
        self.log.over(fact);
        judged.map_err(|(rule, what)| Violation { seed: Seed::default(), at: plant.now, rule, what })
    }

    /// Judges a moment of the plant.
    pub fn moment(&mut self, plant: &Plant, wire: &Wire, wrong_at: u64) -> Result<(), Violation> {
        self.log.wrong_at = wrong_at;
        let scene = Scene { log: &self.log, plant, wire };
        let judged = (self.opening.moment(&scene))
            .and_then(|()| self.motion.moment(&scene))
            .and_then(|()| self.manners.moment(&scene))
            .and_then(|()| self.closing.moment(&scene));
        judged.map_err(|(rule, what)| Violation { seed: Seed::default(), at: plant.now, rule, what })
    }
}
