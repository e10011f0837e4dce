//! Looks made by hand, told at times made by hand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gate_camera::{CameraConfig, Frame};
use gate_core::ids::{PassageId, TrackId};
use gate_core::vehicle::VehicleClass;
use gate_vision::plate::{Facts, Heads, Slots};
use gate_vision::{Area, ContainerLook, Fate, Look, Picture, PlateLook, PlateText, Quad, VehicleBox};

use super::Watched;
use super::passage::{Passage, Tell};

const ALPHABET: &str =
    "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZĐ京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新挂学警港澳";

fn slots(text: &str, probability: f32) -> Slots {
    let alphabet: Vec<char> = ALPHABET.chars().collect();
    let facts = Facts::new(ALPHABET, 1.0, 0.9, "0123456789ab".to_owned()).unwrap();
    let rest = (1.0 - probability) / 70.0;
    let mut values = vec![rest; 12 * alphabet.len()];
    for n in 0..12 {
        let c = text.chars().nth(n).unwrap_or('-');
        values[n * alphabet.len() + alphabet.iter().position(|&a| a == c).unwrap()] = probability;
    }
    Slots::new(Arc::new(facts), values).unwrap()
}

pub(super) fn picture(grey: u8) -> Picture {
    Picture::from_bgr(4, 2, vec![grey; 24]).unwrap()
}

pub(super) fn frame(number: u64, received: Instant) -> Frame {
    Frame { picture: picture(u8::try_from(number % 256).unwrap()), number, media: None, received }
}

pub(super) fn plate(text: &str, probability: f32, weight: f32) -> PlateLook {
    let heads = Heads { kind: [0.6, 0.39, 0.0, 0.01], ..Heads::NEUTRAL };
    let slots = slots(text, probability);
    let read = PlateText::of(&slots, &heads, Some(false));
    let unsure = read.as_ref().is_none_or(|r| r.probability < 0.9);
    PlateLook {
        corners: Quad::of(Area { x: 100.0, y: 300.0, width: 160.0, height: 40.0 }),
        score: 0.9,
        sharpness: 0.4,
        height_px: 40.0,
        weight,
        vehicle: Some(0),
        on_motorcycle: Some(false),
        crop: picture(200),
        slots,
        heads,
        read,
        fate: unsure.then_some(Fate::BelowLimit),
    }
}

fn vehicle(class: VehicleClass) -> VehicleBox {
    let area = Area { x: 0.0, y: 0.0, width: 600.0, height: 400.0 };
    VehicleBox { class, confidence: 0.9, area, color: None }
}

pub(super) fn look(plates: Vec<PlateLook>) -> Look {
    Look {
        vehicles: vec![vehicle(VehicleClass::Lorry)],
        plates,
        containers: Vec::new(),
        time: Duration::ZERO,
        networks: Duration::ZERO,
    }
}

fn container(code: &str, valid: bool, probability: f32) -> ContainerLook {
    ContainerLook {
        corners: Quad::of(Area { x: 100.0, y: 100.0, width: 200.0, height: 40.0 }),
        score: 0.9,
        upright: false,
        code: code.to_owned(),
        raw: code.to_owned(),
        valid,
        probability,
        settled_by_check_digit: false,
        crop: picture(100),
    }
}

/// A passage with a front camera, driven by hand: 100 ms from look to look.
struct Driven {
    passage: Passage,
    now: Instant,
    number: u64,
    told: Vec<String>,
}

fn word(tell: &Tell) -> String {
    match tell {
        Tell::Class(class, _) => format!("class {class:?}"),
        Tell::Plate(told) => {
            let r = &told.reading;
            let frame = told.pictures.as_ref().map(|(f, _)| f.number);
            format!("plate {} {:?} ready={} frame={frame:?}", r.text, r.role, told.ready)
        }
        Tell::Container(reading, frame) => format!("container {} frame={}", reading.code, frame.number),
        Tell::Looks(fared) => format!("looks {:?} frames={}", fared.counts, fared.frames.len()),
        Tell::TrackChanged => "track changed".to_owned(),
    }
}

