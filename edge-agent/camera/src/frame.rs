//! A frame, and how it travels from the worker to the supervisor: a header of 40 bytes, then the
//! picture's rows. All numbers are little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | `GCF1` |
//! | 4..8, 8..12 | width, height in pixels |
//! | 12..16 | length of the picture in bytes: width x height x 3 |
//! | 16..24 | number, from 1 within the worker's life |
//! | 24..32 | place in the video in microseconds, or -1 |
//! | 32..40 | when it was received, microseconds of the machine's monotonic clock |

use std::io::Read;
use std::time::{Duration, Instant};

use gate_vision::Picture;
use thiserror::Error;

/// Length of the header in bytes.
pub const HEADER_BYTES: usize = 40;
/// Longest side of a frame.
pub const MAX_SIDE: u32 = 8192;
/// Most bytes of a frame: 4096 x 3072 pixels.
pub const MAX_FRAME_BYTES: usize = 4096 * 3072 * 3;
const MAGIC: [u8; 4] = *b"GCF1";

/// One decoded picture of a camera. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The picture.
    pub picture: Picture,
    /// Counts up over all lives of the camera's worker, with gaps where frames were dropped.
    pub number: u64,
    /// Its place in a video file; `None` for a live stream.
    pub media: Option<Duration>,
    /// When it came out of the stream.
    pub received: Instant,
}

/// What stands before a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) number: u64,
    pub(crate) media_us: Option<i64>,
    pub(crate) received_us: u64,
}

/// Why a frame cannot be taken from a worker.
#[derive(Debug, Error)]
pub enum FrameError {
    /// The worker ended, between frames or within one.
    #[error("the worker's pipe: {0}")]
    Pipe(#[from] std::io::Error),
    /// Something other than a frame.
    #[error("the worker wrote {0:02x?} where a frame begins")]
    Magic([u8; 4]),
    /// Larger than any camera's picture.
    #[error("a picture of {width} x {height} in {bytes} bytes is out of bounds; lower the camera's resolution")]
    Size {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// Its length.
        bytes: u32,
    },
}

/// Whether a picture of this size is taken.
pub(crate) fn fits(width: u32, height: u32) -> Option<usize> {
    let bytes = usize::try_from(u64::from(width) * u64::from(height) * 3).ok()?;
    let within = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height) && bytes <= MAX_FRAME_BYTES;
    within.then_some(bytes)
}

impl Header {
    pub(crate) fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut out = [0; HEADER_BYTES];
        out[..4].copy_from_slice(&MAGIC);
        out[4..8].copy_from_slice(&self.width.to_le_bytes());
        out[8..12].copy_from_slice(&self.height.to_le_bytes());
        out[12..16].copy_from_slice(&(self.width * self.height * 3).to_le_bytes());
        out[16..24].copy_from_slice(&self.number.to_le_bytes());
        out[24..32].copy_from_slice(&self.media_us.unwrap_or(-1).to_le_bytes());
        out[32..40].copy_from_slice(&self.received_us.to_le_bytes());
        out
    }

    fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Result<(Self, usize), FrameError> {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        let magic = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if magic != MAGIC {
            return Err(FrameError::Magic(magic));
        }
        let (width, height, length) = (word(4), word(8), word(12));
        let size = FrameError::Size { width, height, bytes: length };
        let Some(bytes) = fits(width, height).filter(|&b| u32::try_from(b) == Ok(length)) else { return Err(size) };
        let media_us = i64::try_from(long(24)).ok();
        Ok((Self { width, height, number: long(16), media_us, received_us: long(32) }, bytes))
    }
}

/// Takes the next frame from a worker's pipe.
///
/// # Errors
/// [`FrameError`]; nothing more can be read then.
pub(crate) fn read_frame(pipe: &mut impl Read) -> Result<Frame, FrameError> {
    let mut head = [0; HEADER_BYTES];
    pipe.read_exact(&mut head)?;
    let (header, length) = Header::from_bytes(&head)?;
    let mut bgr: std::sync::Arc<[u8]> = std::iter::repeat_n(0, length).collect();
    // It was made a line ago, so nobody else holds it.
    if let Some(rows) = std::sync::Arc::get_mut(&mut bgr) {
        pipe.read_exact(rows)?;
    }
    let now = Instant::now();
    let age = Duration::from_micros(monotonic_us().saturating_sub(header.received_us));
    Ok(Frame {
        picture: Picture { width: header.width, height: header.height, bgr },
        number: header.number,
        media: header.media_us.and_then(|us| u64::try_from(us).ok()).map(Duration::from_micros),
        received: now.checked_sub(age).unwrap_or(now),
    })
}

/// The machine's monotonic clock, the same in all its processes.
pub(crate) fn monotonic_us() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let header = Header { width: 4, height: 2, number: 7, media_us: None, received_us: monotonic_us() - 50_000 };
        [header.to_bytes().as_slice(), &[9; 24]].concat()
    }

    #[test]
    fn a_frame_comes_out_as_it_went_in_and_keeps_its_age() {
        let frame = read_frame(&mut sample().as_slice()).unwrap();
        assert_eq!((frame.picture.width, frame.picture.height, frame.number, frame.media), (4, 2, 7, None));
        assert_eq!(&frame.picture.bgr[..], &[9; 24]);
        let age = frame.received.elapsed();
        assert!(age >= Duration::from_millis(50) && age < Duration::from_secs(5), "{age:?}");
    }

    #[test]
    fn what_is_no_frame_is_refused_before_memory_is_taken_for_it() {
        let mut other = sample();
        other[0] = b'x';
        assert!(matches!(read_frame(&mut other.as_slice()), Err(FrameError::Magic(_))));
        let mut huge = sample();
        huge[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(read_frame(&mut huge.as_slice()), Err(FrameError::Size { .. })));
        let mut lying = sample();
        lying[12] = 23;
        assert!(matches!(read_frame(&mut lying.as_slice()), Err(FrameError::Size { .. })));
        for cut in 0..sample().len() {
            assert!(matches!(read_frame(&mut &sample()[..cut]), Err(FrameError::Pipe(_))));
        }
    }
}
