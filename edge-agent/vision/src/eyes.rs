//! All models on one picture. One [`Eyes`] per worker thread.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use gate_core::vehicle::VehicleClass;

use crate::container::{self, Number};
use crate::error::{ModelError, VisionError};
use crate::geometry::{Area, Quad};
use crate::look::{ContainerLook, Look, PlateLook, PlateText};
use crate::manifest::{self, Manifest};
use crate::picture::Picture;
use crate::pixels;
use crate::plate::detect::{Found, What};
use crate::plate::facts::Facts;
use crate::plate::read::Reader;
use crate::plate::slots::{LEAST, Slots};
use crate::plate::{closer, detect, rectify};
use crate::quality::{self, Fate, Seen};
use crate::vehicle::{self, Carriers, VehicleBox};

/// Most plates read in one picture.
const MOST_PLATES: usize = 6;
/// A find with less than this share of the best one's score is not looked at further.
const FAINT_BESIDE: f32 = 0.42;
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
        let mut vehicles = self.vehicles.find(picture)?;
        let found = self.find(picture, &vehicles)?;
        let mut plates = Vec::new();
        let mut containers = Vec::new();
        for one in found.iter().filter(|f| f.what == What::Plate).take(MOST_PLATES) {
            plates.extend(self.plate(picture, one, &mut vehicles)?);
        }
        for one in found.iter().filter(|f| f.what != What::Plate).take(MOST_CODES) {
            containers.extend(self.code(picture, one)?);
        }
        order(&mut plates, &mut containers);
        container_lorries(&mut vehicles, &containers);
        Ok(Look { vehicles, plates, containers, time: begun.elapsed() })
    }

    /// Looks at a picture that is one plate, already cut out: as it is, and as the detector straightens
    /// it; the surer one counts.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn look_at_crop(&mut self, picture: &Picture) -> Result<Look, VisionError> {
        let begun = Instant::now();
        let corners = Quad::of(Area::whole(picture.width, picture.height));
        let as_it_is = Found { what: What::Plate, score: 1.0, corners, seen: 0.0 };
        let mut looks: Vec<PlateLook> = self.plate(picture, &as_it_is, &mut Vec::new())?.into_iter().collect();
        if let Some((padded, straight)) = self.straightened(picture)? {
            looks.extend(self.plate(&padded, &straight, &mut Vec::new())?);
        }
        order(&mut looks, &mut []);
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

    /// Plates and codes: in the whole picture, on vehicles by themselves, and small ones once more.
    fn find(&mut self, picture: &Picture, vehicles: &[VehicleBox]) -> Result<Vec<Found>, VisionError> {
        let whole = Area::whole(picture.width, picture.height);
        let mut found = self.plates.find(picture, whole)?;
        for part in closer::bodies(whole, vehicles, &found) {
            let more = self.plates.find(picture, part)?;
            // What the part's own edge cuts was cut by us.
            found.extend(more.into_iter().filter(|f| !cut_by(f.corners, part, whole)));
        }
        let mut found = worthy(detect::suppress(found));
        for one in found.iter_mut().take(closer::MOST_AGAIN) {
            if let Some(window) = closer::window(one, whole) {
                let closer = self.plates.find(picture, window)?;
                *one = closer::refined(*one, &closer);
            }
        }
        Ok(detect::suppress(found))
    }

    fn plate(
        &mut self,
        picture: &Picture,
        found: &Found,
        vehicles: &mut Vec<VehicleBox>,
    ) -> Result<Option<PlateLook>, VisionError> {
        let Some(crop) = rectify::cut(picture, found.corners)? else { return Ok(None) };
        let view = rectify::flat(picture, found.corners)?;
        let (slots, heads) = self.reader.read(&view)?;
        let sharpness = quality::sharpness(&view)?;
        let seen = Seen { corners: found.corners, rows: heads.row_count(), sharpness, score: found.score };
        let short = slots.raw().chars().count() < LEAST_CHARACTERS;
        let none = short || heads.is_plate() < 1.0 - NO_PLATE;
        let vehicle = if none { None } else { self.carriers.carrying(picture, found.corners, vehicles)? };
        let on_motorcycle = vehicle.and_then(|v| vehicles.get(v)).map(|v| v.class == VehicleClass::Motorcycle);
        let read = if none { None } else { PlateText::of(&slots, &heads, on_motorcycle) };
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
            vehicle,
            on_motorcycle,
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
