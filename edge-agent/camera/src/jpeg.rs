//! Pictures as JPEG: whole for evidence, small for the lane panel.

use gate_vision::Picture;
use opencv::core::{Mat, Size, Vector};
use opencv::prelude::*;
use opencv::{imgcodecs, imgproc};
use thiserror::Error;

/// Why a picture could not be encoded.
#[derive(Debug, Error)]
#[error("a picture of {width} x {height} could not be written as JPEG: {why}")]
pub struct JpegError {
    width: u32,
    height: u32,
    why: String,
}

/// The picture whole. Takes some milliseconds: not for a task that others wait for.
///
/// # Errors
/// [`JpegError`] when OpenCV refuses.
pub fn encode(picture: &Picture, quality: u8) -> Result<Vec<u8>, JpegError> {
    write(picture, None, quality)
}

/// The picture at most `max_width` pixels wide.
///
/// # Errors
/// [`JpegError`] when OpenCV refuses.
pub fn encode_small(picture: &Picture, max_width: u32, quality: u8) -> Result<Vec<u8>, JpegError> {
    let width = picture.width.min(max_width).max(1);
    let height = (u64::from(picture.height) * u64::from(width) / u64::from(picture.width.max(1))).max(1);
    let size = (i32::try_from(width).unwrap_or(i32::MAX), i32::try_from(height).unwrap_or(i32::MAX));
    write(picture, (width < picture.width).then_some(size), quality)
}

fn write(picture: &Picture, size: Option<(i32, i32)>, quality: u8) -> Result<Vec<u8>, JpegError> {
    let fail = |why: String| JpegError { width: picture.width, height: picture.height, why };
    jpeg(picture, size, quality).map_err(|e| fail(e.to_string()))
}

fn jpeg(picture: &Picture, size: Option<(i32, i32)>, quality: u8) -> opencv::Result<Vec<u8>> {
    let flat = Mat::from_slice(&picture.bgr)?;
    let whole = flat.reshape(3, i32::try_from(picture.height).unwrap_or(i32::MAX))?;
    let params: Vector<i32> = [imgcodecs::IMWRITE_JPEG_QUALITY, i32::from(quality.clamp(1, 100))].into_iter().collect();
    let mut out = Vector::<u8>::new();
    match size {
        Some((width, height)) => {
            let mut small = Mat::default();
            imgproc::resize(&whole, &mut small, Size::new(width, height), 0.0, 0.0, imgproc::INTER_AREA)?;
            imgcodecs::imencode(".jpg", &small, &mut out, &params)?;
        }
        None => {
            imgcodecs::imencode(".jpg", &whole, &mut out, &params)?;
        }
    }
    Ok(out.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_and_is_as_small_as_asked() {
        let picture = Picture::from_bgr(640, 360, vec![120; 640 * 360 * 3]).unwrap();
        let whole = Picture::decode(&encode(&picture, 90).unwrap()).unwrap();
        assert_eq!((whole.width, whole.height), (640, 360));
        let small = Picture::decode(&encode_small(&picture, 320, 70).unwrap()).unwrap();
        assert_eq!((small.width, small.height), (320, 180));
        let kept = Picture::decode(&encode_small(&picture, 2000, 70).unwrap()).unwrap();
        assert_eq!(kept.width, 640);
    }
}
