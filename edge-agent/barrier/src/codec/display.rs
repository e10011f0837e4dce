//! The LED and voice lane display: `AA 55 SEQ ADDR 00 CMD LEN(2) DATA CRC(2) AF`, numbers big-endian.
//!
//! ADDR is 64h for the display before the barrier on the way in, 65h on the way out. CRC is
//! CRC-16/MODBUS over SEQ..DATA followed by two zero bytes. Text data is `LINE 00 01 00` and the text in
//! GBK; GBK has no Vietnamese diacritics, so Vietnamese is sent unaccented (`domain.md` section 5).

use bytes::{Buf, BytesMut};
use crc::{CRC_16_MODBUS, Crc};
use encoding_rs::GBK;
use thiserror::Error;
use tokio_util::codec::Decoder;

const CRC16: Crc<u16> = Crc::<u16>::new(&CRC_16_MODBUS);
const HEAD: [u8; 2] = [0xAA, 0x55];
const TAIL: u8 = 0xAF;
/// Bytes before the data: head, sequence, address, zero, command, length.
const BEFORE_DATA: usize = 8;
/// Bytes after the data: CRC and tail.
const AFTER_DATA: usize = 3;
/// Longest data a frame may carry here. The protocol's length field allows more; no lane text needs it.
pub const MAX_DATA: usize = 512;
/// Lines that a display can have.
pub const LINES: std::ops::RangeInclusive<u8> = 1..=4;

/// What a frame tells the display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Show a text for a while.
    TemporaryText,
    /// Show a text whenever nothing else is shown; kept over a loss of power.
    StoredText,
    /// Speak a text.
    Voice,
}

impl Command {
    const fn code(self) -> u8 {
        match self {
            Self::TemporaryText => 0x27,
            Self::StoredText => 0x25,
            Self::Voice => 0x22,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            0x27 => Some(Self::TemporaryText),
            0x25 => Some(Self::StoredText),
            0x22 => Some(Self::Voice),
            _ => None,
        }
    }
}

/// A text that the display cannot show.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DisplayTextError {
    /// A character has no place in GBK.
    #[error("text {text:?} has characters outside GBK: send Vietnamese unaccented")]
    NotGbk {
        /// The text.
        text: String,
    },
    /// The line number is not 1 to 4.
    #[error("display line {line} does not exist: lines are 1 to 4")]
    Line {
        /// The line asked for.
        line: u8,
    },
    /// Too long for one frame.
    #[error("text of {bytes} bytes is too long for one frame: at most {} bytes", MAX_DATA - 4)]
    TooLong {
        /// Its length in GBK.
        bytes: usize,
    },
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Counts frames, so that the display can tell a repeat.
    pub seq: u8,
    /// Which display.
    pub address: u8,
    /// What it is told.
    pub command: Command,
    /// The command's data.
    pub data: Vec<u8>,
}

impl Frame {
    /// A frame that shows `text` on `line` (1 to 4).
    ///
    /// # Errors
    /// [`DisplayTextError`] when the line does not exist, or the text is not GBK or too long.
    pub fn text(seq: u8, address: u8, command: Command, line: u8, text: &str) -> Result<Self, DisplayTextError> {
        if !LINES.contains(&line) {
            return Err(DisplayTextError::Line { line });
        }
        let mut data = vec![line, 0x00, 0x01, 0x00];
        data.extend(gbk(text)?);
        Ok(Self { seq, address, command, data })
    }

    /// A frame that speaks `text`.
    ///
    /// # Errors
    /// [`DisplayTextError`] when the text is not GBK or too long.
    pub fn voice(seq: u8, address: u8, text: &str) -> Result<Self, DisplayTextError> {
        Ok(Self { seq, address, command: Command::Voice, data: gbk(text)? })
    }

    /// The line and the text of a text frame, as the display reads it.
    #[must_use]
    pub fn as_text(&self) -> Option<(u8, String)> {
        let (&[line, 0x00, 0x01, 0x00], text) = self.data.split_first_chunk::<4>()? else { return None };
        let (text, _, bad) = GBK.decode(text);
        (self.command != Command::Voice && !bad).then(|| (line, text.into_owned()))
    }

    /// The frame as it goes over the line.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let length = u16::try_from(self.data.len().min(MAX_DATA)).unwrap_or(u16::MAX);
        let mut body = vec![self.seq, self.address, 0x00, self.command.code()];
        body.extend(length.to_be_bytes());
        body.extend(self.data.iter().take(MAX_DATA));
        let crc = checksum(&body);
        let mut frame = HEAD.to_vec();
        frame.append(&mut body);
        frame.extend(crc.to_be_bytes());
        frame.push(TAIL);
        frame
    }
}

fn gbk(text: &str) -> Result<Vec<u8>, DisplayTextError> {
    let (bytes, _, unmappable) = GBK.encode(text);
    if unmappable {
        return Err(DisplayTextError::NotGbk { text: text.to_owned() });
    }
    if bytes.len() > MAX_DATA - 4 {
        return Err(DisplayTextError::TooLong { bytes: bytes.len() });
    }
    Ok(bytes.into_owned())
}

