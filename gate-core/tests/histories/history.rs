//! A history: plant, wire, agent, centre and people, from event to event by one seed, before the judge's
//! eyes. From a long one short ones branch off: each takes over all that is there at a drawn moment (a
//! vehicle under the boom, an opening under way) and goes on by chances and troubles of its own.

use gate_core::barrier::defect::Defect;

use crate::branches::{Branches, Doing};
use crate::checker::{Checker, Violation};
use crate::coverage::Coverage;
use crate::fact::Fact;
use crate::less::Life;
use crate::rng::Rng;
use crate::seed::Seed;
use crate::trouble::Pairs;
use crate::world::World;
use crate::world::centre::Centre;
use crate::world::chaos::Chaos;
use crate::world::people::People;

/// What is played.
#[derive(Clone, Copy, Debug, Default)]
pub struct Play {
    pub defect: Option<Defect>,
    /// Nothing breaks but what drivers and officers do.
    pub healthy: bool,
    /// Keep all that the agent was given.
    pub keep: bool,
    /// Judge by this invariant alone.
    pub rule: Option<&'static str>,
    /// Write every fact to standard error.
    pub show: bool,
}

impl Play {
    fn counts(&self, violation: &Violation) -> bool {
        self.rule.is_none_or(|rule| rule == violation.rule)
    }
}

#[derive(Clone)]
struct History {
    world: World,
    chaos: Chaos,
    people: People,
    centre: Centre,
    checker: Checker,
    play: Play,
    /// What the agent said last that it is doing.
    doing: Option<Doing>,
    facts: Vec<Fact>,
}

/// The life of the agent of one healthy long history.
pub fn life(seed: u64) -> Option<Life> {
    let (mut history, length) = History::new(seed, Play { healthy: true, keep: true, ..Play::default() });
    history.go_on(length, &mut Coverage::default()).ok()?;
    let agent = history.world.agent?;
    Some(Life { config: history.world.plant.config, began: 0, given: agent.given })
}

/// Plays a long history and its branches; ends at the first objection.
pub fn run(seed: u64, play: Play, coverage: &mut Coverage) -> Option<Violation> {
    let mut found = None;
    let long = with_branches(seed, play, coverage, |seed, branch, coverage| {
        found = branch.play(coverage).err().map(|violation| violation.of(seed));
        found.is_some()
    });
    found.or(long)
}

/// Plays one history again: a long one without its branches, or one branch.
pub fn again(wanted: Seed, play: Play) -> Option<Violation> {
    let mut found = None;
    let quiet = Play { show: play.show && wanted.branch.is_none(), ..play };
    let long = with_branches(wanted.long, quiet, &mut Coverage::default(), |seed, branch, coverage| {
        if seed == wanted {
            branch.history.play.show = play.show;
            found = branch.play(coverage).err().map(|violation| violation.of(seed));
        }
        seed == wanted
    });
    if wanted.branch.is_some() { found } else { long }
}

/// A short history that is about to begin.
struct Branch {
    history: History,
    ends: u64,
}

impl Branch {
    fn play(&mut self, coverage: &mut Coverage) -> Result<(), Violation> {
        self.history.go_on(self.ends, coverage)
    }
}

/// Plays a long history and hands out each branch where it leaves; ends where `take` says so.
fn with_branches(
    seed: u64,
    play: Play,
    coverage: &mut Coverage,
    mut take: impl FnMut(Seed, &mut Branch, &mut Coverage) -> bool,
) -> Option<Violation> {
    let (mut history, length) = History::new(seed, play);
    let mut branches = Branches::new(Rng::new(!seed));
    while history.next() <= length {
        if let Err(violation) = history.step(coverage) {
            return Some(violation.of(Seed { long: seed, branch: None }));
        }
        let due = history.doing.and_then(|doing| branches.due(history.world.plant.now, doing));
        if let Some(number) = due {
            let mut branch = history.branch(number);
            if take(Seed { long: seed, branch: Some(number) }, &mut branch, coverage) {
                return None;
            }
        }
    }
    coverage.played(length);
    None
}

