//! The floors of recognition on pictures that no model was trained on: whole frames of both countries,
//! crops, and things that are no plate. Each prints its figure.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "prints figures, and a test may stop where it stands")]

mod common;

use common::{eyes, pictures};
use gate_core::vehicle::VehicleClass;
use gate_vision::{Look, Picture};

/// Texts of a look, best first, whatever their fate.
fn texts(look: &Look) -> Vec<&str> {
    look.plates.iter().filter_map(|p| p.read.as_ref()).map(|r| r.text.as_str()).collect()
}

/// Share of labelled plates that are read exactly.
fn exact(test: &str, set: &str, crop: bool) -> Option<f64> {
    let (pictures, mut eyes) = (pictures(test, set, "dev")?, eyes(test)?);
    let (mut right, mut all, mut wrong, mut ms) = (0u32, 0u32, 0u32, Vec::new());
    for one in &pictures {
        let picture = Picture::read(&one.path).unwrap();
        let look = if crop { eyes.look_at_crop(&picture) } else { eyes.look(&picture) }.unwrap();
        ms.push(look.time.as_secs_f64() * 1000.0);
        let read = texts(&look);
        let missing: Vec<&String> = one.texts.iter().filter(|t| !read.contains(&t.as_str())).collect();
        all += u32::try_from(one.texts.len()).unwrap();
        right += u32::try_from(one.texts.len() - missing.len()).unwrap();
        // What would count by itself and is on no label.
        let counted = look.plates.iter().filter(|p| p.fate.is_none()).filter_map(|p| p.read.as_ref());
        wrong += u32::try_from(counted.filter(|r| !one.texts.contains(&r.text)).count()).unwrap();
        if !missing.is_empty() && std::env::var_os("SHOW_MISSES").is_some() {
            println!("{}: {missing:?} read as {read:?}", one.path.file_name().unwrap().to_string_lossy());
        }
    }
    ms.sort_by(f64::total_cmp);
    let share = f64::from(right) / f64::from(all);
    println!(
        "figure {set} {share:.3} exact of {all}; wrong that would count {wrong}; median {:.1} ms",
        ms[ms.len() / 2]
    );
    Some(share)
}

fn floor(test: &str, set: &str, crop: bool, least: f64) {
    if let Some(share) = exact(test, set, crop) {
        assert!(share >= least, "{set}: {share:.3} of the plates are read exactly, the floor is {least}");
    }
}

/// Share of the plates that were read which hang on a vehicle of the set's class.
fn class_floor(test: &str, set: &str, class: VehicleClass, least: f64) {
    let (Some(pictures), Some(mut eyes)) = (pictures(test, set, "dev"), eyes(test)) else { return };
    let (mut right, mut all) = (0u32, 0u32);
    for one in &pictures {
        let look = eyes.look(&Picture::read(&one.path).unwrap()).unwrap();
        let read = look.plates.iter().find(|p| p.read.as_ref().is_some_and(|r| one.texts.contains(&r.text)));
        let Some(plate) = read else { continue };
        all += 1;
        right += u32::from(plate.vehicle.and_then(|v| look.vehicles.get(v)).is_some_and(|v| v.class == class));
    }
    let share = f64::from(right) / f64::from(all);
    println!("figure class {set} {share:.3} of {all} plates hang on a {class:?}");
    assert!(share >= least, "{set}: {share:.3} of the plates hang on a {class:?}, the floor is {least}");
}

#[test]
fn a_vehicle_that_fills_the_picture_has_a_class() {
    let test = "a_vehicle_that_fills_the_picture_has_a_class";
    class_floor(test, "vn-car-frames", VehicleClass::Car, 0.95);
    class_floor(test, "vn-car-gate", VehicleClass::Car, 0.95);
    class_floor(test, "vn-gate-corners", VehicleClass::Car, 0.9);
    class_floor(test, "vn-greenparking", VehicleClass::Motorcycle, 0.95);
}

#[test]
fn vietnamese_motorcycles_in_whole_frames() {
    floor("vietnamese_motorcycles_in_whole_frames", "vn-greenparking", false, 0.85);
}

#[test]
fn chinese_plates_in_whole_frames() {
    floor("chinese_plates_in_whole_frames", "cn-easypr", false, 0.70);
}

#[test]
fn vietnamese_long_plates_cut_out() {
    floor("vietnamese_long_plates_cut_out", "vn-longplate", true, 0.85);
}

#[test]
fn what_is_no_plate_is_never_accepted() {
    let test = "what_is_no_plate_is_never_accepted";
    let (Some(pictures), Some(mut eyes)) = (pictures(test, "no-plate", "dev"), eyes(test)) else { return };
    let mut accepted = Vec::new();
    for one in &pictures {
        let picture = Picture::read(&one.path).unwrap();
        let look = eyes.look_at_crop(&picture).unwrap();
        let counted = look.plates.iter().filter(|p| p.fate.is_none());
        accepted.extend(counted.map(|p| (one.path.clone(), p.read.clone())));
    }
    println!("figure no-plate {} accepted of {}", accepted.len(), pictures.len());
    assert!(accepted.is_empty(), "{accepted:?}");
}
