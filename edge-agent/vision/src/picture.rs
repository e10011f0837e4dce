//! Pictures: packed rows of blue, green, red; read from JPEG and PNG as they are meant to be seen.
//!
//! Files come from anywhere: nothing is decoded before its size is known to be within bounds, and the
//! decoders are memory-safe.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageReader};
use thiserror::Error;

/// Largest file read: no camera's picture is near it.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Most pixels of a picture: 8K (7680 x 4320) and a little.
pub const MAX_PIXELS: u64 = 36_000_000;
/// Longest side in pixels.
pub const MAX_SIDE: u32 = 16_384;

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is larger than any picture of a camera.
    #[error("a file of {0} bytes is larger than {MAX_FILE_BYTES}, the most that is read as one picture")]
    LargeFile(u64),
    /// Neither JPEG nor PNG.
    #[error("neither JPEG nor PNG ({0}); convert it first")]
    OtherFormat(String),
    /// Too many pixels.
    #[error("{width} x {height} pixels are more than {MAX_PIXELS}, or a side is longer than {MAX_SIDE}; scale it down")]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// No pixel at all.
    #[error("{width} x {height}: a picture without pixels")]
    Empty {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Cut short or damaged.
    #[error("the picture is damaged or cut short: {0}")]
    Damaged(String),
    /// The bytes are not as many as the pixels need.
    #[error("{found} bytes are no {width} x {height} pixels of 3 bytes each")]
    Bytes {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes given.
        found: usize,
    },
}

/// A picture: rows packed, three bytes a pixel (blue, green, red). Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
    /// `width * height * 3` bytes.
    pub bgr: Arc<[u8]>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

fn within_bounds(width: u32, height: u32) -> Result<(), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Empty { width, height });
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge { width, height });
    }
    Ok(())
}

/// Whether the end marker follows the picture's own data. A decoder would fill up what is cut off with
/// grey and say nothing. The thumbnail in the EXIF data has an end of its own, so segments are walked.
fn jpeg_has_its_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4).and_then(|b| b.first_chunk::<4>()) {
        let length = usize::from(u16::from_be_bytes([high, low]));
        match marker {
            // Start of scan: coded data up to the end marker.
            0xda => return bytes[at..].windows(2).any(|pair| pair == [0xff, 0xd9]),
            // Fill bytes.
            0xff => at += 1,
            _ => at += 2 + length.max(2),
        }
    }
    false
}

impl Picture {
    /// A picture of bytes that are decoded already.
    ///
    /// # Errors
    /// [`PictureError`] when the size is out of bounds or the bytes do not fit it.
    pub fn from_bgr(width: u32, height: u32, bgr: impl Into<Arc<[u8]>>) -> Result<Self, PictureError> {
        within_bounds(width, height)?;
        let bgr = bgr.into();
        if bgr.len() as u64 != u64::from(width) * u64::from(height) * 3 {
            return Err(PictureError::Bytes { width, height, found: bgr.len() });
        }
        Ok(Self { width, height, bgr })
    }

