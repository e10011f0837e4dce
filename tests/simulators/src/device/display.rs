//! The lane display: keeps what each line shows and what was spoken last.

use bytes::BytesMut;
use gate_barrier::codec::display::{Command, Frame, FrameDecoder};
use serde::Serialize;
use tokio_util::codec::Decoder as _;

/// The display.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Display {
    /// Lines 1 to 4.
    pub lines: [String; 4],
    /// What was spoken last.
    pub spoken: String,
    /// Frames that were understood.
    pub frames: u64,
    #[serde(skip)]
    waiting: BytesMut,
}

impl Display {
    /// Takes bytes from the line.
    pub fn take(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
        while let Ok(Some(frame)) = FrameDecoder.decode(&mut self.waiting) {
            self.frames += 1;
            self.show(&frame);
        }
    }

    fn show(&mut self, frame: &Frame) {
        if let Some((line, text)) = frame.as_text()
            && let Some(slot) = self.lines.get_mut(usize::from(line.saturating_sub(1)))
        {
            *slot = text;
        } else if frame.command == Command::Voice {
            self.spoken = encoding_rs::GBK.decode(&frame.data).0.into_owned();
        }
    }
}
