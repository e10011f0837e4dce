//! Random histories of a lane: a plant of vehicles, boom, relays, keys and power, a wire that lies, an
//! enemy on the broker and people at the lane drive the barrier and lane machines; a judge of its own
//! holds them to invariants I1 to I14.
//!
//! - `GATE_HISTORIES=N` plays N histories instead of the default.
//! - `GATE_SEED=N` plays that one and prints all that can be observed of it.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may stop where it stands, and shows what it saw")]

mod agent;
mod checker;
mod coverage;
mod fact;
mod less;
mod pair;
mod plant;
mod rng;
mod trouble;
mod wire;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use checker::Violation;
use coverage::Coverage;
use gate_core::barrier::defect::Defect;
use rng::Rng;
use world::{Play, life, run};

/// Histories of the default run.
const HISTORIES: u64 = 3000;
/// A defect must show within so many.
const PER_DEFECT: u64 = 1200;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|v| v.parse().ok())
}

/// Seeds that broke an invariant once.
fn regressions() -> impl Iterator<Item = u64> {
    let lines = include_str!("regressions.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
}

/// Plays seeds `0..count` on all cores; `first` stops at the first that breaks an invariant.
fn play(count: u64, play: Play, first: bool) -> (Coverage, Vec<Violation>) {
    let (next, total) = (AtomicU64::new(0), Mutex::new((Coverage::default(), Vec::new())));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut mine = Coverage::default();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= count {
                        break;
                    }
                    if let Some(violation) = run(seed, play, &mut mine) {
                        if first {
                            next.store(count, Ordering::Relaxed);
                        }
                        total.lock().unwrap_or_else(PoisonError::into_inner).1.push(violation);
                    }
                }
                total.lock().unwrap_or_else(PoisonError::into_inner).0.add(&mine);
            });
        }
    });
    let (coverage, mut violations) = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    violations.sort_by_key(|v| v.seed);
    (coverage, violations)
}

#[test]
fn random_histories_keep_every_invariant() {
    if let Some(seed) = number("GATE_SEED") {
        let violation = run(seed, Play { show: true, ..Play::default() }, &mut Coverage::default());
        assert!(violation.is_none(), "{}", violation.map(|v| v.to_string()).unwrap_or_default());
        return;
    }
    for seed in regressions() {
        let violation = run(seed, Play::default(), &mut Coverage::default());
        assert!(violation.is_none(), "broken again: {}", violation.map(|v| v.to_string()).unwrap_or_default());
    }
    let began = Instant::now();
    let (coverage, violations) = play(number("GATE_HISTORIES").unwrap_or(HISTORIES), Play::default(), false);
    let took = began.elapsed().as_secs_f64();
    println!("{coverage}");
    println!(
        "{} histories, {} h of the gate's time, {} openings, {} closings, {} passages, {} faults, in {took:.1} s: {:.0} histories/s",
        coverage.histories,
        coverage.seconds / 3600,
        coverage.happened("pulse open"),
        coverage.happened("pulse close"),
        coverage.happened("drove through"),
        coverage.pairs.faults(),
        coverage.histories as f64 / took
    );
    for violation in violations.iter().take(20) {
        println!("{violation}");
    }
    if let Some(violation) = violations.first() {
        let seed = violation.seed;
        panic!("{} histories broke an invariant; GATE_SEED={seed} shows the first", violations.len());
    }
    covered(&coverage);
}

/// A proof over histories in which nothing happens proves nothing.
fn covered(coverage: &Coverage) {
    for way in include_str!("transitions.txt").lines().filter(|line| !line.starts_with('#')) {
        let [machine, from, to] = way.split(' ').collect::<Vec<_>>()[..] else { panic!("transitions.txt: {way}") };
        let times = if machine == "barrier" { coverage.barrier(from, to) } else { coverage.lane(from, to) };
        assert!(times > 0, "no history took the {machine} from {from} to {to}");
    }
    for (a, b, met) in coverage.pairs.all() {
        assert!(met > 0, "{a:?} and {b:?} were never at the same time");
    }
    assert!(coverage.pairs.sound_inputs().is_empty(), "{:?} never failed", coverage.pairs.sound_inputs());
    for what in ["pulse open", "pulse close", "drove through", "backed out", "tailgated", "refused: copy"] {
        assert!(coverage.happened(what) > 0, "{what} never happened");
    }
}

#[test]
fn every_defect_is_caught() {
    let mut missed = Vec::new();
    for defect in Defect::ALL {
        // A machine that never moves must not be excused by its caution.
        let rule = (defect == Defect::Dead).then_some("I14");
        let (coverage, violations) = play(PER_DEFECT, Play { defect: Some(defect), rule, ..Play::default() }, true);
        match violations.first() {
            Some(violation) => {
                println!("{defect:?}: caught after {} histories: {violation}", coverage.histories);
                // An alarm that the sound machine raises too says nothing of the defect.
                let sound = run(violation.seed, Play { rule, ..Play::default() }, &mut Coverage::default());
                assert!(sound.is_none(), "{defect:?} is not what the judge objects to: {violation}");
            }
            None => missed.push(defect),
        }
    }
    assert!(missed.is_empty(), "the judge does not see {missed:?}");
}

#[test]
fn taking_information_away_moves_nothing() {
    let count = number("GATE_HISTORIES").unwrap_or(HISTORIES) / 8;
    let mut lives = 0;
    for (seed, life) in (0..count).filter_map(|seed| Some((seed, life(seed)?))) {
        lives += 1;
        let mut rng = Rng::new(seed);
        for _ in 0..4 {
            if let Err(what) = life.with_less(&mut rng) {
                panic!("I12 broken in the healthy history of seed {seed}: {what}");
            }
        }
    }
    assert!(lives * 2 > count, "only {lives} of {count} histories could be used");
    println!("{lives} healthy histories, each played 4 times with less");
}
