//! Bytes that are nearly right: frames of a corpus, changed as lines and broken devices change them. An input that led
//! to an outcome not seen before joins the corpus.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

/// Longest input; of long frames twice the longest one.
const LONGEST: usize = 700;
/// The corpus grows up to so many.
const CORPUS: usize = 2000;

/// Time of each target: `GATE_FUZZ_SECONDS`, else two seconds.
pub fn budget() -> Duration {
    let seconds = std::env::var("GATE_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    Duration::from_secs(seconds.unwrap_or(2))
}

fn seed() -> u64 {
    std::env::var("GATE_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random)
}

/// Feeds mutated frames to `check` until the time is over. What it returns tells outcomes apart; a panic in it is shown
/// with the bytes that led to it.
pub fn fuzz(name: &str, corpus: &[Vec<u8>], mut check: impl FnMut(&[u8], &mut StdRng) -> u64) {
    let seed = seed();
    let mut rng = StdRng::seed_from_u64(seed);
    let mut kept = corpus.to_vec();
    let longest = corpus.iter().map(|frame| 2 * frame.len()).fold(LONGEST, usize::max);
    let mut outcomes = HashSet::new();
    let end = Instant::now() + budget();
    let mut cases = 0u64;
    while Instant::now() < end {
        let input =
            if cases < kept.len() as u64 { kept[cases as usize].clone() } else { mutated(&kept, longest, &mut rng) };
        cases += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| check(&input, &mut rng)));
        match outcome {
            Ok(outcome) if outcomes.insert(outcome) && kept.len() < CORPUS => kept.push(input),
            Ok(_) => {}
            Err(panic) => {
                println!("{name}: GATE_SEED={seed}, case {cases}, input {input:02X?}");
                resume_unwind(panic);
            }
        }
    }
    println!("fuzz {name}: {cases} inputs, {} outcomes, {} kept, GATE_SEED={seed}", outcomes.len(), kept.len());
    assert!(outcomes.len() > 1, "{name}: every input came to the same: nothing was tried");
}

fn mutated(corpus: &[Vec<u8>], longest: usize, rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = corpus.choose(rng).cloned().unwrap_or_default();
    for _ in 0..rng.random_range(0..4) {
        change(&mut bytes, corpus, rng);
    }
    bytes.truncate(longest);
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], rng: &mut StdRng) {
    let at = rng.random_range(0..=bytes.len());
    let some = |rng: &mut StdRng| [0, 1, 0x7F, 0x80, 0xFF, rng.random()][rng.random_range(0..6)];
    match (rng.random_range(0..8), bytes.get_mut(at)) {
        (0, Some(byte)) => *byte ^= 1 << rng.random_range(0..8),
        (1, Some(byte)) => *byte = some(rng),
        (2, Some(byte)) => *byte = byte.wrapping_add(if rng.random() { 1 } else { 255 }),
        (3, _) => bytes.insert(at, some(rng)),
        (4, Some(_)) => drop(bytes.remove(at)),
        (5, _) => bytes.truncate(at),
        // Another frame begins in the middle of this one, or follows it.
        (6, _) => {
            let other = corpus.choose(rng).cloned().unwrap_or_default();
            bytes.splice(at..at, other);
        }
        (_, _) => {
            let to = rng.random_range(at..=bytes.len());
            let again = bytes[at..to].to_vec();
            bytes.splice(at..at, again);
        }
    }
}
