//! The plates that one camera sees of the watched vehicle: looks fused, the frames that voted kept, and
//! each reading told when it is new or better. One camera may see several plates: a tractor's and its
//! trailer's, or those of another vehicle, which [`Plates::changed`] is about.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gate_camera::{CameraConfig, Frame};
use gate_core::plate::PlateKind;
use gate_core::plate::confusion::{Likeness, compare};
use gate_core::reading::{PlateReading, ReadingSource};
use gate_core::vehicle::Role;
use gate_vision::{FusedReading, Fusion, Picture, PlateLook};

/// Different texts whose best frame is kept.
const MOST_TEXTS: usize = 5;
/// A reading that is not ready is told so often at most, and from this probability on.
const UNREADY_EVERY: Duration = Duration::from_millis(500);
const UNREADY_LEAST: f32 = 0.3;
/// A reading of the same text is told again when it is so much more probable.
const BETTER: f32 = 0.1;
/// Probable enough and read twice, but not sure: after so long it is as ready as it will be.
const SETTLED_AFTER: Duration = Duration::from_millis(1000);
/// Ready waits so long for the vehicle's class and its container's number.
const WAITS_FOR_REST: Duration = Duration::from_millis(500);
/// A plate not seen for so long is gone.
const GONE_AFTER: Duration = Duration::from_secs(1);
/// The other plate was read so often by itself since then.
const OTHER_LOOKS: usize = 3;
/// A plate of another vehicle in the same place is about as large.
const AS_LARGE: f32 = 0.6;

/// What is kept of the best look at one text.
struct Voted {
    role: Role,
    number: u32,
    weight: f32,
    height_px: f32,
    frame: Frame,
    crop: Picture,
    /// When this text was read by itself, last, and how often.
    last: Instant,
    times: Vec<Instant>,
}

/// A reading to tell.
pub(super) struct Told {
    pub(super) reading: PlateReading,
    pub(super) ready: bool,
    /// The frame that was read and the plate cut out of it; `None` when it is not held any more.
    pub(super) pictures: Option<(Frame, Picture)>,
}

/// One camera's plates.
pub(super) struct Plates {
    config: CameraConfig,
    begun: Instant,
    /// A tractor's plate and its trailer's are fused apart: to each other they would be rivals.
    fusions: BTreeMap<Role, Fusion>,
    voted: BTreeMap<String, Voted>,
    /// By role: what was told last, with its time; and since when it would be ready.
    told: BTreeMap<Role, (String, f32, bool, Instant)>,
    ready_since: BTreeMap<Role, Instant>,
}

impl Plates {
    pub(super) fn new(config: CameraConfig, begun: Instant) -> Self {
        let (voted, told, ready_since) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { config, begun, fusions: BTreeMap::new(), voted, told, ready_since }
    }

    /// Adds the plates of one look. Of each role only the near ones count: a smaller one hangs on a vehicle
    /// farther off.
    pub(super) fn add(&mut self, looks: &[PlateLook], frame: &Frame) {
        let role = |look: &PlateLook| role_of(look.read.as_ref().and_then(|r| r.kind), self.config.role);
        let nearest = looks.iter().fold(BTreeMap::new(), |mut heights, look| {
            let height: &mut f32 = heights.entry(role(look)).or_default();
            *height = height.max(look.height_px);
            heights
        });
        let near = looks.iter().map(|look| (role(look), look)).collect::<Vec<_>>();
        for (role, look) in near {
            if look.height_px >= nearest.get(&role).copied().unwrap_or_default() * AS_LARGE {
                self.add_one(role, look, frame);
            }
        }
    }

    fn add_one(&mut self, role: Role, look: &PlateLook, frame: &Frame) {
        let number = self.fusions.entry(role).or_default().add(look);
        let Some(read) = &look.read else { return };
        if look.fate.is_some_and(|f| matches!(f, gate_vision::Fate::NoPlate)) {
            return;
        }
        let last = frame.received;
        if let Some(voted) = self.voted.get_mut(&read.text) {
            voted.last = last;
            voted.times.push(last);
            if voted.times.len() > OTHER_LOOKS {
                voted.times.remove(0);
            }
            if look.weight <= voted.weight {
                return;
            }
            (voted.number, voted.weight, voted.height_px) = (number, look.weight, look.height_px);
            (voted.frame, voted.crop) = (frame.clone(), look.crop.clone());
            return;
        }
        if self.voted.len() >= MOST_TEXTS {
            let lightest = self.voted.iter().min_by(|a, b| a.1.weight.total_cmp(&b.1.weight));
            match lightest.map(|(text, v)| (text.clone(), v.weight)) {
                Some((text, weight)) if weight < look.weight => self.voted.remove(&text),
                _ => return,
            };
        }
        let voted = Voted {
            role,
            number,
            weight: look.weight,
            height_px: look.height_px,
            frame: frame.clone(),
            crop: look.crop.clone(),
            last,
            times: vec![last],
        };
        self.voted.insert(read.text.clone(), voted);
    }

