//! What two sets of models made of the same frames of one passage, camera by camera. No I/O.

use std::collections::BTreeMap;

use gate_camera::Frame;
use gate_core::ids::PassageId;
use gate_core::reading::{ShadowReading, ShadowText};
use gate_vision::{Fate, Fusion, Look, Picture};

/// The two of one passage.
pub(super) struct Tally {
    pub(super) passage: PassageId,
    cameras: BTreeMap<usize, Camera>,
}

#[derive(Default)]
struct Camera {
    live: Fusion,
    trial: Fusion,
    looks: u32,
    agreeing: u32,
    /// Of the looks at which the two differ the one with the weightiest plate.
    differs: Option<(f32, Frame, Option<Picture>)>,
}

/// What is to be reported of one camera; the pictures where the two differ.
pub(super) struct Report {
    pub(super) reading: ShadowReading,
    pub(super) pictures: Option<(Frame, Option<Picture>)>,
}

impl Tally {
    pub(super) fn new(passage: PassageId) -> Self {
        Self { passage, cameras: BTreeMap::new() }
    }

    /// Adds what both saw in a frame; whether they read the same.
    pub(super) fn add(&mut self, camera: usize, frame: &Frame, live: &Look, trial: &Look) -> bool {
        let one = self.cameras.entry(camera).or_default();
        one.looks = one.looks.saturating_add(1);
        for plate in &live.plates {
            one.live.add(plate);
        }
        for plate in &trial.plates {
            one.trial.add(plate);
        }
        let agrees = text(live) == text(trial);
        if agrees {
            one.agreeing = one.agreeing.saturating_add(1);
            return true;
        }
        let best = trial.plates.iter().chain(&live.plates).max_by(|a, b| a.weight.total_cmp(&b.weight));
        let weight = best.map_or(0.0, |plate| plate.weight);
        if one.differs.as_ref().is_none_or(|(known, ..)| *known < weight) {
            one.differs = Some((weight, frame.clone(), best.map(|plate| plate.crop.clone())));
        }
        false
    }

    /// The reports, one a camera that was looked through. `models`, `beside`: the names of the two.
    pub(super) fn reports(self, cameras: &[String], models: &str, beside: &str) -> Vec<Report> {
        let report = |(camera, one): (usize, Camera)| {
            let reading = ShadowReading {
                camera: cameras.get(camera).cloned()?,
                models: models.to_owned(),
                beside: beside.to_owned(),
                looks: one.looks,
                agreeing: one.agreeing,
                trial: fused(&one.trial),
                live: fused(&one.live),
                frame: None,
                plate: None,
            };
            let pictures = one.differs.filter(|_| !reading.agrees()).map(|(_, frame, crop)| (frame, crop));
            Some(Report { reading, pictures })
        };
        self.cameras.into_iter().filter_map(report).collect()
    }
}

/// The text of a look: of its best plate that has one.
fn text(look: &Look) -> Option<&str> {
    let plates = look.plates.iter().filter(|plate| plate.fate != Some(Fate::NoPlate));
    plates.filter_map(|plate| plate.read.as_ref()).map(|read| read.text.as_str()).next()
}

fn fused(fusion: &Fusion) -> Option<ShadowText> {
    let reading = fusion.reading()?;
    Some(ShadowText { text: reading.plate.text, probability: reading.plate.probability })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::tests::{frame, look, plate};
    use super::*;

    #[test]
    fn what_both_read_alike_is_agreement_and_needs_no_picture() {
        let mut tally = Tally::new(PassageId::from_parts(1, [1; 10]));
        let (live, trial) = (look(vec![plate("24C12345", 0.999, 0.8)]), look(vec![plate("24C12345", 0.97, 0.8)]));
        for number in 1..=3 {
            assert!(tally.add(0, &frame(number, Instant::now()), &live, &trial));
        }
        assert!(
            tally.add(0, &frame(4, Instant::now()), &look(Vec::new()), &look(Vec::new())),
            "nothing is the same too"
        );
        let [report] = <[Report; 1]>::try_from(tally.reports(&["front".to_owned()], "new", "old")).ok().unwrap();
        let reading = report.reading;
        assert!(reading.agrees() && report.pictures.is_none());
        assert_eq!((reading.camera.as_str(), reading.looks, reading.agreeing), ("front", 4, 4));
        let (trial, live) = (reading.trial.unwrap(), reading.live.unwrap());
        assert!(trial.text == live.text && trial.probability < live.probability);
    }

    #[test]
    fn a_difference_is_shown_by_its_weightiest_look() {
        let mut tally = Tally::new(PassageId::from_parts(1, [1; 10]));
        let live = look(vec![plate("24C12345", 0.999, 0.8)]);
        for (number, weight) in [(1, 0.3), (2, 0.9), (3, 0.5)] {
            let trial = look(vec![plate("24C12346", 0.999, weight)]);
            assert!(!tally.add(0, &frame(number, Instant::now()), &live, &trial));
        }
        assert!(!tally.add(1, &frame(4, Instant::now()), &live, &look(Vec::new())));
        let reports = tally.reports(&["front".to_owned(), "rear".to_owned()], "new", "old");
        let front = &reports[0];
        assert_eq!((front.reading.looks, front.reading.agreeing), (3, 0));
        assert_eq!(front.reading.trial.as_ref().unwrap().text, "24C12346");
        assert_eq!(front.pictures.as_ref().unwrap().0.number, 2);
        let rear = &reports[1];
        assert!(rear.reading.trial.is_none() && rear.pictures.as_ref().unwrap().0.number == 4);
    }
}