impl Driven {
    fn new() -> Self {
        let front: CameraConfig = toml::from_str("name = 'front'\nurl = 'rtsp://h/1'\nview = 'front'").unwrap();
        let now = Instant::now();
        let watched = Watched { passage: PassageId::from_parts(1, [1; 10]), track: TrackId(1) };
        Self { passage: Passage::new(watched, vec![front], now), now, number: 0, told: Vec::new() }
    }

    /// A look at the next frame; what is told.
    fn look(&mut self, look: Look) -> Vec<String> {
        self.number += 1;
        self.passage.add(0, &frame(self.number, self.now), &look);
        self.pass(100)
    }

    fn pass(&mut self, ms: u64) -> Vec<String> {
        let words: Vec<String> = self.passage.tell(self.now).iter().map(word).collect();
        self.now += Duration::from_millis(ms);
        self.told.extend(words.clone());
        words
    }

    fn count(&self, part: &str) -> usize {
        self.told.iter().filter(|w| w.contains(part)).count()
    }
}

#[test]
fn a_plate_read_twice_is_told_as_ready_once_and_after_all_else() {
    let mut driven = Driven::new();
    let first = driven.look(look(vec![plate("24C12345", 0.999, 0.5)]));
    assert!(first.iter().all(|w| !w.contains("ready=true")), "one look is never enough: {first:?}");
    let second = driven.look(look(vec![plate("24C12345", 0.999, 0.8)]));
    let ready = second.last().unwrap();
    assert_eq!(ready, "plate 24C12345 Tractor ready=true frame=Some(2)", "the frame of the best look vouches");
    assert!(driven.told.iter().position(|w| w == "class Lorry") < driven.told.iter().position(|w| w == ready));
    for _ in 0..30 {
        driven.look(look(vec![plate("24C12345", 0.999, 0.9)]));
    }
    assert_eq!((driven.count("ready=true"), driven.count("class")), (1, 1));
    assert!(driven.told.last().unwrap().starts_with("looks [(\"read\", "), "{:?}", driven.told.last());
}

/// A plate whose fourth character may as well be another one.
fn doubtful() -> PlateLook {
    let mut look = plate("24C12345", 0.999, 0.5);
    let letters = ALPHABET.chars().count();
    let mut values: Vec<f32> = (0..12).flat_map(|n| look.slots.slot(n).to_vec()).collect();
    let place = |c: char| 3 * letters + ALPHABET.chars().position(|a| a == c).unwrap();
    (values[place('1')], values[place('7')]) = (0.5, 0.5);
    look.slots = Slots::new(Arc::clone(look.slots.facts()), values).unwrap();
    look.read = PlateText::of(&look.slots, &look.heads, Some(false));
    look.fate = Some(Fate::BelowLimit);
    look
}

#[test]
fn what_is_not_probable_enough_is_never_ready_and_its_frames_are_shown_in_time() {
    let mut driven = Driven::new();
    for _ in 0..40 {
        driven.look(look(vec![doubtful()]));
    }
    assert_eq!(driven.count("ready=true"), 0, "{:?}", driven.told);
    assert!(driven.count("ready=false") >= 1, "{:?}", driven.told);
    let mut dark = Driven::new();
    let mut shown_at = None;
    for i in 0..40 {
        let words = dark.look(look(Vec::new()));
        if words.iter().any(|w| w.contains("frames=3")) {
            shown_at.get_or_insert(i * 100);
        }
    }
    assert!(shown_at.is_some_and(|ms| ms < 2900), "before the lane calls it unread after 3 s: {shown_at:?}");
    assert!(dark.told.last().unwrap().contains("nothing"));
}

#[test]
fn another_plate_in_the_same_place_is_another_vehicle() {
    let mut driven = Driven::new();
    for _ in 0..3 {
        driven.look(look(vec![plate("24C12345", 0.999, 0.8)]));
    }
    assert_eq!(driven.count("ready=true"), 1);
    for _ in 0..4 {
        driven.look(look(vec![plate("29H67812", 0.999, 0.8)]));
        assert_eq!(driven.count("track changed"), 0, "the first plate was there a moment ago");
    }
    for _ in 0..12 {
        driven.look(look(vec![plate("29H67812", 0.999, 0.8)]));
    }
    assert_eq!(driven.count("track changed"), 1);
    assert_eq!(driven.told.last().unwrap(), "track changed", "nothing more is told of this track");
    assert!(!driven.told.iter().any(|w| w.contains("29H67812") && w.contains("ready=true")), "{:?}", driven.told);
}

