//! The devices of a lane as their makers' documents describe them, written apart from the driver so that
//! one can be tested against the other.

mod came;
mod display;
mod relay_board;

pub use came::CameController;
pub use display::Display;
pub use relay_board::{RelayBoard, RelayUse, STANDARD_INPUTS, STANDARD_RELAYS};

/// Exception codes of the Modbus application protocol V1.1b3, section 7.
pub(crate) mod exception {
    /// The function is not known.
    pub const FUNCTION: u8 = 0x01;
    /// The address is not there.
    pub const ADDRESS: u8 = 0x02;
    /// The value is not allowed.
    pub const VALUE: u8 = 0x03;
}

/// An exception answer.
pub(crate) fn refuse(function: u8, code: u8) -> Vec<u8> {
    vec![function | 0x80, code]
}

/// Bits as FC01 and FC02 answer them.
pub(crate) fn bits_answer(function: u8, bits: &[bool]) -> Vec<u8> {
    let bytes = bits
        .chunks(8)
        .map(|eight| eight.iter().enumerate().fold(0u8, |byte, (i, bit)| if *bit { byte | (1 << i) } else { byte }));
    let mut answer = vec![function, 0];
    answer.extend(bytes);
    answer[1] = u8::try_from(answer.len() - 2).unwrap_or(u8::MAX);
    answer
}
