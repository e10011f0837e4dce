//! All models on one picture. One [`Eyes`] per worker thread.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use gate_core::plate::PlateKind;
use gate_core::vehicle::VehicleClass;

use crate::container::{self, Number};
use crate::error::{ModelError, VisionError};
use crate::geometry::{Area, Quad};
use crate::look::{ContainerLook, Look, PlateLook, PlateText};
use crate::manifest::{self, Manifest};
use crate::picture::Picture;
use crate::pixels::{self, Views};
use crate::plate::detect::{Found, What};
use crate::plate::facts::Facts;
use crate::plate::read::Reader;
use crate::plate::slots::{Heads, LEAST, Slots};
use crate::plate::{closer, detect, rectify};
use crate::quality::{self, Fate, Seen};
use crate::vehicle::{self, Carriers, VehicleBox};

/// Most plates read in one picture.
const MOST_PLATES: usize = 6;
/// Most plates of one picture whose surroundings are looked at.
const MOST_CARRIERS: usize = 2;
/// A find with less than this share of the best one's score is not looked at further.
const FAINT_BESIDE: f32 = 0.42;
/// A plate so probable at the first look needs no closer one.
const CLEAR_PLATE: f32 = 0.95;
/// A find so long in the detector's view, in pixels, whose first look says with less than this probability that it is a
/// plate, is none.
const LARGE_ENOUGH: f32 = 45.0;
const SURELY_NONE: f32 = 0.05;
/// How much wider a plate is cut when its end may be missing, as a share of its width, over both ends.
const WIDER: f32 = 0.25;
/// A container number so probable at the first cut needs no further ones.
const CLEAR_CODE: f32 = 0.9;
/// Cuts in which a container number is read: longer and higher than found, by these shares.
const CODE_CUTS: [(f32, f32); 3] = [(0.0, 0.5), (-0.02, -0.1), (0.12, 1.0)];
/// How many they are.
const CODE_CUTS_COUNT: f64 = 3.0;
/// Most container numbers read in one picture.
const MOST_CODES: usize = 3;
/// Room made around a cut-out plate before it is straightened, as a share of its longer side.
const CROP_ROOM: f32 = 0.25;
/// No plate has fewer characters.
const LEAST_CHARACTERS: usize = 4;
/// A container number less probable than this was not seen.
const LEAST_CODE: f32 = 0.02;
/// Above this probability that it is no plate it is none.
const NO_PLATE: f32 = 0.5;

/// The models of one worker.
pub struct Eyes {
    vehicles: vehicle::Detector,
    plates: detect::Detector,
    reader: Reader,
    carriers: Carriers,
}

impl Eyes {
    /// Opens the models of a folder (see [`manifest::find`]), every file's SHA-256 checked against the
    /// manifest, with ONNX Runtime's library at `runtime` or where [`crate::runtime::find`] finds it.
    ///
    /// # Errors
    /// [`ModelError`] with what is wrong and the remedy.
    pub fn load(models: &Path, runtime: Option<&Path>) -> Result<Self, ModelError> {
        // One thread per worker: a picture is one worker's work.
        if let Err(error) = opencv::core::set_num_threads(1) {
            tracing::warn!(%error, "OpenCV keeps its own threads");
        }
        let manifest = Manifest::read(models)?;
        Ok(Self {
            vehicles: vehicle::Detector::open(&manifest, models, runtime)?,
            plates: detect::Detector::open(&manifest, models, runtime)?,
            reader: Reader::open(&manifest, models, runtime)?,
            carriers: Carriers::open(&manifest, models, runtime)?,
        })
    }

    /// Opens the models where [`manifest::find`] finds them.
    ///
    /// # Errors
    /// [`ModelError`] with what is wrong and the remedy.
    pub fn open(models: Option<&Path>, runtime: Option<&Path>) -> Result<Self, ModelError> {
        Self::load(&manifest::find(models)?, runtime)
    }

    /// The reader's facts: characters, limits, name.
    #[must_use]
    pub fn facts(&self) -> &Arc<Facts> {
        self.reader.facts()
    }

