//! What FFmpeg says while it decodes. OpenCV prints it on the standard output, which is a terminal of the worker's own
//! here, so that each line comes when it is said; the frames leave by the pipe that the supervisor opened.
//!
//! One line matters. A stream whose size changes inside it is decoded on into pictures of the first size, of which
//! OpenCV 4 fills some rows anew and lets the others stand: an old plate may be among them, and nothing else tells.

use std::fs::File;
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// What FFmpeg's H.264 decoder says of the size from the next frame on, as `Reinit context to 640x368, pix_fmt: yuv420p`.
const SIZE: &str = "Reinit context to ";
/// It counts in blocks of so many pixels.
const BLOCK: u32 = 16;
/// Longest line that is looked at; of a longer one the end is.
const LINE: usize = 1024;

/// FFmpeg's words, read as they come.
pub(super) struct Words(Mutex<Heard>);

struct Heard {
    terminal: File,
    line: Vec<u8>,
    size: Option<(u32, u32)>,
}

impl Words {
    /// Sets words and frames apart; gives what the frames leave by. To be called before OpenCV prints anything.
    ///
    /// # Errors
    /// When the system gives no terminal.
    pub(super) fn apart() -> std::io::Result<(Arc<Self>, File)> {
        let frames = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&terminal)?;
        unlockpt(&terminal)?;
        let said = rustix::fs::open(ptsname(&terminal, Vec::new())?, OFlags::RDWR | OFlags::NOCTTY, Mode::empty())?;
        rustix::stdio::dup2_stdout(&said)?;
        rustix::io::ioctl_fionbio(&terminal, true)?;
        let terminal = File::from(terminal);
        let waits = terminal.try_clone()?;
        let words = Arc::new(Self(Mutex::new(Heard { terminal, line: Vec::new(), size: None })));
        let heard = Arc::clone(&words);
        // A terminal that nobody reads would stop whoever prints.
        std::thread::Builder::new().name("words".to_owned()).spawn(move || {
            while poll(&mut [PollFd::new(&waits, PollFlags::IN)], None).is_ok() {
                heard.size();
            }
        })?;
        Ok((words, File::from(frames)))
    }

    /// Reads what was said up to now; the size that is decoded, where that was said and is another one than `opened`.
    pub(super) fn other_size(&self, opened: (u32, u32)) -> Option<(u32, u32)> {
        let blocks = (opened.0.next_multiple_of(BLOCK), opened.1.next_multiple_of(BLOCK));
        self.size().filter(|size| *size != blocks)
    }

    fn size(&self) -> Option<(u32, u32)> {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = [0; LINE];
        while let Ok(count @ 1..) = heard.terminal.read(&mut bytes) {
            for byte in bytes.iter().take(count) {
                heard.hear(*byte);
            }
        }
        heard.size
    }
}

impl Heard {
    fn hear(&mut self, byte: u8) {
        if byte != b'\n' {
            if self.line.len() == LINE {
                self.line.clear();
            }
            self.line.push(byte);
            return;
        }
        let line = String::from_utf8_lossy(&self.line);
        self.size = size_in(&line).or(self.size);
        self.line.clear();
    }
}

fn size_in(line: &str) -> Option<(u32, u32)> {
    let (_, said) = line.split_once(SIZE)?;
    let (width, height) = said.split(',').next()?.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_taken_from_the_decoders_own_words() {
        assert_eq!(size_in("[OPENCV:FFMPEG:40] Reinit context to 640x368, pix_fmt: yuv420p\r"), Some((640, 368)));
        assert_eq!(size_in("[OPENCV:FFMPEG:40] nal_unit_type: 7(SPS), nal_ref_idc: 3"), None);
        assert_eq!(size_in("Reinit context to somewhere"), None);
    }
}