#[test]
fn a_misread_or_a_neighbour_is_no_other_vehicle() {
    let mut misread = Driven::new();
    let mut neighbour = Driven::new();
    for i in 0..40 {
        let text = if i < 10 { "24C12345" } else { "24C12845" };
        misread.look(look(vec![plate(text, 0.999, 0.8)]));
        let mut small = plate("29H67812", 0.999, 0.6);
        small.height_px = 15.0;
        let plates = if i < 10 { vec![plate("24C12345", 0.999, 0.8), small] } else { vec![small] };
        neighbour.look(look(plates));
    }
    assert_eq!(misread.count("track changed"), 0, "{:?}", misread.told);
    assert_eq!(neighbour.count("track changed"), 0, "{:?}", neighbour.told);
}

#[test]
fn a_trailers_plate_is_the_trailers_whatever_the_camera_is_for() {
    let mut driven = Driven::new();
    for _ in 0..15 {
        driven.look(look(vec![plate("云G12345", 0.999, 0.8), plate("云G6789挂", 0.999, 0.7)]));
    }
    assert_eq!(driven.count("plate 云G12345 Tractor ready=true"), 1, "{:?}", driven.told);
    assert_eq!(driven.count("plate 云G6789挂 Trailer ready=true"), 1, "{:?}", driven.told);
}

#[test]
fn a_container_is_told_with_its_frame_before_the_plate_that_waits_for_it() {
    let mut driven = Driven::new();
    let with =
        |p| Look { containers: vec![container("CSQU3054383", true, p)], ..look(vec![plate("24C12345", 0.999, 0.8)]) };
    driven.look(with(0.6));
    let words = driven.look(with(0.7));
    let at = |part: &str| words.iter().position(|w| w.contains(part));
    assert_eq!(words[at("container").unwrap()], "container CSQU3054383 frame=2");
    assert!(at("container") < at("ready=true"), "{words:?}");
    for _ in 0..10 {
        driven.look(Look { containers: vec![container("CSQU3054388", false, 0.2)], ..look(Vec::new()) });
    }
    assert_eq!(driven.count("container"), 1, "a misread of it is no second container");

    let mut nothing = Driven::new();
    for _ in 0..20 {
        nothing.look(Look { containers: vec![container("CSQU3054383", true, 0.01)], ..look(Vec::new()) });
    }
    assert_eq!(nothing.count("container"), 0, "characters bent into a number are none");
}

#[test]
fn a_person_is_not_the_class_of_a_plate() {
    let mut rider = Driven::new();
    let mut walker = Driven::new();
    for _ in 0..20 {
        let person = || vec![vehicle(VehicleClass::Person)];
        let mut loose = plate("24C12345", 0.999, 0.8);
        loose.vehicle = None;
        rider.look(Look { vehicles: person(), ..look(vec![loose]) });
        walker.look(Look { vehicles: person(), ..look(Vec::new()) });
    }
    assert_eq!((rider.count("class"), rider.count("ready=true")), (0, 1), "{:?}", rider.told);
    assert_eq!(walker.count("class Person"), 1);
}

#[test]
fn a_ready_plate_does_not_wait_for_ever_for_a_class() {
    let mut driven = Driven::new();
    let bare = || Look { vehicles: Vec::new(), ..look(vec![plate("24C12345", 0.999, 0.8)]) };
    let mut at = None;
    for i in 0..20 {
        if driven.look(bare()).iter().any(|w| w.contains("ready=true")) {
            at.get_or_insert(i * 100);
        }
    }
    assert!(at.is_some_and(|ms| (500..=800).contains(&ms)), "{at:?}");
}

#[test]
fn a_lorry_whose_container_was_read_is_no_plain_lorry() {
    let mut driven = Driven::new();
    driven.look(look(Vec::new()));
    driven.look(look(Vec::new()));
    assert_eq!(driven.count("class Lorry"), 1);
    driven.look(Look { vehicles: vec![vehicle(VehicleClass::ContainerLorry)], ..look(Vec::new()) });
    assert_eq!(driven.count("class ContainerLorry"), 1, "{:?}", driven.told);
}
