//! A camera at its commissioning: what its pictures measure, how large and sharp the plates in them are, and what to
//! change. No I/O.

use std::fmt;

use gate_camera::Measures;
use gate_camera::health::HealthLimits;
use gate_core::plate::PlateColor;
use gate_vision::quality::{GOOD_ROW_PX, GOOD_SHARPNESS, LEAST_ROW_PX, LEAST_SHARPNESS};
use gate_vision::{Fate, Look, PlateLook};

/// From this straightness on a plate is seen straight enough: below it the camera stands more than about 40 degrees
/// beside or above the lane.
const LEAST_STRAIGHTNESS: f32 = 0.6;

/// One plate in one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct PlateSeen {
    /// What was read; `None` when nothing was.
    pub text: Option<(String, f32)>,
    /// Ground colour.
    pub color: Option<PlateColor>,
    /// Height of the plate in pixels.
    pub height_px: f32,
    /// Height of one row of characters in pixels.
    pub row_px: f32,
    /// Width of the plate in pixels.
    pub width_px: f32,
    /// Sharpness of the plate; see [`gate_vision::quality`].
    pub sharpness: f32,
    /// How straight it is seen, 0 to 1.
    pub straightness: f32,
    /// The picture's edge cuts it.
    pub cut: bool,
}

impl PlateSeen {
    /// The plate of a look; `None` for what is no plate.
    #[must_use]
    pub fn of(plate: &PlateLook) -> Option<Self> {
        if plate.fate == Some(Fate::NoPlate) {
            return None;
        }
        Some(Self {
            text: plate.read.as_ref().map(|r| (r.text.clone(), r.probability)),
            color: plate.read.as_ref().and_then(|r| r.color),
            height_px: plate.height_px,
            row_px: plate.height_px / f32::from(plate.heads.row_count().max(1)),
            width_px: plate.corners.width(),
            sharpness: plate.sharpness,
            straightness: plate.corners.straightness(),
            cut: plate.fate == Some(Fate::Outside),
        })
    }

    /// What forbids or hampers a reading, with what to change about the camera.
    #[must_use]
    pub fn advice(&self) -> Vec<Advice> {
        let mut all = Vec::new();
        let mut say = |must: bool, what: String| all.push(Advice { must, what });
        if self.cut {
            say(true, "the picture's edge cuts the plate: turn the camera, or move the stop line".to_owned());
        }
        let rows = short(self.row_px, [LEAST_ROW_PX, GOOD_ROW_PX], ["too small", "small"], 0);
        if let Some((must, limit)) = rows {
            let (row_px, times) = (self.row_px, GOOD_ROW_PX / self.row_px.max(1.0));
            say(
                must,
                format!(
                    "a row of characters is {row_px:.0} px high ({limit} px): zoom in {times:.1} times, or come nearer"
                ),
            );
        }
        let sharpness = short(self.sharpness, [LEAST_SHARPNESS, GOOD_SHARPNESS], ["blurred", "soft"], 3);
        if let Some((must, limit)) = sharpness {
            say(
                must,
                format!(
                    "sharpness {:.3} ({limit}): focus on the stop line; if standing plates are sharp, expose shorter; \
                     raise the stream's bit rate",
                    self.sharpness
                ),
            );
        }
        if self.straightness < LEAST_STRAIGHTNESS {
            say(
                false,
                format!(
                    "seen {:.2} straight (best from {LEAST_STRAIGHTNESS:.2}): mount it nearer to the lane's middle, or lower",
                    self.straightness
                ),
            );
        }
        all
    }
}

/// A measure that is not good: whether it forbids that a look counts, and its word with the limit.
fn short(measure: f32, [least, good]: [f32; 2], [bad, poor]: [&str; 2], digits: usize) -> Option<(bool, String)> {
    if measure < least {
        Some((true, format!("{bad}, nothing counts below {least:.digits$}")))
    } else {
        (measure < good).then(|| (false, format!("{poor}, best from {good:.digits$}")))
    }
}

impl fmt::Display for PlateSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some((text, probability)) => write!(f, "plate {text} ({probability:.3})")?,
            None => write!(f, "plate, not legible")?,
        }
        write!(
            f,
            ": {:.0} x {:.0} px, a row {:.0} px, sharpness {:.3}, straight {:.2}",
            self.width_px, self.height_px, self.row_px, self.sharpness, self.straightness
        )
    }
}