fn checksum(body: &[u8]) -> u16 {
    let mut digest = CRC16.digest();
    digest.update(body);
    digest.update(&[0, 0]);
    digest.finalize()
}

/// Finds frames in a stream, as the display does; bytes that are no frame are dropped one by one.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrameDecoder;

impl Decoder for FrameDecoder {
    type Item = Frame;
    type Error = std::io::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Frame>, Self::Error> {
        while let Some(&[h0, h1, seq, address, zero, code, len_hi, len_lo]) = bytes.first_chunk::<BEFORE_DATA>() {
            let data_len = usize::from(u16::from_be_bytes([len_hi, len_lo]));
            let command = Command::from_code(code);
            let (true, Some(command)) = ([h0, h1] == HEAD && zero == 0 && data_len <= MAX_DATA, command) else {
                bytes.advance(1);
                continue;
            };
            let whole = BEFORE_DATA + data_len + AFTER_DATA;
            let Some(frame) = bytes.get(..whole) else { return Ok(None) };
            let (body, end) = frame.split_at(BEFORE_DATA + data_len);
            let crc = checksum(body.get(2..).unwrap_or_default()).to_be_bytes();
            if end != [crc[0], crc[1], TAIL] {
                bytes.advance(1);
                continue;
            }
            let data = body.get(BEFORE_DATA..).unwrap_or_default().to_vec();
            bytes.advance(whole);
            return Ok(Some(Frame { seq, address, command, data }));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // Computed with Python's own GBK codec and pymodbus' CRC-16, not with this code.
    const MOI_QUA: &str = "AA 55 01 64 00 27 00 0B 01 00 01 00 4D 4F 49 20 51 55 41 38 5F AF";
    const CHINESE: &str = "AA 55 02 65 00 25 00 0A 02 00 01 00 C7 EB B5 C8 B4 FD 0D E5 AF";

    fn bytes(hex: &str) -> Vec<u8> {
        hex.split(' ').map(|b| u8::from_str_radix(b, 16).unwrap()).collect()
    }

    #[test]
    fn golden_texts() {
        let vi = Frame::text(1, 0x64, Command::TemporaryText, 1, "MOI QUA").unwrap();
        assert_eq!(vi.encode(), bytes(MOI_QUA));
        let zh = Frame::text(2, 0x65, Command::StoredText, 2, "请等待").unwrap();
        assert_eq!(zh.encode(), bytes(CHINESE));
        assert_eq!(zh.as_text(), Some((2, "请等待".to_owned())));
    }

    #[test]
    fn texts_that_cannot_be_shown_are_refused() {
        let refused = |line, text: &str| Frame::text(0, 0x64, Command::TemporaryText, line, text).unwrap_err();
        assert_eq!(refused(0, "A"), DisplayTextError::Line { line: 0 });
        assert!(matches!(refused(1, "CHỜ CÁN BỘ"), DisplayTextError::NotGbk { .. }));
        assert_eq!(refused(1, &"A".repeat(600)), DisplayTextError::TooLong { bytes: 600 });
    }

    #[test]
    fn a_frame_is_found_in_noise_and_in_pieces() {
        let frame = Frame::text(9, 0x64, Command::TemporaryText, 3, "CHO CAN BO").unwrap();
        let wire = frame.encode();
        let mut stream = BytesMut::from(&[0xAA, 0x00, 0xAA][..]);
        for (i, byte) in wire.iter().enumerate() {
            stream.extend_from_slice(&[*byte]);
            let found = FrameDecoder.decode(&mut stream).unwrap();
            assert_eq!(found.is_some(), i + 1 == wire.len());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic(noise in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut stream = BytesMut::from(&noise[..]);
            while FrameDecoder.decode(&mut stream).unwrap().is_some() {}
            prop_assert!(stream.len() < BEFORE_DATA + MAX_DATA + AFTER_DATA);
        }

        #[test]
        fn what_is_sent_is_read(seq: u8, line in 1u8..=4, text in "[A-Z0-9 ]{0,40}") {
            let frame = Frame::text(seq, 0x65, Command::TemporaryText, line, &text).unwrap();
            let mut stream = BytesMut::from(&frame.encode()[..]);
            prop_assert_eq!(FrameDecoder.decode(&mut stream).unwrap(), Some(frame));
        }

        #[test]
        fn one_changed_bit_is_no_frame(at in 0usize..100, bit in 0u8..8) {
            let mut wire = Frame::text(1, 0x64, Command::TemporaryText, 1, "MOI QUA").unwrap().encode();
            let at = at % wire.len();
            wire[at] ^= 1 << bit;
            prop_assert!(FrameDecoder.decode(&mut BytesMut::from(&wire[..])).unwrap().is_none());
        }
    }
}