    /// Reads a JPEG or PNG file.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn read(path: &Path) -> Result<Self, PictureError> {
        let fail = |source| PictureError::File { path: path.to_owned(), source };
        let bytes = std::fs::metadata(path).map_err(fail)?.len();
        if bytes > MAX_FILE_BYTES {
            return Err(PictureError::LargeFile(bytes));
        }
        Self::decode(&std::fs::read(path).map_err(fail)?)
    }

    /// Decodes JPEG or PNG, turned as its EXIF data say.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, PictureError> {
        let damaged = |e: ImageError| PictureError::Damaged(e.to_string());
        let reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|e| PictureError::Damaged(e.to_string()))?;
        match reader.format() {
            Some(image::ImageFormat::Jpeg) if !jpeg_has_its_end(bytes) => {
                return Err(PictureError::Damaged("the JPEG's end is missing".to_owned()));
            }
            Some(image::ImageFormat::Jpeg | image::ImageFormat::Png) => {}
            Some(other) => return Err(PictureError::OtherFormat(format!("{other:?}"))),
            None => return Err(PictureError::OtherFormat("no known kind of picture".to_owned())),
        }
        let mut decoder = reader.into_decoder().map_err(damaged)?;
        let (width, height) = decoder.dimensions();
        within_bounds(width, height)?;
        let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
        let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
        image.apply_orientation(orientation);
        let rgb = image.into_rgb8();
        let (width, height) = rgb.dimensions();
        let mut bytes = rgb.into_raw();
        for pixel in bytes.chunks_exact_mut(3) {
            pixel.swap(0, 2);
        }
        Self::from_bgr(width, height, bytes)
    }

    /// As JPEG.
    ///
    /// # Errors
    /// [`PictureError::Damaged`] when the encoder refuses.
    pub fn to_jpeg(&self, quality: u8) -> Result<Vec<u8>, PictureError> {
        let mut rgb = self.bgr.to_vec();
        for pixel in rgb.chunks_exact_mut(3) {
            pixel.swap(0, 2);
        }
        let mut jpeg = Vec::with_capacity(rgb.len() / 8);
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality.clamp(1, 100))
            .encode(&rgb, self.width, self.height, image::ExtendedColorType::Rgb8)
            .map_err(|e| PictureError::Damaged(e.to_string()))?;
        Ok(jpeg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(width: u32, height: u32) -> Picture {
        let bytes: Vec<u8> = (0..width * height * 3).map(|i| u8::try_from(i % 251).unwrap()).collect();
        Picture::from_bgr(width, height, bytes).unwrap()
    }

    /// An EXIF segment that says "turn a quarter clockwise to show" (orientation 6).
    fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let tiff =
            [b"MM\0\x2a\0\0\0\x08".as_slice(), &[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]]
                .concat();
        let body = [b"Exif\0\0".as_slice(), &tiff].concat();
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &body, &jpeg[2..]].concat()
    }

    #[test]
    fn a_picture_is_turned_as_its_exif_data_say() {
        let jpeg = sample(40, 20).to_jpeg(90).unwrap();
        let plain = Picture::decode(&jpeg).unwrap();
        assert_eq!((plain.width, plain.height), (40, 20));
        let turned = Picture::decode(&with_orientation(&jpeg, 6)).unwrap();
        assert_eq!((turned.width, turned.height), (20, 40));
        let upside_down = Picture::decode(&with_orientation(&jpeg, 3)).unwrap();
        assert_eq!(&upside_down.bgr[..3], &plain.bgr[plain.bgr.len() - 3..]);
    }

    #[test]
    fn bytes_that_are_no_picture_are_refused_with_a_reason() {
        assert!(matches!(Picture::decode(b""), Err(PictureError::OtherFormat(_))));
        assert!(matches!(Picture::decode(b"plate 24C12345"), Err(PictureError::OtherFormat(_))));
        assert!(matches!(Picture::decode(b"GIF89a\x01\0\x01\0"), Err(PictureError::OtherFormat(_))));
        assert!(matches!(Picture::read(Path::new("/nowhere.jpg")), Err(PictureError::File { .. })));
        assert!(matches!(Picture::from_bgr(2, 2, vec![0; 11]), Err(PictureError::Bytes { found: 11, .. })));
        assert!(matches!(Picture::from_bgr(0, 2, vec![]), Err(PictureError::Empty { .. })));
    }

    #[test]
    fn a_huge_picture_is_refused_before_it_is_decoded() {
        // A PNG header that claims 100,000 x 100,000 pixels.
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend([0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0, 8, 2, 0, 0, 0]);
        png.extend([0, 0, 0, 0]);
        assert!(Picture::decode(&png).is_err());
        assert!(matches!(Picture::from_bgr(20_000, 1, vec![0; 60_000]), Err(PictureError::TooLarge { .. })));
    }

    #[test]
    fn a_picture_cut_anywhere_is_refused() {
        let jpeg = with_orientation(&sample(64, 48).to_jpeg(80).unwrap(), 1);
        assert!(Picture::decode(&jpeg).is_ok());
        assert!(Picture::decode(&[jpeg.as_slice(), b"trailing"].concat()).is_ok());
        for end in 0..jpeg.len() {
            assert!(Picture::decode(&jpeg[..end]).is_err(), "{end} of {}", jpeg.len());
        }
        let mut png = Vec::new();
        image::RgbImage::new(64, 48).write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        assert!(Picture::decode(&png).is_ok());
        for end in 0..png.len() - 16 {
            assert!(Picture::decode(&png[..end]).is_err(), "{end} of {}", png.len());
        }
    }
}
