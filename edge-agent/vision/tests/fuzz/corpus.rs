//! Small pictures of every kind that a folder, a camera or a stranger may hand in, made byte by byte where no encoder
//! of ours makes them.

use std::io::Cursor;

use gate_vision::Picture;
use image::{DynamicImage, ExtendedColorType, ImageFormat};

/// Width and height of the pictures.
pub const SIZE: (u32, u32) = (48, 32);

/// Stripes without a character in them.
fn striped() -> DynamicImage {
    let (width, height) = SIZE;
    let pixel = |x: u32, y: u32| [u8::try_from(x * 5).unwrap(), u8::try_from(y * 7).unwrap(), 40];
    DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |x, y| image::Rgb(pixel(x, y))))
}

pub fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    bytes
}

/// PNG of 8 and 16 bits a channel, grey and in colour, with and without a channel that sees through.
pub fn pngs() -> Vec<(&'static str, Vec<u8>)> {
    let picture = striped();
    vec![
        ("8-bit colour", png(&picture)),
        ("8-bit grey", png(&picture.to_luma8().into())),
        ("8-bit, see-through", png(&picture.to_rgba8().into())),
        ("16-bit colour", png(&picture.to_rgb16().into())),
        ("16-bit grey", png(&picture.to_luma16().into())),
        ("16-bit, see-through", png(&picture.to_rgba16().into())),
        ("animated", animated(&png(&picture))),
    ]
}

/// A PNG that says of itself that it is the first of two frames.
fn animated(png: &[u8]) -> Vec<u8> {
    let (width, height) = SIZE;
    let plays = [2u32, 0].map(u32::to_be_bytes).concat();
    let frame = [[0, width, height, 0, 0].map(u32::to_be_bytes).concat(), vec![0, 1, 0, 10, 0, 0]].concat();
    // Behind the signature and the header, which take 8 and 25 bytes.
    let (head, rest) = png.split_at(33);
    [head, &chunk(*b"acTL", &plays), &chunk(*b"fcTL", &frame), rest].concat()
}

fn chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length, &name, body, &chunk_sum(&[&name, body].concat()).to_be_bytes()].concat()
}

/// The check sum of a PNG's chunk (CRC-32), bit by bit.
fn chunk_sum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

/// A PNG whose chunks have right check sums again, so that what they hold is looked at.
pub fn summed(mut png: Vec<u8>) -> Vec<u8> {
    let mut at = 8;
    while let Some(length) = png.get(at..at + 4).and_then(|b| b.first_chunk()).map(|b| u32::from_be_bytes(*b)) {
        let Some(end) = usize::try_from(length).ok().and_then(|n| at.checked_add(8 + n)) else { break };
        let Some(body) = png.get(at + 4..end) else { break };
        let sum = chunk_sum(body).to_be_bytes();
        let Some(place) = png.get_mut(end..end + 4) else { break };
        place.copy_from_slice(&sum);
        at = end + 4;
    }
    png
}

/// A JPEG of one shade, of any size and of any number of colours (four are CMYK), whole or in passes.
pub fn plain_jpeg((width, height): (u16, u16), colours: u8, in_passes: bool) -> Vec<u8> {
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], &length[..], body].concat()
    };
    // One code of one bit: "nothing differs from the block before", and "nothing follows in this block".
    let codes = |class: u8| [&[class, 1], [0; 15].as_slice(), &[0]].concat();
    let frame = (1..=colours).flat_map(|n| [n, 0x11, 0]);
    let scan = (1..=colours).flat_map(|n| [n, 0]);
    let size = [&[8], &height.to_be_bytes()[..], &width.to_be_bytes(), &[colours]].concat();
    let blocks = usize::from(width.div_ceil(8)) * usize::from(height.div_ceil(8));
    let bits = blocks * usize::from(colours) * if in_passes { 1 } else { 2 };
    [
        vec![0xFF, 0xD8],
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\0"),
        segment(0xDB, &[&[0], [1; 64].as_slice()].concat()),
        segment(if in_passes { 0xC2 } else { 0xC0 }, &size.into_iter().chain(frame).collect::<Vec<_>>()),
        segment(0xC4, &codes(0x00)),
        segment(0xC4, &codes(0x10)),
        segment(
            0xDA,
            &[colours].into_iter().chain(scan).chain([0, if in_passes { 0 } else { 63 }, 0]).collect::<Vec<_>>(),
        ),
        vec![0; bits.div_ceil(8)],
        vec![0xFF, 0xD9],
    ]
    .concat()
}

/// A JPEG with EXIF data that say how it is to be turned, 1 to 8.
pub fn turned(jpeg: &[u8], how: u8) -> Vec<u8> {
    let entry = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, how, 0, 0, 0, 0, 0, 0];
    let body = [b"Exif\0\0MM\0\x2a\0\0\0\x08".as_slice(), &entry].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &body, &jpeg[2..]].concat()
}

pub fn jpegs() -> Vec<(&'static str, Vec<u8>)> {
    let (width, height) = SIZE;
    let colour = Picture::from_bgr(width, height, striped().into_rgb8().into_raw()).unwrap().to_jpeg(80).unwrap();
    let mut grey = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut grey, 80)
        .encode(striped().to_luma8().as_raw(), width, height, ExtendedColorType::L8)
        .unwrap();
    let small = (u16::try_from(width).unwrap(), u16::try_from(height).unwrap());
    vec![
        ("turned", turned(&colour, 1)),
        ("colour", colour),
        ("grey", grey),
        ("CMYK", plain_jpeg(small, 4, false)),
        ("in passes", plain_jpeg(small, 3, true)),
    ]
}

/// What is no picture of ours, whatever its name says.
pub fn others() -> Vec<(&'static str, Vec<u8>)> {
    let frame = b"\x21\xF9\x04\0\x0A\0\0\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let head = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF";
    vec![
        ("an animated GIF", [head.as_slice(), frame, frame, b"\x3B"].concat()),
        ("WebP", b"RIFF\x1A\0\0\0WEBPVP8L\x0D\0\0\0\x2F\0\0\0\x10\x07\x10\x11\x11\x88\x88\xFE\x07\0".to_vec()),
        (
            "BMP",
            [b"BM\x3A\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0".as_slice(), &[0; 28]].concat(),
        ),
        ("TIFF", b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec()),
        ("a video", b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2mp41".to_vec()),
        ("a page", b"<!doctype html><title>401 Unauthorized</title>".to_vec()),
        ("nothing", Vec::new()),
    ]
}
