//! The real agent, as a process, at simulated lanes over TCP and pty: hundreds of passages with every fault of lines
//! and contacts at every moment, the agent killed with `kill -9` there or not. A judge that reads the simulator's own
//! log of bytes and boom says whether a rule was broken on the wire; the agent's record is read after all its lives.
//!
//! `GATE_PASSAGES=N` plays N passages (all 320 combinations are in any 320), `GATE_LANES=N` on so many lanes at once,
//! `GATE_SEED=N` with other waits, `GATE_ONLY=TEXT` those that are written with TEXT in them, as `moment: Stopped`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod panel;
mod post;
#[path = "../process_common/mod.rs"]
mod process_common;
mod record;
mod scenario;

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gate_simulators::judge::{Fact, Judge};
use gate_simulators::log::Logged;
use post::{BUILDS, Build, Post};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use record::Played;
use scenario::{Job, jobs};

/// Passages without `GATE_PASSAGES`: about three minutes.
const PASSAGES: usize = 96;
/// Lanes that two cores can play.
const LANES: usize = 12;
/// A record of hundreds of passages is read within this.
const RECORD_WITHIN: Duration = Duration::from_secs(120);
/// What happened in so long before an objection is printed with it.
const TOLD_BEFORE_MS: u64 = 6000;
/// The metronome's beat.
const BEAT: Duration = Duration::from_millis(10);

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// When this machine was late, and by how much: its processors, and its disk. What it owes to the lanes that it plays.
#[derive(Clone, Default)]
struct Metronome(Arc<Mutex<Vec<(Instant, u64)>>>);

impl Metronome {
    fn start() -> Self {
        let it = Self::default();
        let (beats, writes) = (it.clone(), it.clone());
        std::thread::spawn(move || {
            loop {
                let before = Instant::now();
                std::thread::sleep(BEAT);
                beats.note(before.elapsed().saturating_sub(BEAT));
            }
        });
        std::thread::spawn(move || {
            let mut file = tempfile::tempfile().unwrap();
            loop {
                let before = Instant::now();
                file.write_all(b"beat").unwrap();
                file.sync_data().unwrap();
                writes.note(before.elapsed());
                std::thread::sleep(10 * BEAT);
            }
        });
        it
    }

    fn note(&self, late: Duration) {
        if late >= 2 * BEAT {
            self.0.lock().unwrap().push((Instant::now(), u64::try_from(late.as_millis()).unwrap()));
        }
    }

    fn since(&self, from: Instant) -> Vec<(Instant, u64)> {
        self.0.lock().unwrap().iter().filter(|(at, _)| *at >= from).copied().collect()
    }
}

/// What one lane came to.
#[derive(Default)]
struct Outcome {
    played: usize,
    openings: u64,
    recorded: usize,
    faults: Vec<String>,
}

async fn play(build: Build, seed: u64, jobs: Arc<Mutex<VecDeque<Job>>>, metronome: Metronome) -> Outcome {
    let mut judge = Judge::new(build.rules());
    let mut post = Post::build(build, StdRng::seed_from_u64(seed)).await;
    let (mut outcome, mut played) = (Outcome::default(), Vec::new());
    let mut noted_from = 0;
    loop {
        let Some(job) = jobs.lock().unwrap().pop_front() else { break };
        let begun = Instant::now();
        match post.play(&job).await {
            Ok((from, until)) => {
                println!("{job:?} on {build:?}: {:.1} s", begun.elapsed().as_secs_f32());
                played.push(Played { job: job.clone(), begun: from, ended: until });
            }
            Err(why) => {
                outcome.faults.push(format!("{build:?} {job:?}: {why}"));
                break;
            }
        }
        let before = judge.objections().len();
        let story;
        (noted_from, story) = judged(&mut judge, &mut post, noted_from, &metronome.since(begun));
        for objection in &judge.objections()[before..] {
            // Told at once: a run that is cut off has not been for nothing.
            println!("{build:?} {job:?}: {objection:?}; before it:");
            let around = objection.at_ms.saturating_sub(TOLD_BEFORE_MS)..=objection.at_ms;
            story.iter().filter(|(at, _)| around.contains(at)).for_each(|(at, what)| println!("  {at} {what:?}"));
            outcome.faults.push(format!("{build:?} {job:?}: {objection:?}"));
        }
        if outcome.faults.len() > 5 {
            break;
        }
    }
    // What is recorded last is given its time to reach the disk; every kill before was given none.
    tokio::time::sleep(Duration::from_secs(2)).await;
    post.kill();
    outcome.openings = judge.openings();
    outcome.played = played.len();
    let read = tokio::time::timeout(RECORD_WITHIN, record::faults(post.folder.path(), &played)).await;
    let (faults, recorded) = read.unwrap_or_else(|_| (vec!["its record is not read in time".to_owned()], 0));
    println!("{build:?}: {} played, {recorded} recorded, {} faults of the record", played.len(), faults.len());
    outcome.faults.extend(faults.into_iter().map(|f| format!("{build:?}: {f}")));
    outcome.recorded = recorded;
    if !outcome.faults.is_empty() {
        let log = std::fs::read_to_string(post.folder.path().join("log")).unwrap_or_default();
        let tail: Vec<_> = log.lines().rev().take(60).collect();
        println!("the agent of {build:?} said last:");
        tail.iter().rev().for_each(|line| println!("  {line}"));
    }
    outcome
}

