//! Frames of a video file or a stream.

use gate_vision::{Picture, PictureError};
use opencv::core::{Mat, Vector};
use opencv::prelude::*;
use opencv::videoio::{
    CAP_FFMPEG, CAP_PROP_OPEN_TIMEOUT_MSEC, CAP_PROP_POS_MSEC, CAP_PROP_READ_TIMEOUT_MSEC, VideoCapture,
};
use thiserror::Error;

/// A stream that does not open or that is silent for longer is given up.
const TIMEOUT_MS: i32 = 10_000;

/// Why there are no frames.
#[derive(Debug, Error)]
pub(super) enum VideoError {
    /// It does not open.
    #[error("cannot be opened as a video: no such file or stream, or no video that FFmpeg can decode")]
    Closed,
    /// It opens and gives nothing.
    #[error("a video without a single frame that can be decoded")]
    Empty,
    /// A frame is out of bounds.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// OpenCV says.
    #[error("OpenCV: {0}")]
    Capture(#[from] opencv::Error),
}

/// Frames in turn.
pub(super) struct Frames {
    capture: VideoCapture,
    every: u64,
    next: u64,
    decoded: Mat,
}

impl Frames {
    /// Opens a file or an address.
    pub(super) fn open(place: &str, every: u32) -> Result<Self, VideoError> {
        let parameters =
            Vector::from_slice(&[CAP_PROP_OPEN_TIMEOUT_MSEC, TIMEOUT_MS, CAP_PROP_READ_TIMEOUT_MSEC, TIMEOUT_MS]);
        let capture = VideoCapture::from_file_with_params(place, CAP_FFMPEG, &parameters)?;
        if !capture.is_opened()? {
            return Err(VideoError::Closed);
        }
        Ok(Self { capture, every: u64::from(every.max(1)), next: 0, decoded: Mat::default() })
    }

    /// The next frame to read: its number, its place in milliseconds, its pixels. `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u64, f64, Picture)>, VideoError> {
        loop {
            let frame = self.next;
            if !self.capture.grab()? {
                return if frame == 0 { Err(VideoError::Empty) } else { Ok(None) };
            }
            self.next += 1;
            if !frame.is_multiple_of(self.every) {
                continue;
            }
            let media_ms = self.capture.get(CAP_PROP_POS_MSEC)?;
            if !self.capture.retrieve_def(&mut self.decoded)? {
                return Ok(None);
            }
            let size = self.decoded.size()?;
            let (width, height) = (u32::try_from(size.width).unwrap_or(0), u32::try_from(size.height).unwrap_or(0));
            let picture = Picture::from_bgr(width, height, self.decoded.data_bytes()?)?;
            return Ok(Some((frame, media_ms, picture)));
        }
    }
}
