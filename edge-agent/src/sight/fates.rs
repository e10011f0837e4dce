//! How the looks fared, for "why was it not read", and the best frames to show an officer.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gate_camera::Frame;
use gate_vision::Look;

/// Frames shown of a vehicle that was not read.
const FRAMES: usize = 3;
/// Before the lane calls a vehicle unread (3 s), its frames must be there.
const FIRST_FRAMES: Duration = Duration::from_millis(2200);
/// Counts are told so often at most, frames anew so often.
const EVERY: Duration = Duration::from_secs(1);
const FRAMES_EVERY: Duration = Duration::from_secs(5);
/// Two frames to show are so far apart.
const APART: Duration = Duration::from_millis(300);

/// Counts and frames of one watched vehicle.
pub(super) struct Fates {
    begun: Instant,
    counts: BTreeMap<&'static str, u32>,
    /// Best first, by worth.
    best: Vec<(f32, Frame)>,
    told: Option<(Instant, u32)>,
    shown: Option<(Instant, Vec<Frame>)>,
}

/// What is told of the looks.
pub(super) struct Fared {
    pub(super) counts: Vec<(String, u32)>,
    pub(super) frames: Vec<Frame>,
}

/// The fates of a look: of each plate (`read` where it counts), `nothing` where none was found.
pub(super) fn of(look: &Look) -> Vec<&'static str> {
    if look.plates.is_empty() {
        return vec!["nothing"];
    }
    look.plates.iter().map(|plate| plate.fate.map_or("read", |f| f.name())).collect()
}

impl Fates {
    pub(super) fn new(begun: Instant) -> Self {
        Self { begun, counts: BTreeMap::new(), best: Vec::new(), told: None, shown: None }
    }

    /// Counts a look and keeps its frame if it is among the best.
    pub(super) fn add(&mut self, look: &Look, frame: &Frame) {
        for fate in of(look) {
            *self.counts.entry(fate).or_default() += 1;
        }
        let plate = look.plates.iter().map(|p| p.weight).fold(0.0, f32::max);
        let vehicle = look.vehicles.iter().map(|v| v.confidence).fold(0.0, f32::max);
        self.keep(plate + 0.01 * vehicle, frame);
    }

    fn keep(&mut self, worth: f32, frame: &Frame) {
        let near = |other: &Frame| {
            let (a, b) = (frame.received, other.received);
            a.saturating_duration_since(b).max(b.saturating_duration_since(a)) < APART
        };
        match self.best.iter().position(|(_, other)| near(other)) {
            Some(at) if self.best[at].0 < worth => self.best[at] = (worth, frame.clone()),
            Some(_) => return,
            None => self.best.push((worth, frame.clone())),
        }
        self.best.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.best.truncate(FRAMES);
    }

    /// What to tell now. `read`: the frame of the plate that is read, which is then the one to show.
    pub(super) fn tell(&mut self, read: Option<&Frame>, now: Instant) -> Option<Fared> {
        let total = self.counts.values().sum();
        let unshown = match &self.shown {
            None => now.saturating_duration_since(self.begun) >= FIRST_FRAMES,
            Some((shown, _)) => now.saturating_duration_since(*shown) >= FRAMES_EVERY,
        };
        let show = read.is_none() && unshown && !self.best.is_empty();
        let (told, before) = self.told.map_or((None, 0), |(at, n)| (Some(at), n));
        let recount = total != before && told.is_none_or(|at| now.saturating_duration_since(at) >= EVERY);
        if !show && !recount {
            return None;
        }
        self.told = Some((now, total));
        if show {
            self.shown = Some((now, self.best.iter().map(|(_, f)| f.clone()).collect()));
        }
        // What is told replaces what was told: a recount names the frames again.
        let frames = match (read, &self.shown) {
            (Some(frame), _) => vec![frame.clone()],
            (None, Some((_, frames))) => frames.clone(),
            (None, None) => Vec::new(),
        };
        Some(Fared { counts: self.counts(), frames })
    }

    /// The counts, by name.
    pub(super) fn counts(&self) -> Vec<(String, u32)> {
        self.counts.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
    }
}
