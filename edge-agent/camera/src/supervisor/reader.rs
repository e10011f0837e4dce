//! Takes frames out of a worker's pipe as fast as it writes them, in a thread of its own: copying
//! megabytes is no work for the tasks that watch a barrier.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::Shared;
use crate::frame::{FrameError, read_frame};

/// Room for a good part of a frame, so that few calls move it.
const PIPE_BYTES: usize = 1024 * 1024;

/// Reads until the pipe ends; what is received tells why it did.
pub(super) fn start(pipe: OwnedFd, shared: Arc<Shared>) -> std::io::Result<oneshot::Receiver<FrameError>> {
    // The system may allow less; it works with any size.
    let _ = rustix::pipe::fcntl_setpipe_size(&pipe, PIPE_BYTES);
    let (over, told) = oneshot::channel();
    std::thread::Builder::new().name("frames".to_owned()).spawn(move || {
        let mut pipe = File::from(pipe);
        let before = shared.frames.borrow().as_ref().map_or(0, |f| f.number);
        let error = loop {
            match read_frame(&mut pipe) {
                Ok(frame) => shared.take(frame, before),
                Err(error) => break error,
            }
        };
        let _ = over.send(error);
    })?;
    Ok(told)
}