impl History {
    /// A lane at the beginning, and how long its history is.
    fn new(seed: u64, play: Play) -> (Self, u64) {
        let mut rng = Rng::new(seed);
        let mut world = World::new(&mut rng);
        let (chaos, people, centre) = (Chaos::new(play.healthy, &mut rng), People::new(&mut rng), Centre::new());
        let length = rng.between(40_000, 120_000);
        world.rng = rng;
        let checker = Checker::new(&world.plant);
        let facts = Vec::new();
        (Self { world, chaos, people, centre, checker, play, doing: None, facts }, length)
    }

    /// Another history that was the same until now: mostly with two troubles at once, or one, or none.
    fn branch(&self, number: u32) -> Branch {
        let mut history = self.clone();
        let now = history.world.plant.now;
        let mut rng = self.world.rng.branch(number.into());
        let (first, second) = Pairs::numbered(rng.next());
        match rng.between(0, 7) {
            0 => history.chaos.plan(None, None, now, &mut rng),
            1 | 2 => history.chaos.plan(Some(first), None, now, &mut rng),
            _ => history.chaos.plan(Some(first), Some(second), now, &mut rng),
        }
        history.people.hurry(now, &mut rng);
        history.centre.hurry(now, &mut rng);
        let ends = now + rng.between(3000, 6000) + if rng.chance(50) { 14_000 } else { 0 };
        history.world.rng = rng;
        Branch { history, ends }
    }

    /// When something happens next.
    fn next(&self) -> u64 {
        let mut next = self.world.next().min(self.chaos.next());
        if self.world.awake() {
            next = next.min(self.people.next()).min(self.centre.next());
        }
        next.max(self.world.plant.now)
    }

    fn go_on(&mut self, until: u64, coverage: &mut Coverage) -> Result<(), Violation> {
        let began = self.world.plant.now;
        while self.next() <= until {
            self.step(coverage)?;
        }
        coverage.played(until - began);
        Ok(())
    }

    /// Time goes on to the next event; whoever it concerns acts, and everything seen is judged.
    fn step(&mut self, coverage: &mut Coverage) -> Result<(), Violation> {
        let now = self.next();
        let world = &mut self.world;
        world.plant.now = now;
        let others = self.chaos.next().min(self.people.next()).min(self.centre.next());
        let looked_at = world.acts_at().min(others) <= now || !world.awake();
        if looked_at {
            world.plant.advance(&mut world.rng);
            if self.chaos.next() <= now {
                self.chaos.step(world, &mut coverage.pairs);
            }
            world.life(&self.centre.trusted, &self.play, &mut self.facts);
            if world.awake()
                && let Some(agent) = &mut world.agent
            {
                self.people.step(&world.plant, agent, &mut world.rng);
                self.centre.step(&world.plant, agent, &mut world.rng);
            }
            world.wire.step(&mut world.plant, &mut world.rng);
        }
        world.renew();
        world.deliver();
        world.collect(&mut self.centre, &mut self.people, &mut self.facts);
        self.judge(coverage)?;
        if looked_at { self.judge_moment() } else { Ok(()) }
    }

    fn judge(&mut self, coverage: &mut Coverage) -> Result<(), Violation> {
        let (world, play) = (&mut self.world, self.play);
        for fact in self.facts.drain(..) {
            if play.show {
                eprintln!("{:>7} {fact:?}", world.plant.now);
            }
            self.doing = coverage.see(&fact, self.doing);
            world.remember(&fact);
            if let Err(violation) = self.checker.fact(&fact, &world.plant, &world.wire)
                && play.counts(&violation)
            {
                return Err(violation);
            }
        }
        Ok(())
    }

    fn judge_moment(&mut self) -> Result<(), Violation> {
        let (world, play) = (&mut self.world, self.play);
        if play.show {
            eprintln!("{:>7} {}", world.plant.now, world.plant);
        }
        world.note_wrong();
        let judged = self.checker.moment(&world.plant, &world.wire, world.wrong_at);
        judged.or_else(|violation| if play.counts(&violation) { Err(violation) } else { Ok(()) })
    }
}