    /// Looks at a picture.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn look(&mut self, picture: &Picture) -> Result<Look, VisionError> {
        let begun = Instant::now();
        let views = Views::of(picture)?;
        let mut vehicles = self.vehicles.find(&views)?;
        let found = self.find(&views, &vehicles)?;
        let (mut plates, mut containers) = (Vec::new(), Vec::new());
        let mut again = closer::MOST_AGAIN;
        let mut codes: Vec<Found> = Vec::new();
        for one in found {
            if one.what == What::Plate && plates.len() < MOST_PLATES {
                plates.extend(self.plate_found(picture, one, &mut again)?);
            } else if one.what != What::Plate && codes.len() < MOST_CODES {
                let one = self.closer(picture, one, &mut again)?;
                codes.push(one);
            }
        }
        let mut plates = apart(plates);
        for one in &detect::suppress(codes) {
            containers.extend(self.code(picture, one)?);
        }
        order(&mut plates, &mut containers);
        self.carried(&views, &mut plates, &mut vehicles)?;
        container_lorries(&mut vehicles, &containers);
        Ok(Look { vehicles, plates, containers, time: begun.elapsed() })
    }

    /// A plate as it was found; small and not clearly read, as a closer look sees it.
    fn plate_found(
        &mut self,
        picture: &Picture,
        found: Found,
        again: &mut usize,
    ) -> Result<Option<PlateLook>, VisionError> {
        let first = self.plate(picture, &found)?;
        if first.as_ref().is_some_and(|look| is_clear(look) || is_surely_none(look, &found)) {
            return Ok(first);
        }
        let closer = self.closer(picture, found, again)?;
        if closer == found { Ok(first) } else { self.plate(picture, &closer) }
    }

    /// What carries the plates: the best ones are looked at with their surroundings.
    fn carried(
        &mut self,
        views: &Views<'_>,
        plates: &mut [PlateLook],
        vehicles: &mut Vec<VehicleBox>,
    ) -> Result<(), VisionError> {
        let mut left = MOST_CARRIERS;
        for look in plates {
            let Some(read) = &mut look.read else { continue };
            look.vehicle = if left > 0 {
                left -= 1;
                self.carriers.carrying(views, look.corners, vehicles)?
            } else {
                vehicle::around(look.corners, vehicles)
            };
            look.on_motorcycle =
                look.vehicle.and_then(|v| vehicles.get(v)).map(|v| v.class == VehicleClass::Motorcycle);
            read.kind = read.kind.map(|kind| crate::grammar::settled_kind(&read.text, kind, look.on_motorcycle));
        }
        Ok(())
    }

    /// A find as a closer look sees it, where it is small and some of them are left.
    fn closer(&mut self, picture: &Picture, found: Found, again: &mut usize) -> Result<Found, VisionError> {
        let window = closer::window(&found, Area::whole(picture.width, picture.height));
        let Some(window) = window.filter(|_| *again > 0) else { return Ok(found) };
        *again -= 1;
        Ok(closer::refined(found, &self.plates.find(picture, window)?))
    }

    /// Looks at a picture that is one plate, already cut out: as it is, and as the detector straightens
    /// it; the surer one counts, or the longer one where the other only lost its end.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn look_at_crop(&mut self, picture: &Picture) -> Result<Look, VisionError> {
        let begun = Instant::now();
        let corners = Quad::of(Area::whole(picture.width, picture.height));
        let as_it_is = Found { what: What::Plate, score: 1.0, corners, seen: 0.0 };
        let mut looks: Vec<PlateLook> = self.plate(picture, &as_it_is)?.into_iter().collect();
        if let Some((padded, straight)) = self.straightened(picture)? {
            looks.extend(self.plate(&padded, &straight)?);
        }
        order(&mut looks, &mut []);
        let text = |n: usize| looks.get(n).and_then(|l| l.read.as_ref()).map(|r| r.text.as_str());
        if let (Some(first), Some(other)) = (text(0), text(1))
            && goes_on(first, other)
        {
            looks.swap(0, 1);
        }
        looks.truncate(1);
        for look in &mut looks {
            look.corners = corners;
            look.height_px = corners.height();
        }
        Ok(Look { vehicles: Vec::new(), plates: looks, containers: Vec::new(), time: begun.elapsed() })
    }

    /// A cut-out plate with room around, and where the detector sees it there.
    fn straightened(&mut self, crop: &Picture) -> Result<Option<(Picture, Found)>, VisionError> {
        let Some(padded) = pixels::padded(crop, CROP_ROOM)? else { return Ok(None) };
        let found = self.plates.find(&padded, Area::whole(padded.width, padded.height))?;
        let width = Area::whole(crop.width, crop.height).width;
        let plate = found.into_iter().find(|f| f.what == What::Plate && f.corners.around().width > width * 0.5);
        Ok(plate.map(|plate| (padded, plate)))
    }

    /// Plates and codes: in the whole picture, and on vehicles by themselves.
    fn find(&mut self, views: &Views<'_>, vehicles: &[VehicleBox]) -> Result<Vec<Found>, VisionError> {
        let picture = views.picture;
        let whole = Area::whole(picture.width, picture.height);
        let mut found = self.plates.find_all(views)?;
        for part in closer::bodies(whole, vehicles, &found) {
            let more = self.plates.find(picture, part)?;
            // What the part's own edge cuts was cut by us.
            found.extend(more.into_iter().filter(|f| !cut_by(f.corners, part, whole)));
        }
        Ok(worthy(detect::suppress(found)))
    }

    /// Reads a find; what carries it is not looked at yet.
    fn plate(&mut self, picture: &Picture, found: &Found) -> Result<Option<PlateLook>, VisionError> {
        let Some(crop) = rectify::cut(picture, found.corners)? else { return Ok(None) };
        let mut view = rectify::flat(picture, found.corners)?;
        let (mut slots, mut heads) = self.reader.read(&view)?;
        if may_be_cut(&slots, &heads) {
            let wider = rectify::flat(picture, found.corners.stretched(WIDER, 0.0))?;
            let (more, whose) = self.reader.read(&wider)?;
            if goes_on(&slots.raw(), &more.raw()) {
                (view, slots, heads) = (wider, more, whose);
            }
        }
        let sharpness = quality::sharpness(&view)?;
        let seen = Seen { corners: found.corners, rows: heads.row_count(), sharpness, score: found.score };
        let short = slots.raw().chars().count() < LEAST_CHARACTERS;
        let none = short || heads.is_plate() < 1.0 - NO_PLATE;
        let read = if none { None } else { PlateText::of(&slots, &heads, None) };
        let limit = slots.facts().min_probability;
        let unsure = read.as_ref().is_none_or(|r| r.probability < limit);
        let fate = read
            .is_none()
            .then_some(Fate::NoPlate)
            .or_else(|| seen.fate((picture.width, picture.height)))
            .or_else(|| unsure.then_some(Fate::BelowLimit));
        Ok(Some(PlateLook {
            corners: found.corners,
            score: found.score,
            sharpness,
            height_px: found.corners.height(),
            weight: seen.weight(),
            vehicle: None,
            on_motorcycle: None,
            crop,
            slots,
            heads,
            read,
            fate,
        }))
    }

    /// What the reader says of a code in several cuts, pooled: its outline is long and thin, and a little
    /// too tight or too loose moves every character.
    fn code_slots(&mut self, picture: &Picture, corners: Quad) -> Result<Slots, VisionError> {
        let mut logs: Vec<f64> = Vec::new();
        for (along, across) in CODE_CUTS {
            let view = rectify::flat(picture, corners.stretched(along, across))?;
            let (slots, _) = self.reader.read(&view)?;
            let clear = |n: &Number| n.valid && n.probability >= CLEAR_CODE;
            if logs.is_empty() && container::number(&slots).is_some_and(|n| clear(&n)) {
                return Ok(slots);
            }
            let values = slots.values().iter().map(|p| f64::from(p.max(LEAST)).ln() / CODE_CUTS_COUNT);
            if logs.is_empty() {
                logs = values.collect();
            } else {
                logs.iter_mut().zip(values).for_each(|(sum, log)| *sum += log);
            }
        }
        Ok(Slots::from_logs(Arc::clone(self.reader.facts()), &logs))
    }

    fn code(&mut self, picture: &Picture, found: &Found) -> Result<Option<ContainerLook>, VisionError> {
        let upright = found.what == What::UprightCode;
        let corners = if upright { rectify::turned(found.corners) } else { found.corners };
        let slots = self.code_slots(picture, corners)?;
        let number = container::number(&slots).filter(|n| n.probability >= LEAST_CODE);
        let (Some(number), Some(crop)) = (number, rectify::cut(picture, found.corners)?) else { return Ok(None) };
        Ok(Some(ContainerLook {
            corners: found.corners,
            score: found.score,
            upright,
            code: number.code,
            raw: slots.raw(),
            valid: number.valid,
            probability: number.probability,
            settled_by_check_digit: number.settled,
            crop,
        }))
    }
}

