//! Pictures from anywhere, under a memory limit: of every kind, of every size, cut short, mislabelled, and bytes that are
//! nearly a picture. Each is decoded within bounds or refused with a reason; none takes more memory than the largest
//! picture needs, none panics, and where no plate is, none is read as sure.
//!
//! `GATE_FUZZ_SECONDS=N` gives each of the two targets N seconds (two by default, 300 in `./gate test --long`).
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "../common/mod.rs"]
mod common;
mod corpus;
mod memory;
#[path = "../../../barrier/tests/fuzz/mutate.rs"]
mod mutate;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gate_vision::picture::{MAX_PIXELS, MAX_SIDE};
use gate_vision::{Picture, PictureError};
use mutate::fuzz;
use rand::Rng as _;
use rand::rngs::StdRng;

/// The largest picture of the most bytes a pixel, on its way from file to pixels, takes no more.
const MOST_MB: u64 = 700;
/// Nor does it take longer, on a busy machine and without the optimiser.
const LONGEST: Duration = Duration::from_secs(20);
/// A reason is a sentence, not a dump.
const MOST_WORDS: usize = 300;

/// Memory is the process's own: its tests go one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    memory::limited();
    alone
}

/// Decodes, and checks what holds for any bytes.
fn decoded(bytes: &[u8]) -> Result<Picture, PictureError> {
    let begun = Instant::now();
    let result = Picture::decode(bytes);
    assert!(begun.elapsed() < LONGEST, "{} bytes took {:?}", bytes.len(), begun.elapsed());
    match &result {
        Ok(picture) => {
            let pixels = u64::from(picture.width) * u64::from(picture.height);
            assert!((1..=MAX_PIXELS).contains(&pixels) && picture.width.max(picture.height) <= MAX_SIDE, "{picture:?}");
            assert_eq!(picture.bgr.len() as u64, pixels * 3);
        }
        Err(error) => {
            let reason = error.to_string();
            assert!((10..MOST_WORDS).contains(&reason.len()) && !reason.contains('\n'), "{reason:?}");
        }
    }
    let most = memory::most_mb();
    assert!(most <= MOST_MB, "{} bytes took the process to {most} MB: {result:?}", bytes.len());
    result
}

#[test]
fn every_kind_of_picture_is_decoded_and_every_other_thing_refused() {
    let _alone = alone();
    for (kind, bytes) in corpus::jpegs().into_iter().chain(corpus::pngs()) {
        let picture = decoded(&bytes).unwrap_or_else(|e| panic!("{kind}: {e}"));
        assert_eq!((picture.width, picture.height), corpus::SIZE, "{kind}");
    }
    for (kind, bytes) in corpus::others() {
        assert!(matches!(decoded(&bytes), Err(PictureError::OtherFormat(_))), "{kind}");
    }
    // The end of a file's name says nothing.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lane.jpg");
    std::fs::write(&path, &corpus::pngs()[0].1).unwrap();
    assert!(Picture::read(&path).is_ok());
}

#[test]
fn sixteen_bits_a_channel_come_to_the_same_as_eight() {
    let _alone = alone();
    let pngs = corpus::pngs();
    let [eight, sixteen] = [0, 3].map(|n| decoded(&pngs[n].1).unwrap());
    assert_eq!(eight, sixteen);
}

#[test]
fn a_picture_is_turned_as_each_of_the_eight_words_of_exif_says() {
    let _alone = alone();
    let (width, height) = corpus::SIZE;
    let jpeg = corpus::jpegs().swap_remove(1).1;
    for how in 0..=9 {
        let picture = decoded(&corpus::turned(&jpeg, how)).unwrap();
        let upright = if (5..=8).contains(&how) { (height, width) } else { (width, height) };
        assert_eq!((picture.width, picture.height), upright, "{how}");
    }
}

