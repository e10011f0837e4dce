//! The simple barrier controller: RS-485, 9600 8N1, half duplex, `AA 55` frames (`domain.md` section 5).
//!
//! Commands are five bytes: `AA 55 CODE 01 SUM`, SUM = CODE + 01. Only the query is answered, with six
//! bytes: `AA 55 01 A B SUM`, SUM = A + B; A is the boom (1 open limit, 2 closed limit, 3 between),
//! B the controller's own detector (1 free, 2 vehicle). The frames carry no number, so nothing in an
//! answer tells which query it belongs to: the bus empties the line before every query.

use bytes::{Buf, BytesMut};
use tokio_util::codec::Decoder;

/// The two bytes that every frame begins with.
pub const HEAD: [u8; 2] = [0xAA, 0x55];
const COMMAND_LEN: usize = 5;
const ANSWER_LEN: usize = 6;
const ANSWER_MARK: u8 = 0x01;

/// What can be told to the controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Raise the boom.
    Open,
    /// Halt the boom where it is.
    Stop,
    /// Lower the boom.
    Close,
    /// Report the boom and the detector.
    Query,
}

impl Command {
    const fn code(self) -> u8 {
        match self {
            Self::Open => 1,
            Self::Stop => 2,
            Self::Close => 3,
            Self::Query => 4,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Open),
            2 => Some(Self::Stop),
            3 => Some(Self::Close),
            4 => Some(Self::Query),
            _ => None,
        }
    }

    /// The frame as it goes over the line.
    #[must_use]
    pub const fn encode(self) -> [u8; COMMAND_LEN] {
        [HEAD[0], HEAD[1], self.code(), 0x01, self.code() + 1]
    }
}

/// Where the controller says the boom is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boom {
    /// At the open limit.
    Open,
    /// At the closed limit.
    Closed,
    /// At neither.
    Between,
}

/// One answer to a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The boom.
    pub boom: Boom,
    /// The controller's own detector sees a vehicle.
    pub vehicle: bool,
}

impl Answer {
    /// The frame as the controller sends it.
    #[must_use]
    pub const fn encode(self) -> [u8; ANSWER_LEN] {
        let a = match self.boom {
            Boom::Open => 1,
            Boom::Closed => 2,
            Boom::Between => 3,
        };
        let b = if self.vehicle { 2 } else { 1 };
        [HEAD[0], HEAD[1], ANSWER_MARK, a, b, a + b]
    }

    /// Reads one whole frame; `None` when the head, the sum or a value is not one the protocol knows.
    #[must_use]
    pub fn decode(frame: &[u8; ANSWER_LEN]) -> Option<Self> {
        let [h0, h1, mark, a, b, sum] = *frame;
        if [h0, h1] != HEAD || mark != ANSWER_MARK || a.wrapping_add(b) != sum {
            return None;
        }
        let boom = match a {
            1 => Boom::Open,
            2 => Boom::Closed,
            3 => Boom::Between,
            _ => return None,
        };
        let vehicle = match b {
            1 => false,
            2 => true,
            _ => return None,
        };
        Some(Self { boom, vehicle })
    }
}

/// Finds answers in a stream; bytes that are no answer are dropped one by one.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnswerDecoder;

impl Decoder for AnswerDecoder {
    type Item = Answer;
    type Error = std::io::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Answer>, Self::Error> {
        while let Some(frame) = bytes.first_chunk::<ANSWER_LEN>() {
            if let Some(answer) = Answer::decode(frame) {
                bytes.advance(ANSWER_LEN);
                return Ok(Some(answer));
            }
            bytes.advance(1);
        }
        Ok(None)
    }
}

/// Finds commands in a stream, as the controller does.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommandDecoder;

impl Decoder for CommandDecoder {
    type Item = Command;
    type Error = std::io::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Command>, Self::Error> {
        while let Some(&[h0, h1, code, one, sum]) = bytes.first_chunk::<COMMAND_LEN>() {
            let good = [h0, h1] == HEAD && one == 0x01 && code.wrapping_add(one) == sum;
            if let (true, Some(command)) = (good, Command::from_code(code)) {
                bytes.advance(COMMAND_LEN);
                return Ok(Some(command));
            }
            bytes.advance(1);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn golden_commands() {
        assert_eq!(Command::Open.encode(), [0xAA, 0x55, 0x01, 0x01, 0x02]);
        assert_eq!(Command::Stop.encode(), [0xAA, 0x55, 0x02, 0x01, 0x03]);
        assert_eq!(Command::Close.encode(), [0xAA, 0x55, 0x03, 0x01, 0x04]);
        assert_eq!(Command::Query.encode(), [0xAA, 0x55, 0x04, 0x01, 0x05]);
    }

    #[test]
    fn golden_answers() {
        let open_free = Answer { boom: Boom::Open, vehicle: false };
        assert_eq!(open_free.encode(), [0xAA, 0x55, 0x01, 0x01, 0x01, 0x02]);
        assert_eq!(
            Answer::decode(&[0xAA, 0x55, 0x01, 0x03, 0x02, 0x05]),
            Some(Answer { boom: Boom::Between, vehicle: true })
        );
        for bad in
            [[0xAA, 0x55, 1, 0, 1, 1], [0xAA, 0x55, 1, 4, 1, 5], [0xAA, 0x55, 1, 1, 0, 1], [0xAA, 0x55, 1, 1, 1, 3]]
        {
            assert_eq!(Answer::decode(&bad), None, "{bad:?} passed");
        }
    }

    #[test]
    fn an_answer_is_found_behind_an_echo_of_the_query() {
        let mut bytes = BytesMut::from(&Command::Query.encode()[..]);
        let answer = Answer { boom: Boom::Closed, vehicle: true };
        bytes.extend_from_slice(&answer.encode());
        assert_eq!(AnswerDecoder.decode(&mut bytes).ok().flatten(), Some(answer));
        assert!(bytes.is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic_and_never_grow(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut answers = BytesMut::from(&noise[..]);
            while AnswerDecoder.decode(&mut answers).unwrap().is_some() {}
            prop_assert!(answers.len() < ANSWER_LEN);
            let mut commands = BytesMut::from(&noise[..]);
            while CommandDecoder.decode(&mut commands).unwrap().is_some() {}
            prop_assert!(commands.len() < COMMAND_LEN);
        }

        #[test]
        fn one_changed_bit_is_never_another_answer(a in 1u8..=3, vehicle: bool, byte in 0usize..6, bit in 0u8..8) {
            let boom = [Boom::Open, Boom::Closed, Boom::Between][usize::from(a - 1)];
            let mut frame = Answer { boom, vehicle }.encode();
            frame[byte] ^= 1 << bit;
            prop_assert_eq!(Answer::decode(&frame), None);
        }
    }
}