/// Something to change about a camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Without it the camera is of no use; otherwise it would read better.
    pub must: bool,
    /// What, and how.
    pub what: String,
}

/// What a camera's pictures came to.
#[derive(Clone, Debug, Default)]
pub struct CameraView {
    /// Pictures looked at.
    pub looks: u32,
    /// The plates in them.
    pub plates: Vec<PlateSeen>,
}

impl CameraView {
    /// Takes in a look; the plates that are new in it.
    pub fn see(&mut self, look: &Look) -> Vec<PlateSeen> {
        self.looks += 1;
        let seen: Vec<PlateSeen> = look.plates.iter().filter_map(PlateSeen::of).collect();
        self.plates.extend(seen.iter().cloned());
        seen
    }

    /// The verdict: the plate of the middle height, which stands for all, and what to change.
    ///
    /// # Errors
    /// Why nothing can be said.
    pub fn verdict(&self) -> Result<(PlateSeen, Vec<Advice>), String> {
        let mut sorted: Vec<&PlateSeen> = self.plates.iter().filter(|p| !p.cut).collect();
        sorted.sort_by(|a, b| a.row_px.total_cmp(&b.row_px));
        let Some(middle) = sorted.get(sorted.len() / 2) else {
            return Err(match self.looks {
                0 => "no picture came".to_owned(),
                looks => format!(
                    "no whole plate in {looks} pictures: let a vehicle stand on the stop line and try again; if one \
                     stood there, turn the camera to it"
                ),
            });
        };
        let mut sharp: Vec<f32> = sorted.iter().map(|p| p.sharpness).collect();
        sharp.sort_by(f32::total_cmp);
        let sharpness = sharp.get(sharp.len() / 2).copied().unwrap_or(middle.sharpness);
        let typical = PlateSeen { sharpness, ..(*middle).clone() };
        let advice = typical.advice();
        Ok((typical, advice))
    }
}

/// A picture's measures, each with its limit.
#[must_use]
pub fn measured(m: &Measures, limits: &HealthLimits) -> String {
    format!(
        "brightness {:.0} (>= {:.0}), contrast {:.0} (>= {:.0}), dazzled {:.2} (<= {:.2}), edges {:.1} (>= {:.1})",
        m.mean,
        limits.dark_mean,
        m.deviation,
        limits.covered_deviation,
        m.saturated,
        limits.glare_share,
        m.sharpness,
        limits.blurred_sharpness
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plate(row_px: f32, sharpness: f32) -> PlateSeen {
        PlateSeen {
            text: Some(("29C12345".to_owned(), 0.98)),
            color: Some(PlateColor::White),
            height_px: row_px,
            row_px,
            width_px: row_px * 4.5,
            sharpness,
            straightness: 0.9,
            cut: false,
        }
    }

    #[test]
    fn a_good_plate_needs_nothing() {
        assert_eq!(plate(26.0, 0.22).advice(), []);
    }

    #[test]
    fn what_is_too_small_or_blurred_must_change_what_is_small_may() {
        let small = plate(11.0, 0.2).advice();
        assert!(!small[0].must && small[0].what.contains("zoom in 2.0 times"), "{small:?}");
        let tiny = plate(5.0, 0.2).advice();
        assert!(tiny[0].must && tiny[0].what.contains("below 7 px"), "{tiny:?}");
        let blurred = plate(30.0, 0.02).advice();
        assert!(blurred[0].must && blurred[0].what.contains("focus"), "{blurred:?}");
    }

    #[test]
    fn the_middle_plate_stands_for_all_and_a_cut_one_for_none() {
        let mut view = CameraView { looks: 4, plates: [9.0, 24.0, 26.0].map(|row| plate(row, 0.2)).to_vec() };
        view.plates.push(PlateSeen { cut: true, ..plate(3.0, 0.2) });
        let (typical, advice) = view.verdict().unwrap();
        assert_eq!((typical.row_px, advice), (24.0, vec![]));
        let none = CameraView { looks: 7, plates: vec![PlateSeen { cut: true, ..plate(30.0, 0.2) }] };
        assert!(none.verdict().unwrap_err().contains("in 7 pictures"));
        assert_eq!(CameraView::default().verdict().unwrap_err(), "no picture came");
    }
}