/// Whether a text may be a longer one that was cut at its end: the older Vietnamese plates have one digit less.
fn may_be_cut(slots: &Slots, heads: &Heads) -> bool {
    heads.row_count() == 1
        && gate_core::plate::template::kinds_fitting(&slots.raw()).iter().any(|f| f.1 == PlateKind::VnCarOld)
}

/// Whether a wider cut shows the same text and one character more at its end.
fn goes_on(cut: &str, wider: &str) -> bool {
    wider.strip_prefix(cut).is_some_and(|rest| rest.chars().count() == 1)
}

/// A first look so probable needs no closer one.
fn is_clear(look: &PlateLook) -> bool {
    look.fate.is_none() && look.read.as_ref().is_some_and(|r| r.probability >= CLEAR_PLATE)
}

/// A find that is large enough to tell and surely no plate needs none either.
fn is_surely_none(look: &PlateLook, found: &Found) -> bool {
    found.seen >= LARGE_ENOUGH && look.heads.is_plate() < SURELY_NONE
}

/// One look a plate: two finds may come to the same plate when they are looked at closer.
fn apart(mut plates: Vec<PlateLook>) -> Vec<PlateLook> {
    plates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<PlateLook> = Vec::with_capacity(plates.len());
    for one in plates {
        let area = one.corners.around();
        if kept.iter().all(|k| k.corners.around().overlap(area) <= detect::SAME) {
            kept.push(one);
        }
    }
    kept
}

