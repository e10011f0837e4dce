//! Streams and video files, by OpenCV's `VideoCapture` over FFmpeg. What FFmpeg is told stands in the
//! worker's environment (`OPENCV_FFMPEG_CAPTURE_OPTIONS`), set by the supervisor.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::Path;
use std::time::{Duration, Instant};

use opencv::core::{CV_8UC3, Vector};
use opencv::prelude::*;
use opencv::videoio::{
    CAP_FFMPEG, CAP_PROP_FRAME_HEIGHT, CAP_PROP_FRAME_WIDTH, CAP_PROP_OPEN_TIMEOUT_MSEC, CAP_PROP_POS_MSEC,
    CAP_PROP_READ_TIMEOUT_MSEC, VideoCapture,
};

use super::WorkerError;
use super::pace::Pace;
use super::slot::{Outgoing, Rows, Slot};
use super::words::Words;
use crate::frame::{Header, fits, monotonic_us};
use crate::order::Source;

/// Until a stream must be open, and between two frames of it.
const PATIENCE_MS: i32 = 5_000;
/// Until the camera must take a TCP connection, when the reason of a failure is looked for.
const CONNECT: Duration = Duration::from_secs(2);

/// Decodes a camera's stream until it ends.
pub(super) fn camera(source: &Source, mut pace: Pace, slot: &Slot, words: &Words) -> Result<(), WorkerError> {
    let url = source.full_url().unwrap_or_default();
    let params: Vector<i32> =
        [CAP_PROP_OPEN_TIMEOUT_MSEC, PATIENCE_MS, CAP_PROP_READ_TIMEOUT_MSEC, PATIENCE_MS].into_iter().collect();
    let mut capture = VideoCapture::from_file_with_params(&url, CAP_FFMPEG, &params)?;
    if !capture.is_opened()? {
        return Err(WorkerError::Open { shown: source.shown(), why: why_not(&source.shown()) });
    }
    let mut number = 0;
    while grabbed(&mut capture, source, words)? {
        number += 1;
        let received_us = monotonic_us();
        if pace.due(received_us) {
            pass_on(&mut capture, source, (number, None, received_us), slot)?;
        }
    }
    Err(WorkerError::Ended(source.shown()))
}

/// Plays a file at its own pace, again and again.
pub(super) fn video(
    source: &Source,
    path: &Path,
    mut pace: Pace,
    slot: &Slot,
    words: &Words,
) -> Result<(), WorkerError> {
    let fail = |why: String| WorkerError::Open { shown: source.shown(), why };
    // Absolute, so that no name is taken for one of FFmpeg's protocols.
    let path = path.canonicalize().map_err(|e| fail(e.to_string()))?;
    let mut number = 0;
    loop {
        let mut capture = VideoCapture::from_file(&path, CAP_FFMPEG)?;
        if !capture.is_opened()? {
            return Err(fail("FFmpeg does not know it as a video".to_owned()));
        }
        let (begun, before) = (Instant::now(), number);
        while grabbed(&mut capture, source, words)? {
            number += 1;
            let media_ms = capture.get(CAP_PROP_POS_MSEC)?;
            let media = Duration::try_from_secs_f64(media_ms / 1000.0).unwrap_or_default();
            std::thread::sleep(media.saturating_sub(begun.elapsed()).min(Duration::from_secs(1)));
            let received_us = monotonic_us();
            if pace.due(received_us) {
                let media_us = i64::try_from(media.as_micros()).ok();
                pass_on(&mut capture, source, (number, media_us, received_us), slot)?;
            }
        }
        if number == before {
            return Err(fail("it holds no frame that can be decoded".to_owned()));
        }
    }
}

/// The next frame is decoded; false at the end. One of another size than the first is not to be looked at.
fn grabbed(capture: &mut VideoCapture, source: &Source, words: &Words) -> Result<bool, WorkerError> {
    let grabbed = capture.grab()?;
    let from = (side(capture, CAP_PROP_FRAME_WIDTH)?, side(capture, CAP_PROP_FRAME_HEIGHT)?);
    match words.other_size(from) {
        Some(to) => Err(WorkerError::Changed { shown: source.shown(), from, to }),
        None => Ok(grabbed),
    }
}

/// A side of the pictures that OpenCV makes: that of the first frame for as long as it is open.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of pixels")]
fn side(capture: &VideoCapture, which: i32) -> Result<u32, WorkerError> {
    Ok(capture.get(which)? as u32)
}

fn pass_on(
    capture: &mut VideoCapture,
    source: &Source,
    (number, media_us, received_us): (u64, Option<i64>, u64),
    slot: &Slot,
) -> Result<(), WorkerError> {
    let mut mat = slot.spare();
    if !capture.retrieve_def(&mut mat)? || mat.typ() != CV_8UC3 {
        return Ok(());
    }
    let size = (u32::try_from(mat.cols()).unwrap_or(0), u32::try_from(mat.rows()).unwrap_or(0));
    if fits(size.0, size.1).is_none() {
        return Err(WorkerError::Size { shown: source.shown(), width: mat.cols(), height: mat.rows() });
    }
    let header = Header { width: size.0, height: size.1, number, media_us, received_us };
    slot.put(Outgoing { header, rows: Rows::Mat(mat) });
    Ok(())
}

/// Why a stream did not open, as far as a connection tells.
fn why_not(shown: &str) -> String {
    let authority = shown.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    let address = if authority.rsplit(']').next().is_some_and(|tail| tail.contains(':')) {
        authority.to_owned()
    } else {
        format!("{authority}:554")
    };
    match address.to_socket_addrs().map(|mut found| found.next()) {
        Err(error) => format!("{address} is no known address ({error}); check the url"),
        Ok(None) => format!("{address} is no known address; check the url"),
        Ok(Some(socket)) => match TcpStream::connect_timeout(&socket, CONNECT) {
            Err(error) => format!("{address} takes no connection ({error}); is the camera on, and the network whole?"),
            Ok(_) => "the camera answers, but gives no stream here; check path, user and password".to_owned(),
        },
    }
}
