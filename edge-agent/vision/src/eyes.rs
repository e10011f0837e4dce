//! All models on one picture. One [`Eyes`] per worker thread.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gate_core::vehicle::VehicleClass;

use crate::container;
use crate::error::{ModelError, VisionError};
use crate::geometry::{Area, Quad};
use crate::look::{ContainerLook, Look, PlateLook};
use crate::manifest::{self, Manifest};
use crate::picture::Picture;
use crate::pixels::{self, Views};
use crate::plate::detect::{Found, What};
use crate::plate::facts::Facts;
use crate::plate::line;
use crate::plate::read::Reader;
use crate::plate::{choose, closer, detect, rectify};
use crate::vehicle::{self, Carriers, VehicleBox};

/// Most plates read in one picture.
const MOST_PLATES: usize = 6;
/// Most plates of one picture whose surroundings are looked at.
const MOST_CARRIERS: usize = 2;
/// Most container numbers read in one picture.
const MOST_CODES: usize = 3;
/// Room made around a cut-out plate before it is straightened, as a share of its longer side.
const CROP_ROOM: f32 = 0.25;
/// A container number less probable than this was not seen.
const LEAST_CODE: f32 = 0.02;

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
        Self::of(&Manifest::read(models)?, models, runtime)
    }

    /// Opens the models that a folder's manifest names, as [`Eyes::load`] does.
    ///
    /// # Errors
    /// [`ModelError`] with what is wrong and the remedy.
    pub fn of(manifest: &Manifest, models: &Path, runtime: Option<&Path>) -> Result<Self, ModelError> {
        // One thread per worker: a picture is one worker's work.
        if let Err(error) = opencv::core::set_num_threads(1) {
            tracing::warn!(%error, "OpenCV keeps its own threads");
        }
        Ok(Self {
            vehicles: vehicle::Detector::open(manifest, models, runtime)?,
            plates: detect::Detector::open(manifest, models, runtime)?,
            reader: Reader::open(manifest, models, runtime)?,
            carriers: Carriers::open(manifest, models, runtime)?,
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

    /// Time that all networks ran so far.
    fn ran(&self) -> Duration {
        self.vehicles.ran() + self.plates.ran() + self.reader.ran() + self.carriers.ran()
    }

    /// Looks at a picture.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn look(&mut self, picture: &Picture) -> Result<Look, VisionError> {
        let (begun, ran) = (Instant::now(), self.ran());
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
        let mut plates = choose::apart(plates);
        for one in &detect::suppress(codes) {
            containers.extend(self.code(picture, one)?);
        }
        order(&mut plates, &mut containers);
        self.carried(&views, &mut plates, &mut vehicles)?;
        container_lorries(&mut vehicles, &containers);
        Ok(Look { vehicles, plates, containers, time: begun.elapsed(), networks: self.ran() - ran })
    }

    /// A plate as it was found; small and not clearly read, as a closer look sees it; not surely read, in several cuts.
    fn plate_found(
        &mut self,
        picture: &Picture,
        found: Found,
        again: &mut usize,
    ) -> Result<Option<PlateLook>, VisionError> {
        let line = line::first(&mut self.reader, picture, found.corners)?;
        let Some(first) = PlateLook::of(picture, &found, line.clone())? else { return Ok(None) };
        if choose::is_clear(&first) || choose::is_nothing(&first, &found) {
            if line.is_sure() {
                return Ok(Some(first));
            }
        } else {
            let closer = self.closer(picture, found, again)?;
            if closer != found {
                return self.plate(picture, &closer);
            }
        }
        Ok(PlateLook::of(picture, &found, line::surer(&mut self.reader, picture, line)?)?)
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
        // A code is long and its characters are many: it is looked at as large as the detector sees anything.
        let size = if found.what == What::Plate { detect::WINDOW } else { detect::WHOLE };
        Ok(closer::refined(found, &self.plates.find(picture, window, size)?))
    }

    /// Looks at a picture that is one plate, already cut out: as it is, and as the detector straightens
    /// it; the surer one counts, or the longer one where the other only lost its end.
    ///
    /// # Errors
    /// [`VisionError`].
    pub fn look_at_crop(&mut self, picture: &Picture) -> Result<Look, VisionError> {
        let (begun, ran) = (Instant::now(), self.ran());
        let corners = Quad::of(Area::whole(picture.width, picture.height));
        let as_it_is = Found { what: What::Plate, score: 1.0, corners, seen: 0.0 };
        let mut looks: Vec<PlateLook> = self.plate(picture, &as_it_is)?.into_iter().collect();
        if let Some((padded, straight)) = self.straightened(picture)? {
            looks.extend(self.plate(&padded, &straight)?);
        }
        order(&mut looks, &mut []);
        let text = |n: usize| looks.get(n).and_then(|l| l.read.as_ref()).map(|r| r.text.as_str());
        if let (Some(first), Some(other)) = (text(0), text(1))
            && choose::goes_on(first, other)
        {
            looks.swap(0, 1);
        }
        looks.truncate(1);
        for look in &mut looks {
            look.corners = corners;
            look.height_px = corners.height();
        }
        let (time, networks) = (begun.elapsed(), self.ran() - ran);
        Ok(Look { vehicles: Vec::new(), plates: looks, containers: Vec::new(), time, networks })
    }

    /// A cut-out plate with room around, and where the detector sees it there.
    fn straightened(&mut self, crop: &Picture) -> Result<Option<(Picture, Found)>, VisionError> {
        let Some(padded) = pixels::padded(crop, CROP_ROOM)? else { return Ok(None) };
        let found = self.plates.find(&padded, Area::whole(padded.width, padded.height), detect::WINDOW)?;
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
            let more = self.plates.find(picture, part, detect::WHOLE)?;
            // What the part's own edge cuts was cut by us.
            found.extend(more.into_iter().filter(|f| !choose::cut_by(f.corners, part, whole)));
        }
        Ok(choose::worthy(detect::suppress(found)))
    }

    /// Reads a plate in as many cuts as it needs.
    fn plate(&mut self, picture: &Picture, found: &Found) -> Result<Option<PlateLook>, VisionError> {
        let line = line::first(&mut self.reader, picture, found.corners)?;
        Ok(PlateLook::of(picture, found, line::surer(&mut self.reader, picture, line)?)?)
    }

    fn code(&mut self, picture: &Picture, found: &Found) -> Result<Option<ContainerLook>, VisionError> {
        let upright = found.what == What::UprightCode;
        let corners = if upright { rectify::turned(found.corners) } else { found.corners };
        let slots = line::code(&mut self.reader, picture, corners)?;
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
