//! A weighbridge that talks without being asked, in Toledo continuous frames (`domain.md` section 5):
//! `STX SWA SWB SWC W6 T6 CR CKS`, eighteen bytes, or seventeen without the check sum.
//!
//! SWA bits 0-2 place the decimal point; SWB bit 0 net, 1 negative, 2 overload, 3 motion, 4 kilograms; W6 is the weight
//! shown and T6 the tare, six digits each, leading zeros or blanks. CKS makes the sum of the low seven bits of all bytes
//! zero. Only a stable reading within the range is a weight.

use bytes::{Buf, BytesMut};
use tokio_util::codec::Decoder;

const STX: u8 = 0x02;
const CR: u8 = 0x0D;
/// Up to and with CR.
const WITHOUT_SUM: usize = 17;

/// One frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What is shown, in grams.
    pub grams: i64,
    /// The tare is taken off.
    pub net: bool,
    /// The bridge moves: this is no weight yet.
    pub motion: bool,
    /// More than the bridge can weigh, or below zero beyond its range: this is no weight.
    pub overload: bool,
}

impl Reading {
    /// The weight in grams; `None` while it moves or is out of range.
    #[must_use]
    pub fn weight(&self) -> Option<i64> {
        (!self.motion && !self.overload).then_some(self.grams)
    }

    fn of(frame: &[u8; WITHOUT_SUM]) -> Option<Self> {
        let [STX, swa, swb, _swc, weight @ .., CR] = frame else { return None };
        let (weight, tare) = weight.split_first_chunk::<6>()?;
        let kilograms = swb & 0x10 != 0;
        digits(tare)?;
        let overload = swb & 0x04 != 0;
        // The digits of an overload may be blank: there is no weight to read.
        let shown = if overload { digits(weight).unwrap_or(0) } else { digits(weight)? };
        let grams = shown * grams_of_one(swa & 0x07)?;
        let grams = if swb & 0x02 == 0 { grams } else { -grams };
        kilograms.then_some(Self { grams, net: swb & 0x01 != 0, motion: swb & 0x08 != 0, overload })
    }
}

/// What a one in the last place weighs; no weighbridge shows less than a gram.
const fn grams_of_one(point: u8) -> Option<i64> {
    Some(match point {
        0 => 100_000,
        1 => 10_000,
        2 => 1000,
        3 => 100,
        4 => 10,
        5 => 1,
        _ => return None,
    })
}

/// Digits with leading blanks; `None` for anything else and for no digit at all.
fn digits(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii_start();
    let number = |sum: i64, digit: &u8| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'));
    (!text.is_empty()).then(|| text.iter().try_fold(0, number)).flatten()
}

/// Finds frames in a stream; bytes that are no frame are dropped one by one.
#[derive(Clone, Copy, Debug)]
pub struct ReadingDecoder {
    /// The indicator sends the check sum.
    pub checksum: bool,
}

impl Decoder for ReadingDecoder {
    type Item = Reading;
    type Error = std::io::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Reading>, Self::Error> {
        let whole = WITHOUT_SUM + usize::from(self.checksum);
        while let Some(frame) = bytes.get(..whole) {
            let sum = frame.iter().fold(0u8, |sum, byte| sum.wrapping_add(byte & 0x7F)) & 0x7F;
            let right = !self.checksum || sum == 0;
            let reading = frame.first_chunk::<WITHOUT_SUM>().filter(|_| right).and_then(Reading::of);
            bytes.advance(if reading.is_some() { whole } else { 1 });
            if reading.is_some() {
                return Ok(reading);
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 12,340 kg gross, stable; the sum was worked out by hand from the format.
    const STABLE: [u8; 18] = *b"\x02\x2A\x30\x20 12340000000\x0D\x3D";

    fn read(bytes: &[u8], checksum: bool) -> Option<Reading> {
        ReadingDecoder { checksum }.decode(&mut BytesMut::from(bytes)).unwrap()
    }

    fn with(change: impl Fn(&mut [u8; 17])) -> Option<Reading> {
        let mut frame = *STABLE.first_chunk().unwrap();
        change(&mut frame);
        read(&frame, false)
    }

    #[test]
    fn golden_frames() {
        let stable = Reading { grams: 12_340_000, net: false, motion: false, overload: false };
        assert_eq!(read(&STABLE, true), Some(stable));
        assert_eq!(stable.weight(), Some(12_340_000));
        let moving = with(|f| f[2] = 0x38).unwrap();
        assert_eq!((moving.motion, moving.weight()), (true, None));
        let negative = with(|f| f[2] = 0x32).unwrap();
        assert_eq!(negative.weight(), Some(-12_340_000));
        let overload = with(|f| {
            f[2] = 0x34;
            f[4..10].copy_from_slice(b"      ");
        });
        assert_eq!(overload.map(|r| r.weight()), Some(None));
        for (swa, grams) in [(0x28, 1_234_000_000), (0x29, 123_400_000), (0x2B, 1_234_000), (0x2D, 12_340)] {
            assert_eq!(with(|f| f[1] = swa).map(|r| r.grams), Some(grams));
        }
        assert_eq!(with(|f| f[1] = 0x2E), None, "less than a gram in the last place");
        assert_eq!(with(|f| f[2] = 0x20), None, "pounds");
        assert_eq!(with(|f| f[6] = b'x'), None);
    }

    #[test]
    fn a_wrong_sum_is_no_frame_and_the_next_is_found() {
        let mut stream = STABLE.to_vec();
        stream[9] = b'1';
        assert_eq!(read(&stream, true), None);
        stream.extend(STABLE);
        assert_eq!(read(&stream, true).map(|r| r.grams), Some(12_340_000));
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic_and_never_grow(noise in proptest::collection::vec(any::<u8>(), 0..300), sum: bool) {
            let mut stream = BytesMut::from(&noise[..]);
            while (ReadingDecoder { checksum: sum }).decode(&mut stream).unwrap().is_some() {}
            prop_assert!(stream.len() < WITHOUT_SUM + 1);
        }

        #[test]
        fn one_changed_bit_of_seven_is_no_frame(at in 0usize..18, bit in 0u8..7) {
            let mut frame = STABLE;
            frame[at] ^= 1 << bit;
            prop_assert_eq!(read(&frame, true), None);
        }
    }
}