    /// Readings to tell now. `rest_known`: the vehicle's class, and its container's number if one is seen.
    pub(super) fn tell(&mut self, rest_known: bool, now: Instant) -> Vec<Told> {
        let mut told = Vec::new();
        // The best supported plate of a role is the vehicle's; another one is somebody else's.
        let best: Vec<(Role, FusedReading)> =
            self.fusions.iter().filter_map(|(role, fusion)| Some((*role, fusion.reading()?))).collect();
        for (role, reading) in best {
            // Another plate than the one that the lane asked by: another vehicle, or none of ours.
            let asked = self.told.get(&role).filter(|(_, _, ready, _)| *ready);
            if asked.is_some_and(|(text, ..)| other_plate(text, &reading.plate.text)) {
                continue;
            }
            let ready = self.ready(role, &reading, rest_known, now);
            if self.is_news(role, &reading, ready, now) {
                let entry = (reading.plate.text.clone(), reading.plate.probability, ready, now);
                self.told.insert(role, entry);
                let best = self.best(role, &reading);
                let pictures = best.map(|v| (v.frame.clone(), v.crop.clone()));
                let height_px = best.map(|v| v.height_px);
                let mut reading = reading.into_reading(role, self.config.view, None);
                reading.source = Some(ReadingSource { camera: self.config.name.clone(), height_px });
                told.push(Told { reading, ready, pictures });
            }
        }
        told
    }

    fn ready(&mut self, role: Role, reading: &FusedReading, rest_known: bool, now: Instant) -> bool {
        let Some(fusion) = self.fusions.get(&role) else { return false };
        let long = now.saturating_duration_since(self.begun) >= SETTLED_AFTER;
        let settled = reading.counts() && reading.agreeing >= 2 && long && !fusion.disagrees();
        let sure = fusion.sure();
        if !sure && !settled {
            self.ready_since.remove(&role);
            return false;
        }
        let since = *self.ready_since.entry(role).or_insert(now);
        rest_known || now.saturating_duration_since(since) >= WAITS_FOR_REST
    }

    fn is_news(&self, role: Role, reading: &FusedReading, ready: bool, now: Instant) -> bool {
        let (text, probability) = (&reading.plate.text, reading.plate.probability);
        let Some((old, before, was_ready, at)) = self.told.get(&role) else {
            return ready || probability >= UNREADY_LEAST;
        };
        let rested = now.saturating_duration_since(*at) >= UNREADY_EVERY;
        match (old == text, *was_ready) {
            // The lane asks by a ready reading: once for each text.
            (true, true) => false,
            (true, false) => ready || (rested && probability >= before + BETTER),
            // What was ready is overruled only by what is ready.
            (false, true) => ready,
            (false, false) => ready || (rested && probability >= UNREADY_LEAST),
        }
    }

    /// What was read: the best look, or another that read this very text.
    fn best(&self, role: Role, reading: &FusedReading) -> Option<&Voted> {
        let exact = self.voted.values().find(|v| (v.role, v.number) == (role, reading.best_look));
        exact.or_else(|| self.voted.get(&reading.plate.text))
    }

    /// The frame of the plate that was told as ready.
    pub(super) fn ready_frame(&self) -> Option<&Frame> {
        let (text, ..) = self.told.values().find(|(_, _, ready, _)| *ready)?;
        self.voted.get(text).map(|v| &v.frame)
    }

    /// Whether a surely different plate has taken the place of one that was ready: the old one is gone, the
    /// new one was read several times by itself since, is as large, of the same role, and no misread.
    pub(super) fn changed(&self, now: Instant) -> bool {
        self.told.iter().filter(|(_, (_, _, ready, _))| *ready).any(|(role, (old, ..))| {
            let (Some(was), Some(fusion)) = (self.voted.get(old), self.fusions.get(role)) else { return false };
            let took_its_place = |new: &FusedReading| {
                self.voted.get(&new.plate.text).is_some_and(|is| {
                    is.times.len() >= OTHER_LOOKS
                        && is.times.iter().all(|at| *at > was.last)
                        && is.height_px >= was.height_px * AS_LARGE
                })
            };
            now.saturating_duration_since(was.last) >= GONE_AFTER
                && fusion
                    .readings()
                    .iter()
                    .any(|new| new.counts() && other_plate(old, &new.plate.text) && took_its_place(new))
        })
    }
}

/// A trailer's plate says so by its kind; otherwise the camera's place tells.
fn role_of(kind: Option<PlateKind>, place: Role) -> Role {
    match kind {
        Some(PlateKind::CnTrailer | PlateKind::VnTrailer) => Role::Trailer,
        _ => place,
    }
}

/// Two texts that no misreading of one or two characters turns into each other.
pub(super) fn other_plate(a: &str, b: &str) -> bool {
    let differ = a.chars().zip(b.chars()).filter(|(x, y)| x != y).count();
    let lengths = a.chars().count().abs_diff(b.chars().count());
    compare(a, b) == Likeness::Different && differ + lengths >= 3
}
