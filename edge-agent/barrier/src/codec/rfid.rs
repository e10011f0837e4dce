//! An UHF RFID reader of the UHFReader18 family (`domain.md` section 5): `LEN ADR CMD DATA CRC`, answered by
//! `LEN ADR CMD STATUS DATA CRC`. LEN counts what follows it; CRC-16 with polynomial 8408h from FFFFh, low byte first.
//! Inventory, command 01h, is the only one that is sent: nothing here writes a tag or the reader's settings.

use bytes::{Buf, BytesMut};
use crc::{CRC_16_MCRF4XX, Crc};
use tokio_util::codec::Decoder;

const INVENTORY: u8 = 0x01;
/// LEN of the shortest answer: address, command, status, CRC.
const SHORTEST: usize = 5;
/// The same polynomial and start, reflected, without a final exclusive-or.
const CRC16: Crc<u16> = Crc::<u16>::new(&CRC_16_MCRF4XX);

/// The request for an inventory.
#[must_use]
pub fn inventory(address: u8) -> [u8; 5] {
    let body = [4, address, INVENTORY];
    let [low, high] = CRC16.checksum(&body).to_le_bytes();
    [body[0], body[1], body[2], low, high]
}

/// One answer to an inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which reader.
    pub address: u8,
    /// Tags that it heard: their EPC.
    pub tags: Vec<Vec<u8>>,
    /// Another answer with further tags follows.
    pub more: bool,
}

impl Answer {
    fn of(frame: &[u8]) -> Option<Self> {
        let (body, crc) = frame.split_last_chunk::<2>()?;
        if CRC16.checksum(body).to_le_bytes() != *crc {
            return None;
        }
        match *body {
            // Done, out of time, more follows, the reader's memory is full.
            [_, address, INVENTORY, status @ 0x01..=0x04, count, ref rest @ ..] => {
                Some(Self { address, tags: tags(count, rest)?, more: status == 0x03 })
            }
            // No tag in the field.
            [_, address, INVENTORY, 0xFB] => Some(Self { address, tags: Vec::new(), more: false }),
            _ => None,
        }
    }
}

/// Each EPC is told by its length and its bytes.
fn tags(count: u8, mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut tags = Vec::new();
    for _ in 0..count {
        let (length, rest) = bytes.split_first()?;
        let (tag, rest) = rest.split_at_checked(usize::from(*length))?;
        tags.push(tag.to_vec());
        bytes = rest;
    }
    bytes.is_empty().then_some(tags)
}

/// Finds answers to an inventory in a stream; bytes that are none are dropped one by one.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnswerDecoder;

impl Decoder for AnswerDecoder {
    type Item = Answer;
    type Error = std::io::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Answer>, Self::Error> {
        while let Some(length) = bytes.first().copied().map(usize::from) {
            // Something else than an answer to an inventory begins here, as far as its bytes have come.
            if length < SHORTEST || bytes.get(2).is_some_and(|command| *command != INVENTORY) {
                bytes.advance(1);
                continue;
            }
            let Some(frame) = bytes.get(..=length) else { return Ok(None) };
            let answer = Answer::of(frame);
            bytes.advance(if answer.is_some() { length + 1 } else { 1 });
            if answer.is_some() {
                return Ok(answer);
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(body: &[u8]) -> Vec<u8> {
        let mut frame = body.to_vec();
        frame.extend(CRC16.checksum(body).to_le_bytes());
        frame
    }

    fn read(bytes: &[u8]) -> Option<Answer> {
        AnswerDecoder.decode(&mut BytesMut::from(bytes)).unwrap()
    }

    /// Two tags, of 12 and of 4 bytes.
    fn two_tags() -> Vec<u8> {
        let mut body = vec![0, 0, INVENTORY, 0x01, 2, 12];
        body.extend([0xE2, 0x00, 0x34, 0x12, 0x01, 0x2A, 0xF6, 0x00, 0x07, 0x4D, 0x30, 0x01]);
        body.extend([4, 1, 2, 3, 4]);
        body[0] = u8::try_from(body.len() + 1).unwrap();
        framed(&body)
    }

    #[test]
    fn golden_frames() {
        // As the maker's manual prints them.
        assert_eq!(inventory(0x00), [0x04, 0x00, 0x01, 0xDB, 0x4B]);
        assert_eq!(inventory(0xFF), [0x04, 0xFF, 0x01, 0x1B, 0xB4]);
        assert_eq!(CRC16.checksum(&[0x04, 0xFF, 0x21]).to_le_bytes(), [0x19, 0x95]);
        let answer = read(&two_tags()).unwrap();
        assert_eq!((answer.tags.len(), answer.more), (2, false));
        assert_eq!(answer.tags[1], [1, 2, 3, 4]);
        let nobody = read(&framed(&[5, 0, INVENTORY, 0xFB])).unwrap();
        assert_eq!((nobody.tags.len(), nobody.more), (0, false));
    }

    #[test]
    fn tags_that_do_not_fill_their_frame_are_none() {
        assert_eq!(read(&framed(&[7, 0, INVENTORY, 0x01, 1, 4])), None, "a tag without its bytes");
        assert_eq!(read(&framed(&[6, 0, INVENTORY, 0x01, 0])), Some(Answer { address: 0, tags: vec![], more: false }));
    }

    #[test]
    fn an_answer_is_found_behind_noise_and_waits_until_it_is_whole() {
        let wire = two_tags();
        let mut stream = BytesMut::from(&[0x03, 0x00, 0x20, 0x00, 0x07, 0x09][..]);
        for (index, byte) in wire.iter().enumerate() {
            stream.extend_from_slice(&[*byte]);
            assert_eq!(AnswerDecoder.decode(&mut stream).unwrap().is_some(), index + 1 == wire.len());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic_and_never_grow(noise in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mut stream = BytesMut::from(&noise[..]);
            while AnswerDecoder.decode(&mut stream).unwrap().is_some() {}
            prop_assert!(stream.len() <= 255);
        }

        #[test]
        fn one_changed_bit_is_no_answer(at in 0usize..100, bit in 0u8..8) {
            let mut wire = two_tags();
            let at = at % wire.len();
            wire[at] ^= 1 << bit;
            prop_assert_eq!(read(&wire), None);
        }
    }
}
