//! Pictures that show nothing, or hardly exist: looked at without a plate and without a panic.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod common;

use common::eyes;
use gate_vision::{Eyes, Picture};

fn plain(width: u32, height: u32, bgr: [u8; 3]) -> Picture {
    Picture::from_bgr(width, height, bgr.repeat((width * height) as usize)).unwrap()
}

/// Noise that is the same in every run.
fn noise(width: u32, height: u32) -> Picture {
    let mut s = 1u64;
    let bytes: Vec<u8> = (0..width * height * 3)
        .map(|_| {
            s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (s >> 56) as u8
        })
        .collect();
    Picture::from_bgr(width, height, bytes).unwrap()
}

fn nothing_counts(eyes: &mut Eyes, picture: &Picture) {
    for look in [eyes.look(picture).unwrap(), eyes.look_at_crop(picture).unwrap()] {
        assert!(look.plates.iter().all(|p| p.fate.is_some()), "{picture:?}: {:?}", look.plates);
        assert!(!look.containers.iter().any(|c| c.valid && c.probability > 0.9), "{picture:?}");
    }
}

#[test]
fn empty_pictures_of_every_size_show_nothing() {
    let Some(mut eyes) = eyes("empty_pictures_of_every_size_show_nothing") else { return };
    for (width, height) in [(1, 1), (1, 400), (3, 2), (16_000, 2), (640, 360), (1920, 1080), (7000, 5000)] {
        nothing_counts(&mut eyes, &plain(width, height, [0, 0, 0]));
    }
    for bgr in [[255, 255, 255], [114, 114, 114], [20, 200, 230]] {
        nothing_counts(&mut eyes, &plain(800, 600, bgr));
    }
    for (width, height) in [(160, 64), (640, 480), (2000, 1500)] {
        nothing_counts(&mut eyes, &noise(width, height));
    }
}
