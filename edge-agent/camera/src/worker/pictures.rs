//! A picture or a folder of pictures as a camera: each is shown for a while, in the order of their names,
//! again and again. For tests, for demonstrations, and to look at what a gate's camera once saw.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gate_vision::Picture;

use super::pace::Pace;
use super::slot::{Outgoing, Rows, Slot};
use super::{WorkerError, tell};
use crate::config::is_picture;
use crate::frame::{Header, fits, monotonic_us};

/// How often it is looked whether a frame is due.
const STEP: Duration = Duration::from_millis(20);
/// Most pictures of a folder.
const MAX_PICTURES: usize = 100_000;

pub(super) fn show(path: &Path, show_ms: u64, mut pace: Pace, slot: &Slot) -> Result<(), WorkerError> {
    let mut number = 0;
    loop {
        let mut shown = 0;
        for file in files(path)? {
            match Picture::read(&file) {
                Ok(picture) if fits(picture.width, picture.height).is_some() => {
                    shown += 1;
                    hold(&picture, Duration::from_millis(show_ms), (&mut number, &mut pace), slot);
                }
                Ok(picture) => tell(&format!(
                    "{}: {} x {} pixels are out of bounds; it is left out",
                    file.display(),
                    picture.width,
                    picture.height
                )),
                Err(error) => tell(&format!("{}: {error}; it is left out", file.display())),
            }
        }
        if shown == 0 {
            return Err(WorkerError::NoPicture(path.display().to_string()));
        }
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, WorkerError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let fail = |e: std::io::Error| WorkerError::Open { shown: path.display().to_string(), why: e.to_string() };
    let mut files: Vec<PathBuf> = std::fs::read_dir(path)
        .map_err(fail)?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|file| is_picture(file))
        .take(MAX_PICTURES)
        .collect();
    files.sort();
    Ok(files)
}

fn hold(picture: &Picture, time: Duration, (number, pace): (&mut u64, &mut Pace), slot: &Slot) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        let received_us = monotonic_us();
        if pace.due(received_us) {
            *number += 1;
            let (width, height) = (picture.width, picture.height);
            let header = Header { width, height, number: *number, media_us: None, received_us };
            slot.put(Outgoing { header, rows: Rows::Shared(picture.bgr.clone()) });
        }
        std::thread::sleep(STEP.min(time));
    }
}