/// Hands the judge all that happened since the last time, in order. Until when, and what it was.
fn judged(judge: &mut Judge, post: &mut Post, noted_from: u64, late: &[(Instant, u64)]) -> (u64, Vec<(u64, Fact)>) {
    let (entries, notes, now_ms) = {
        let state = &mut *post.lane().sim.now();
        let (entries, lost) = state.log.take();
        assert_eq!(lost, 0, "the log of a passage is longer than what the simulator keeps");
        let notes = state.plant.journal.notes().into_iter().filter(|n| n.at_ms >= noted_from).collect::<Vec<_>>();
        (entries, notes, state.plant.now_ms())
    };
    let at = |entry: &Logged| match entry {
        Logged::Heard(heard) => heard.at_ms,
        Logged::Plant(seen) => seen.at_ms,
    };
    let mut facts: Vec<(u64, Fact)> = post.facts.drain(..).collect();
    facts.extend(notes.into_iter().map(|n| (n.at_ms, Fact::Noted(n))));
    facts.extend(entries.into_iter().map(|e| (at(&e), Fact::Logged(e))));
    facts.sort_by_key(|(at, _)| *at);
    for (when, ms) in late {
        let ago = u64::try_from(when.elapsed().as_millis()).unwrap();
        judge.late(now_ms.saturating_sub(ago), *ms);
    }
    for (at, fact) in &facts {
        judge.fact(*at, fact);
    }
    (now_ms, facts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes of real time on a machine that does nothing else: `./gate test --long` plays it"]
async fn no_rule_is_broken_on_the_wire_and_every_passage_is_recorded_once() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (passages, lanes) = (number("GATE_PASSAGES", PASSAGES), number("GATE_LANES", LANES));
    let seed = u64::try_from(number("GATE_SEED", 1)).unwrap();
    let only = std::env::var("GATE_ONLY").unwrap_or_default();
    let begun = Instant::now();
    let queue = Arc::new(Mutex::new(VecDeque::from(jobs(passages, &only))));
    let metronome = Metronome::start();
    let running: Vec<_> = (0..lanes)
        .map(|n| {
            let seed = seed * 1000 + u64::try_from(n).unwrap();
            tokio::spawn(play(BUILDS[n % BUILDS.len()], seed, queue.clone(), metronome.clone()))
        })
        .collect();
    let mut all = Outcome::default();
    for lane in running {
        let Outcome { played, openings, recorded, faults } = lane.await.unwrap();
        all.played += played;
        all.openings += openings;
        all.recorded += recorded;
        all.faults.extend(faults);
    }
    println!(
        "{} passages on {lanes} lanes in {:.0} s: {} openings heard, {} passages recorded, {} faults",
        all.played,
        begun.elapsed().as_secs_f32(),
        all.openings,
        all.recorded,
        all.faults.len()
    );
    assert!(all.faults.is_empty(), "{:#?}", all.faults);
    assert_eq!(all.played, passages);
    assert!(all.openings as usize >= passages / 2, "hardly anything opened: this shows nothing");
}
