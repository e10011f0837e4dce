//! Where a request begins and ends.

use bytes::{Buf, BytesMut};

/// How requests stand on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Unit, PDU, CRC-16 low byte first.
    Rtu,
    /// Transaction, protocol 0, length, unit, PDU.
    Tcp,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Transaction number; 0 on a line.
    pub transaction: u16,
    /// Unit.
    pub unit: u8,
    /// Function and data.
    pub pdu: Vec<u8>,
}

/// Longest PDU that the protocol allows.
const LONGEST_PDU: usize = 253;

impl Framing {
    /// Takes the next whole request out of `bytes`. What is none is dropped, one byte after the other.
    #[must_use]
    pub fn take(self, bytes: &mut BytesMut) -> Option<Request> {
        match self {
            Self::Rtu => take_rtu(bytes),
            Self::Tcp => take_tcp(bytes),
        }
    }

    /// The answer as it goes out.
    #[must_use]
    pub fn wrap(self, request: &Request, pdu: &[u8]) -> Vec<u8> {
        match self {
            Self::Rtu => {
                let mut frame = vec![request.unit];
                frame.extend(pdu);
                let crc = crc16(&frame);
                frame.extend(crc.to_le_bytes());
                frame
            }
            Self::Tcp => {
                let length = u16::try_from(pdu.len() + 1).unwrap_or(u16::MAX);
                let mut frame = request.transaction.to_be_bytes().to_vec();
                frame.extend([0, 0]);
                frame.extend(length.to_be_bytes());
                frame.push(request.unit);
                frame.extend(pdu);
                frame
            }
        }
    }
}

fn take_rtu(bytes: &mut BytesMut) -> Option<Request> {
    while bytes.len() >= 4 {
        let whole = match (bytes[1], bytes.get(6)) {
            (0x01..=0x06, _) => 8,
            (0x0F | 0x10, Some(count)) => 9 + usize::from(*count),
            (0x0F | 0x10, None) => return None,
            _ => {
                bytes.advance(1);
                continue;
            }
        };
        if bytes.len() < whole {
            return None;
        }
        let (body, crc) = bytes[..whole].split_at(whole - 2);
        if crc16(body).to_le_bytes() == crc {
            let request = Request { transaction: 0, unit: body[0], pdu: body[1..].to_vec() };
            bytes.advance(whole);
            return Some(request);
        }
        bytes.advance(1);
    }
    None
}

fn take_tcp(bytes: &mut BytesMut) -> Option<Request> {
    while bytes.len() >= 8 {
        let length = usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
        if [bytes[2], bytes[3]] != [0, 0] || !(2..=LONGEST_PDU + 1).contains(&length) {
            bytes.advance(1);
            continue;
        }
        if bytes.len() < 6 + length {
            return None;
        }
        let transaction = u16::from_be_bytes([bytes[0], bytes[1]]);
        let request = Request { transaction, unit: bytes[6], pdu: bytes[7..6 + length].to_vec() };
        bytes.advance(6 + length);
        return Some(request);
    }
    None
}

/// CRC-16 of Modbus over serial line V1.02, section 6.2.2, bit by bit.
#[must_use]
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xA001 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_makers_example_is_understood() {
        let mut bytes = BytesMut::from(&[0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D, 0xB0][..]);
        let request = Framing::Rtu.take(&mut bytes).unwrap();
        assert_eq!(request, Request { transaction: 0, unit: 1, pdu: vec![5, 2, 0, 0, 7] });
        assert_eq!(Framing::Rtu.wrap(&request, &request.pdu), [0x01, 0x05, 0x02, 0x00, 0x00, 0x07, 0x8D, 0xB0]);
    }

    #[test]
    fn a_request_is_found_behind_noise_and_waits_until_it_is_whole() {
        let mut bytes = BytesMut::from(&[0xFF, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x08, 0x79][..]);
        assert_eq!(Framing::Rtu.take(&mut bytes), None);
        bytes.extend_from_slice(&[0xCC]);
        assert_eq!(Framing::Rtu.take(&mut bytes).map(|r| r.pdu), Some(vec![2, 0, 0, 0, 8]));
    }

    #[test]
    fn tcp_frames_carry_their_number() {
        let mut bytes = BytesMut::from(&[0x12, 0x34, 0, 0, 0, 6, 9, 3, 0, 100, 0, 2][..]);
        let request = Framing::Tcp.take(&mut bytes).unwrap();
        assert_eq!((request.transaction, request.unit), (0x1234, 9));
        assert_eq!(Framing::Tcp.wrap(&request, &[0x83, 2]), [0x12, 0x34, 0, 0, 0, 3, 9, 0x83, 2]);
    }
}