/// Without the finds that are faint beside the best: where a plate is clear, shadows of one are none.
fn worthy(found: Vec<Found>) -> Vec<Found> {
    let best = found.iter().map(|f| f.score).fold(0.0, f32::max);
    found.into_iter().filter(|f| f.score >= best * FAINT_BESIDE).collect()
}

/// Whether the edge of a part cuts a find, where the picture goes on beyond it.
fn cut_by(corners: Quad, part: Area, whole: Area) -> bool {
    let around = corners.around();
    let near = 0.05 * around.height;
    let inner = |edge: f32, end: f32| (edge - end).abs() > 1.0;
    (inner(part.x, whole.x) && around.x < part.x + near)
        || (inner(part.y, whole.y) && around.y < part.y + near)
        || (inner(part.x + part.width, whole.width) && around.x + around.width > part.x + part.width - near)
        || (inner(part.y + part.height, whole.height) && around.y + around.height > part.y + part.height - near)
}

/// Best first: what counts by itself before what does not, then by probability.
fn order(plates: &mut [PlateLook], containers: &mut [ContainerLook]) {
    let worth = |p: &PlateLook| p.read.as_ref().map_or(0.0, |r| r.probability);
    plates.sort_by(|a, b| a.fate.is_some().cmp(&b.fate.is_some()).then(worth(b).total_cmp(&worth(a))));
    containers.sort_by(|a, b| b.valid.cmp(&a.valid).then(b.probability.total_cmp(&a.probability)));
}

/// A lorry on which a container's number was read carries a container.
fn container_lorries(vehicles: &mut [VehicleBox], containers: &[ContainerLook]) {
    for code in containers.iter().filter(|c| c.valid) {
        let area = code.corners.around();
        let body = vehicles
            .iter_mut()
            .filter(|v| v.class == VehicleClass::Lorry && area.share_in(v.area) > 0.7)
            .min_by(|a, b| a.area.size().total_cmp(&b.area.size()));
        if let Some(body) = body {
            body.class = VehicleClass::ContainerLorry;
        }
    }
}

const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Eyes>();
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sure;

    #[test]
    fn an_older_plate_may_be_a_longer_one_that_was_cut() {
        let cut = |text: &str| may_be_cut(&sure(text, 0.99), &Heads::NEUTRAL);
        assert!(cut("51A0120") && !cut("51A01204") && !cut("云A12345"));
        assert!(goes_on("51A0120", "51A01204"));
        assert!(!goes_on("51A0120", "51A0120") && !goes_on("51A0120", "51A11204") && !goes_on("51A0120", "51A012045"));
    }

    #[test]
    fn what_a_parts_edge_cuts_does_not_count() {
        let whole = Area::whole(1920, 1080);
        let part = Area { x: 400.0, y: 300.0, width: 640.0, height: 384.0 };
        let at = |x, y| Quad::of(Area { x, y, width: 80.0, height: 24.0 });
        assert!(cut_by(at(400.5, 400.0), part, whole) && cut_by(at(960.0, 400.0), part, whole));
        assert!(!cut_by(at(500.0, 400.0), part, whole));
        assert!(!cut_by(at(0.0, 10.0), whole, whole));
    }
}
