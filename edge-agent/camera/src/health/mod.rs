//! Whether a camera can see, judged by its pictures: each condition with its measure and limit, told
//! only when it has lasted and taken back only when it has been gone, so that a passing shadow is no
//! fault. A fault is known within 5 s of its beginning; that a camera was turned, while a vehicle stands before it, within
//! [`TURNED_BEHIND_A_VEHICLE`], for a lorry can hide all that was there.

mod aim;
mod detail;
mod measure;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use gate_vision::Picture;
use serde::{Deserialize, Serialize};

pub use aim::{Aim, AimError, Seen};
pub use measure::Measures;

use crate::state::{CameraFault, FaultCode};
use measure::Thumb;

/// Pictures are judged at most so often.
pub const EVERY: Duration = Duration::from_millis(400);
/// Pictures that a new one is compared with.
const BEFORE: usize = 4;
/// A condition that lasts so long is a fault.
const RAISED_AFTER: Duration = Duration::from_millis(2200);
/// A fault that is gone for so long is over.
const CLEARED_AFTER: Duration = Duration::from_secs(1);
/// A camera that fits nowhere while its lane is empty was turned after so long.
const TURNED: Duration = Duration::from_millis(3800);
/// A camera that fits nowhere while a vehicle is watched was turned after so long.
pub const TURNED_BEHIND_A_VEHICLE: Duration = Duration::from_mins(1);

/// When a picture counts as bad.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthLimits {
    /// Frozen below this mean change of a pixel, in grey levels, against each of the last pictures: an
    /// encoder's own noise comes back with every group of pictures, a sensor's never. 0 switches it off.
    pub frozen_change: f32,
    /// Black below this mean brightness, 0 to 255.
    pub black_mean: f32,
    /// Too dark below this mean brightness, 0 to 255.
    pub dark_mean: f32,
    /// Covered below this standard deviation, in grey levels.
    pub covered_deviation: f32,
    /// Dazzled above this share of saturated pixels, 0 to 1.
    pub glare_share: f32,
    /// Blurred below this variance of the Laplacian.
    pub blurred_sharpness: f32,
    /// Blurred, too, below this share, 0 to 1, of the fine detail that its commissioning's picture has in the same
    /// places. 0 switches it off.
    pub blurred_detail: f32,
    /// Turned below this share, 0 to 1, of the parts of its commissioning's picture that lie in their place. 0 switches
    /// it off.
    pub turned_share: f32,
}

impl Default for HealthLimits {
    fn default() -> Self {
        Self {
            frozen_change: 0.1,
            black_mean: 12.0,
            dark_mean: 28.0,
            covered_deviation: 6.0,
            glare_share: 0.35,
            blurred_sharpness: 2.0,
            blurred_detail: 0.3,
            turned_share: 0.2,
        }
    }
}

/// What is judged of one condition over time.
#[derive(Clone, Copy, Debug, Default)]
struct Lasting {
    bad_since: Option<Instant>,
    good_since: Option<Instant>,
    raised: bool,
    /// The measure of the last bad picture, with its limit.
    last: Option<(f32, f32)>,
}

impl Lasting {
    /// Takes in one picture's condition; the measure and limit to tell while the fault is raised, which it is `after` so
    /// long. A good picture between bad ones takes no fault back.
    fn see(&mut self, condition: Option<(f32, f32)>, after: Duration, now: Instant) -> Option<(f32, f32)> {
        if condition.is_some() {
            self.last = condition;
            self.good_since = None;
            let since = *self.bad_since.get_or_insert(now);
            self.raised |= now.saturating_duration_since(since) >= after;
        } else {
            self.bad_since = None;
            let since = *self.good_since.get_or_insert(now);
            self.raised &= now.saturating_duration_since(since) < CLEARED_AFTER;
        }
        self.last.filter(|_| self.raised)
    }
}

const CODES: [FaultCode; 8] = [
    FaultCode::CameraFrozen,
    FaultCode::CameraBlack,
    FaultCode::CameraCovered,
    FaultCode::CameraDark,
    FaultCode::CameraGlare,
    FaultCode::CameraBlurred,
    FaultCode::CameraWrongSize,
    FaultCode::CameraTurned,
];

