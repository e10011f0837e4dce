//! Every look at a vehicle with what became of it: told when the vehicle is gone, so that "why was it not read?" has
//! its answer look by look, also where it was read in the end. No I/O.

use std::collections::BTreeMap;

use gate_core::clock::UtcMicros;
use gate_core::ids::PassageId;
use gate_core::message::event::{EventBody, MAX_LOOKS};
use gate_core::reading::LookFate;
use gate_vision::{Fate, Look};

use super::plates::other_plate;

/// The looks of one passage.
pub(super) struct Looked {
    pub(super) passage: PassageId,
    counts: BTreeMap<String, u32>,
    /// The first and the last ones.
    looks: Vec<LookFate>,
    /// Plates that the lane was told as ready.
    ready: Vec<String>,
}

impl Looked {
    pub(super) fn new(passage: PassageId) -> Self {
        Self { passage, counts: BTreeMap::new(), looks: Vec::new(), ready: Vec::new() }
    }

    /// Adds a look through a camera at a frame that came at `at`.
    pub(super) fn add(&mut self, camera: &str, at: UtcMicros, look: &Look) {
        let nothing = || LookFate {
            at,
            camera: camera.to_owned(),
            fate: "nothing".to_owned(),
            text: None,
            probability: None,
            height_px: None,
            sharpness: None,
        };
        if look.plates.is_empty() {
            self.keep(nothing());
        }
        for plate in &look.plates {
            self.keep(LookFate {
                fate: plate.fate.map_or("read", Fate::name).to_owned(),
                text: plate.read.as_ref().map(|r| r.text.clone()),
                probability: plate.read.as_ref().map(|r| r.probability),
                height_px: Some(plate.height_px),
                sharpness: Some(plate.sharpness),
                ..nothing()
            });
        }
    }

    fn keep(&mut self, look: LookFate) {
        *self.counts.entry(look.fate.clone()).or_default() += 1;
        if self.looks.len() >= MAX_LOOKS {
            self.looks.remove(MAX_LOOKS / 2);
        }
        self.looks.push(look);
    }

    /// The lane was told this plate as ready.
    pub(super) fn ready(&mut self, text: &str) {
        if !self.ready.iter().any(|known| known == text) {
            self.ready.push(text.to_owned());
        }
    }

    /// What to tell; `None` where nobody looked. A look that counted and read one of the ready plates a little
    /// otherwise disagrees.
    pub(super) fn told(mut self) -> Option<EventBody> {
        if self.looks.is_empty() {
            return None;
        }
        for look in &mut self.looks {
            let Some(text) = look.text.as_ref().filter(|_| look.fate == "read") else { continue };
            let told_so = self.ready.contains(text);
            if !told_so && self.ready.iter().any(|ready| !other_plate(ready, text)) {
                Fate::Disagreement.name().clone_into(&mut look.fate);
            }
        }
        Some(EventBody::Looked { fates: self.counts.into_iter().collect(), looks: self.looks })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{look, plate};
    use super::*;

    fn told(looked: Looked) -> (Vec<(String, u32)>, Vec<LookFate>) {
        match looked.told() {
            Some(EventBody::Looked { fates, looks }) => (fates, looks),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_look_has_its_fate_and_what_was_measured() {
        let mut looked = Looked::new(PassageId::from_parts(1, [1; 10]));
        looked.add("front", UtcMicros(1), &look(Vec::new()));
        looked.add("front", UtcMicros(2), &look(vec![plate("24C12345", 0.5, 0.4)]));
        looked.add("front", UtcMicros(3), &look(vec![plate("24C12345", 0.999, 0.8)]));
        looked.add("front", UtcMicros(4), &look(vec![plate("24C12346", 0.999, 0.8)]));
        looked.add("rear", UtcMicros(5), &look(vec![plate("云G1234挂", 0.999, 0.8)]));
        looked.ready("24C12345");
        let (fates, looks) = told(looked);
        let seen: Vec<&str> = looks.iter().map(|l| l.fate.as_str()).collect();
        assert_eq!(seen, ["nothing", "below_limit", "read", "disagreement", "read"]);
        assert_eq!(fates.iter().map(|(_, n)| n).sum::<u32>(), 5);
        assert_eq!((looks[2].text.as_deref(), looks[2].height_px), (Some("24C12345"), Some(40.0)));
        assert!(looks[0].text.is_none() && looks[0].height_px.is_none());
    }

    #[test]
    fn of_many_looks_the_first_and_the_last_are_told_and_all_are_counted() {
        let mut looked = Looked::new(PassageId::from_parts(1, [1; 10]));
        for at in 0..1000 {
            looked.add("front", UtcMicros(at), &look(Vec::new()));
        }
        let (fates, looks) = told(looked);
        assert_eq!(fates, [("nothing".to_owned(), 1000)]);
        assert_eq!((looks.len(), looks[0].at.0, looks[MAX_LOOKS - 1].at.0), (MAX_LOOKS, 0, 999));
        assert!(looks.windows(2).all(|two| two[0].at < two[1].at));
        assert!(Looked::new(PassageId::from_parts(1, [1; 10])).told().is_none());
    }
}
