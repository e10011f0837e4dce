//! Random histories of a lane: a plant of vehicles, boom, relays, keys and power, a wire that lies, an
//! enemy on the broker and people at the lane drive the barrier and lane machines; a judge of its own
//! holds them to invariants I1 to I14.
//!
//! - `GATE_HISTORIES=N` plays N histories instead of the default.
//! - `GATE_HISTORIES_FILE=PATH` goes on where a run of the same binary ended that wrote there.
//! - `GATE_HISTORIES_MINUTES=N` ends after so many minutes, and tells how far it came.
//! - `GATE_SEED=N` (a long history) or `N.B` (its branch) plays that one and prints all that can be observed of it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test may stop where it stands, and shows what it saw"
)]

mod agent;
mod branches;
mod checker;
mod coverage;
mod crowd;
mod fact;
mod history;
mod kept;
mod less;
mod plant;
mod rng;
mod seed;
mod trouble;
mod wire;
mod world;

use std::time::{Duration, Instant};

use coverage::Coverage;
use gate_core::barrier::defect::Defect;
use history::{Play, again, life};
use kept::Kept;
use rng::Rng;
use seed::Seed;

/// Histories of the default run.
const HISTORIES: u64 = 200_000;
/// Histories after which it is written down how far a run came.
const CHUNK: u64 = 200_000;
/// A defect must show within so many.
const PER_DEFECT: u64 = 60_000;
/// One healthy life is played again with less for so many histories.
const HISTORIES_FOR_LIFE: u64 = 500;
/// More histories than these need no more lives.
const MOST_FOR_LIVES: u64 = 4_000_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|v| v.parse().unwrap_or_else(|e| panic!("{name}={v}: {e}; give a whole number")))
}

/// Histories that broke an invariant once.
fn regressions() -> impl Iterator<Item = Seed> {
    let lines = include_str!("regressions.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
}

#[test]
fn random_histories_keep_every_invariant() {
    if let Ok(seed) = std::env::var("GATE_SEED") {
        let violation = again(seed.parse().unwrap(), Play { show: true, ..Play::default() });
        assert!(violation.is_none(), "{}", violation.map(|v| v.to_string()).unwrap_or_default());
        return;
    }
    for seed in regressions() {
        let violation = again(seed, Play::default());
        assert!(violation.is_none(), "broken again: {}", violation.map(|v| v.to_string()).unwrap_or_default());
    }
    let wanted = number("GATE_HISTORIES").unwrap_or(HISTORIES);
    let coverage = play_on(wanted, number("GATE_HISTORIES_MINUTES").map(|n| Duration::from_secs(n * 60)));
    println!("{coverage}");
    // A few show nothing of what they never met.
    if coverage.histories >= HISTORIES {
        covered(&coverage);
    }
}

/// Plays what is still missing of `wanted`, as far as the time allows.
fn play_on(wanted: u64, time: Option<Duration>) -> Coverage {
    let (began, mut kept, mut coverage) = (Instant::now(), Kept::read(), Coverage::default());
    let before = kept.histories;
    while kept.histories < wanted && time.is_none_or(|time| began.elapsed() < time) {
        let played = crowd::play(kept.next, CHUNK.min(wanted - kept.histories), Play::default(), false);
        for violation in played.violations.iter().take(20) {
            println!("{violation}");
        }
        if let Some(violation) = played.violations.first() {
            let seed = violation.seed;
            panic!("{} histories broke an invariant; GATE_SEED={seed} shows the first", played.violations.len());
        }
        kept.histories += played.coverage.histories;
        kept.next = played.next;
        kept.write();
        coverage.add(&played.coverage);
        if wanted > 10 * CHUNK {
            println!("{} of {wanted} histories, {} s", kept.histories, began.elapsed().as_secs());
        }
    }
    let took = began.elapsed().as_secs_f64();
    let per_s = coverage.histories as f64 / took;
    println!(
        "{} histories (with {before} of earlier runs: {} of {wanted}), {} h of the gate's time, {} openings, {} closings, \
         {} passages, {} faults, in {took:.1} s: {per_s:.0} histories/s",
        coverage.histories,
        kept.histories,
        coverage.hours(),
        coverage.happened("pulse", "open"),
        coverage.happened("pulse", "close"),
        coverage.happened("vehicle", "drove through"),
        coverage.pairs.faults(),
    );
    coverage
}

/// A proof over histories in which nothing happens proves nothing.
fn covered(coverage: &Coverage) {
    let (barrier, lane) = (coverage.barrier(), coverage.lane());
    for way in include_str!("transitions.txt").lines().filter(|line| !line.starts_with('#')) {
        let [machine, from, to] = way.split(' ').collect::<Vec<_>>()[..] else { panic!("transitions.txt: {way}") };
        let ways = if machine == "barrier" { &barrier } else { &lane };
        let went = ways.contains_key(&(from.to_owned(), to.to_owned()));
        assert!(went, "no history took the {machine} from {from} to {to}");
    }
    for (a, b, met) in coverage.pairs.all() {
        assert!(met > 0, "{a:?} and {b:?} were never at the same time");
    }
    assert!(coverage.pairs.sound_inputs().is_empty(), "{:?} never failed", coverage.pairs.sound_inputs());
    let must = [
        ("pulse", "open"),
        ("pulse", "close"),
        ("vehicle", "drove through"),
        ("vehicle", "backed out"),
        ("vehicle", "tailgated"),
        ("convoy", "passage"),
        ("convoy", "all passed"),
        ("convoy", "time over"),
        ("convoy", "ended"),
        ("convoy", "barrier"),
        ("convoy", "lane closed"),
        ("refused message", "copy"),
        ("refused message", "altered"),
    ];
    for (kind, what) in must {
        assert!(coverage.happened(kind, what) > 0, "{kind} {what} never happened");
    }
}

#[test]
fn every_defect_is_caught() {
    let mut missed = Vec::new();
    for defect in Defect::ALL {
        // A machine that never moves must not be excused by its caution.
        let rule = (defect == Defect::Dead).then_some("I14");
        let played = crowd::play(0, PER_DEFECT, Play { defect: Some(defect), rule, ..Play::default() }, true);
        match played.violations.first() {
            Some(violation) => {
                println!("{defect:?}: caught after {} histories: {violation}", played.coverage.histories);
                // An alarm that the sound machine raises too says nothing of the defect.
                let sound = again(violation.seed, Play { rule, ..Play::default() });
                assert!(sound.is_none(), "{defect:?} is not what the judge objects to: {violation}");
            }
            None => missed.push(defect),
        }
    }
    assert!(missed.is_empty(), "the judge does not see {missed:?}");
}

#[test]
fn taking_information_away_moves_nothing() {
    let count = number("GATE_HISTORIES").unwrap_or(HISTORIES).min(MOST_FOR_LIVES) / HISTORIES_FOR_LIFE;
    let one = number("GATE_SEED");
    let mut lives = 0;
    for (seed, life) in one.map_or(0..count, |seed| seed..seed + 1).filter_map(|seed| Some((seed, life(seed)?))) {
        lives += 1;
        let mut rng = Rng::new(seed);
        for _ in 0..4 {
            if let Err(what) = life.with_less(&mut rng, one.is_some()) {
                panic!("I12 broken in the healthy history of seed {seed}: {what}");
            }
        }
    }
    assert!(one.is_some() || lives * 2 > count, "only {lives} of {count} histories could be used");
    println!("{lives} healthy histories, each played 4 times with less");
}