/// The judge of one camera's pictures.
#[derive(Debug)]
pub struct Health {
    limits: HealthLimits,
    size: (Option<u32>, Option<u32>),
    live: bool,
    aim: Aim,
    /// The last pictures, newest last.
    before: VecDeque<Thumb>,
    seen: Option<Instant>,
    lasting: [Lasting; CODES.len()],
    faults: Vec<CameraFault>,
}

impl Health {
    /// A judge that has seen nothing yet. `size` is what the camera is set up to send; only a `live` camera
    /// can be frozen; `aim` is where it looked at its commissioning.
    #[must_use]
    pub fn new(limits: HealthLimits, size: (Option<u32>, Option<u32>), live: bool, aim: Aim) -> Self {
        Self {
            limits,
            size,
            live,
            aim,
            before: VecDeque::with_capacity(BEFORE + 1),
            seen: None,
            lasting: [Lasting::default(); CODES.len()],
            faults: Vec::new(),
        }
    }

    /// The measures of one picture by itself.
    #[must_use]
    pub fn measure(picture: &Picture) -> Measures {
        Measures::of(picture, &Thumb::of(picture), &VecDeque::new())
    }

    /// Judges a picture of `now`, and tells what is wrong with the camera. Where a vehicle is `watched` it may hide what
    /// the camera would be known by.
    pub fn see(&mut self, picture: &Picture, watched: bool, now: Instant) -> &[CameraFault] {
        if self.seen.is_some_and(|seen| now.saturating_duration_since(seen) < EVERY) {
            return &self.faults;
        }
        self.seen = Some(now);
        let thumb = Thumb::of(picture);
        let measures = Measures::of(picture, &thumb, &self.before);
        let conditions = self.conditions(picture, &measures);
        self.before.push_back(thumb);
        while self.before.len() > BEFORE {
            self.before.pop_front();
        }
        self.faults.clear();
        for ((code, lasting), condition) in CODES.into_iter().zip(&mut self.lasting).zip(conditions) {
            let after = match (code, watched) {
                (FaultCode::CameraTurned, false) => TURNED,
                (FaultCode::CameraTurned, true) => TURNED_BEHIND_A_VEHICLE,
                _ => RAISED_AFTER,
            };
            if let Some((measure, limit)) = lasting.see(condition, after, now) {
                self.faults.push(CameraFault { code, measure, limit });
            }
        }
        &self.faults
    }

    /// What is wrong with this one picture, in the order of [`CODES`]: the measure and its limit.
    fn conditions(&self, picture: &Picture, m: &Measures) -> [Option<(f32, f32)>; CODES.len()] {
        let l = &self.limits;
        let when = |bad: bool, measure: f32, limit: f32| bad.then_some((measure, limit));
        let black = m.mean < l.black_mean;
        let glare = m.saturated > l.glare_share;
        // One cause, one fault: a black or dazzled picture has no contrast and no edges either.
        let covered = !black && !glare && m.deviation < l.covered_deviation;
        let dark = !black && !covered && m.mean < l.dark_mean;
        let edgeless = !black && !glare && !covered && m.sharpness < l.blurred_sharpness;
        let may_freeze = self.live && !black && !covered;
        let seen = !black && !glare && !covered && !dark && !edgeless;
        let beside = if seen { self.aim.beside(picture) } else { None };
        let coarse = beside.and_then(|b| b.detail).filter(|detail| *detail < l.blurred_detail);
        let blurred = when(edgeless, m.sharpness, l.blurred_sharpness).or(coarse.map(|c| (c, l.blurred_detail)));
        let fit = beside.map(|b| b.fit).filter(|_| blurred.is_none());
        let other = |wanted: Option<u32>, is: u32| wanted.filter(|&w| w != is).map(|w| (px(is), px(w)));
        [
            m.change.and_then(|change| when(may_freeze && change < l.frozen_change, change, l.frozen_change)),
            when(black, m.mean, l.black_mean),
            when(covered, m.deviation, l.covered_deviation),
            when(dark, m.mean, l.dark_mean),
            when(glare, m.saturated, l.glare_share),
            blurred,
            other(self.size.0, picture.width).or_else(|| other(self.size.1, picture.height)),
            fit.and_then(|fit| when(fit < l.turned_share, fit, l.turned_share)),
        ]
    }
}

fn px(side: u32) -> f32 {
    f32::from(u16::try_from(side).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests;