#[test]
fn pictures_without_pixels_and_huge_ones_are_refused_with_their_size() {
    let _alone = alone();
    for size in [(0, 0), (0, 40), (40, 0), (65_535, 65_535), (16_385, 8), (8, 16_385), (6001, 6001)] {
        for (colours, in_passes) in [(1, false), (3, true), (4, false)] {
            let error = decoded(&small_file(size, colours, in_passes)).unwrap_err();
            println!("{size:?}: {error}");
            assert!(!matches!(error, PictureError::OtherFormat(_)), "{size:?}");
        }
    }
    let empty = corpus::pngs().swap_remove(0).1;
    let zero = corpus::summed([&empty[..16], &[0; 8], &empty[24..]].concat());
    println!("{}", decoded(&zero).unwrap_err());
}

/// A JPEG that claims a size and holds next to nothing.
fn small_file(size: (u16, u16), colours: u8, in_passes: bool) -> Vec<u8> {
    let mut jpeg = corpus::plain_jpeg((8, 8), colours, in_passes);
    let at = jpeg.windows(2).position(|w| w == [0xFF, if in_passes { 0xC2 } else { 0xC0 }]).unwrap();
    jpeg[at + 5..at + 7].copy_from_slice(&size.1.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&size.0.to_be_bytes());
    jpeg
}

#[test]
fn the_largest_picture_of_each_kind_stays_within_its_memory() {
    let _alone = alone();
    for (colours, in_passes) in [(1, false), (3, false), (4, false), (3, true), (4, true)] {
        let picture = decoded(&corpus::plain_jpeg((6000, 6000), colours, in_passes));
        println!("JPEG, {colours} colours, passes {in_passes}: {picture:?}, {} MB", memory::most_mb());
        drop(decoded(&small_file((6000, 6000), colours, in_passes)));
    }
    for (kind, picture) in [
        ("8-bit colour", image::DynamicImage::new_rgb8(6000, 6000)),
        ("16-bit, see-through", image::DynamicImage::new_rgba16(6000, 6000)),
    ] {
        let png = corpus::png(&picture);
        drop(picture);
        memory::limited();
        println!("PNG, {kind}: {:?}, {} MB", decoded(&png), memory::most_mb());
    }
}

fn mark(result: &Result<Picture, PictureError>) -> u64 {
    let mut mark = DefaultHasher::new();
    match result {
        Ok(picture) => (picture.width.ilog2(), picture.height.ilog2(), picture.bgr.first()).hash(&mut mark),
        Err(error) => error.to_string().hash(&mut mark),
    }
    mark.finish()
}

/// Half of the PNG with right check sums: what is in a chunk is looked at only then.
fn as_handed_in(input: &[u8], rng: &mut StdRng) -> Vec<u8> {
    if rng.random() { corpus::summed(input.to_vec()) } else { input.to_vec() }
}

fn all() -> Vec<Vec<u8>> {
    let all = [corpus::jpegs(), corpus::pngs(), corpus::others()].concat();
    all.into_iter().map(|(_, bytes)| bytes).collect()
}

#[test]
fn bytes_that_are_nearly_a_picture() {
    let _alone = alone();
    fuzz("pictures", &all(), |input, rng| mark(&decoded(&as_handed_in(input, rng))));
}

#[test]
fn looks_at_what_came_of_them() {
    let _alone = alone();
    let Some(mut eyes) = common::eyes("looks_at_what_came_of_them") else { return };
    fuzz("looks", &all(), |input, rng| {
        let result = decoded(&as_handed_in(input, rng));
        if let Ok(picture) = &result {
            let begun = Instant::now();
            for look in [eyes.look(picture).unwrap(), eyes.look_at_crop(picture).unwrap()] {
                // There is no plate in any of them.
                let sure = look.plates.iter().find(|p| p.fate.is_none());
                assert!(sure.is_none(), "{picture:?}: {:?}", sure.and_then(|p| p.read.as_ref()));
            }
            assert!(begun.elapsed() < LONGEST, "{picture:?} took {:?}", begun.elapsed());
        }
        mark(&result)
    });
}
