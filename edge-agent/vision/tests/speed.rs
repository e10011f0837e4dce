//! What a look costs: processor time of one thread, which does not grow when others use the machine.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "prints figures, and a test may stop where it stands")]

mod common;

use common::{eyes, root};
use gate_vision::Picture;

const LOOKS: u32 = 20;
/// The aim is 40 ms in a release build; a debug build of the code around the networks is given more.
const MOST_MS: f64 = if cfg!(debug_assertions) { 80.0 } else { 45.0 };

/// Processor time of this thread in milliseconds, in steps of 10.
fn spent_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    // After the name in brackets: state is the first field, utime and stime are the 12th and 13th.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) * 10.0
}

#[test]
fn a_full_hd_frame_costs_little() {
    let test = "a_full_hd_frame_costs_little";
    let Some(mut eyes) = eyes(test) else { return };
    let folder = root().join("../shared/datasets/containers");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("SKIPPED {test}: {} is not there", folder.display());
        return;
    };
    let mut files: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "jpg"));
    files.sort();
    let pictures: Vec<Picture> = files.iter().filter_map(|p| Picture::read(p).ok()).collect();
    let large: Vec<&Picture> = pictures.iter().filter(|p| (p.width, p.height) == (1920, 1080)).take(10).collect();
    assert!(!large.is_empty());
    eyes.look(large[0]).unwrap();
    let before = spent_ms();
    for n in 0..LOOKS {
        eyes.look(large[n as usize % large.len()]).unwrap();
    }
    let each = (spent_ms() - before) / f64::from(LOOKS);
    println!("figure full-hd-look {each:.1} ms of processor time");
    assert!(each <= MOST_MS, "a look costs {each:.1} ms, at most {MOST_MS} is allowed");
}
