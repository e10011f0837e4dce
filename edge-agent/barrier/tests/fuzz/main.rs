//! Every codec of the driver against bytes that are nearly right: none panics, none keeps more than a frame, none finds
//! something else when the bytes come in pieces, and all that is found stands in the bytes by a reading of our own.
//!
//! `GATE_FUZZ_SECONDS=N` gives each target N seconds (two by default, 300 in `./gate test --long`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod modbus;
mod mutate;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use bytes::BytesMut;
use gate_barrier::codec::display::{Command as DisplayCommand, Frame, FrameDecoder};
use gate_barrier::codec::simple_rs485::{Answer, AnswerDecoder, Boom, Command, CommandDecoder};
use gate_barrier::codec::{rfid, weighbridge};
use mutate::fuzz;
use rand::Rng as _;
use rand::rngs::StdRng;
use tokio_util::codec::Decoder;

/// All that a decoder finds, and how many bytes it keeps for later.
fn found<D: Decoder<Error = std::io::Error>>(mut decoder: D, pieces: &[&[u8]]) -> (Vec<D::Item>, usize) {
    let (mut stream, mut items) = (BytesMut::new(), Vec::new());
    for piece in pieces {
        stream.extend_from_slice(piece);
        while let Some(item) = decoder.decode(&mut stream).unwrap() {
            items.push(item);
        }
    }
    (items, stream.len())
}

/// Decodes an input whole and in pieces; both must find the same. Returns what was found and a mark of the outcome.
fn decoded<D>(decoder: D, input: &[u8], longest: usize, rng: &mut StdRng) -> (Vec<D::Item>, u64)
where
    D: Decoder<Error = std::io::Error> + Copy,
    D::Item: PartialEq + std::fmt::Debug,
{
    let (items, kept) = found(decoder, &[input]);
    assert!(kept <= longest, "{kept} bytes are kept, a frame has at most {longest}");
    let (first, second) = input.split_at(rng.random_range(0..=input.len()));
    let in_pieces = found(decoder, &[first, second]);
    assert_eq!(in_pieces, (found(decoder, &[input]).0, kept), "in pieces something else is found");
    let mut mark = DefaultHasher::new();
    (items.len(), kept, format!("{:.24}", format!("{:?}", items.first()))).hash(&mut mark);
    (items, mark.finish())
}

fn stands_in(input: &[u8], frame: &[u8]) -> bool {
    input.windows(frame.len().max(1)).any(|window| window == frame)
}

#[test]
fn answers_of_the_simple_controller() {
    let booms = [Boom::Open, Boom::Closed, Boom::Between];
    let answers = booms.into_iter().flat_map(|boom| [false, true].map(|vehicle| Answer { boom, vehicle }.encode()));
    let corpus: Vec<Vec<u8>> = answers.map(|a| a.to_vec()).collect();
    fuzz("simple_rs485 answers", &corpus, |input, rng| {
        let (items, mark) = decoded(AnswerDecoder, input, 5, rng);
        assert!(items.iter().all(|item| stands_in(input, &item.encode())));
        mark
    });
}

#[test]
fn commands_of_the_simple_controller() {
    let commands = [Command::Open, Command::Stop, Command::Close, Command::Query];
    let corpus: Vec<Vec<u8>> = commands.iter().map(|c| c.encode().to_vec()).collect();
    fuzz("simple_rs485 commands", &corpus, |input, rng| {
        let (items, mark) = decoded(CommandDecoder, input, 4, rng);
        assert!(items.iter().all(|item| stands_in(input, &item.encode())));
        mark
    });
}

#[test]
fn frames_of_the_display() {
    let text = |seq, command, line, text: &str| Frame::text(seq, 0x64, command, line, text).unwrap().encode();
    let corpus = [
        text(1, DisplayCommand::TemporaryText, 1, "MOI QUA"),
        text(2, DisplayCommand::StoredText, 4, "请通行"),
        text(0, DisplayCommand::TemporaryText, 2, ""),
        Frame::voice(3, 0x65, "XIN MOI QUA").unwrap().encode(),
    ];
    fuzz("display frames", &corpus, |input, rng| {
        let (items, mark) = decoded(FrameDecoder, input, 8 + 512 + 3, rng);
        for item in &items {
            assert!(stands_in(input, &item.encode()), "{item:?}");
            let _ = item.as_text();
        }
        mark
    });
}

#[test]
fn readings_of_a_weighbridge() {
    let summed = |frame: &[u8]| {
        let sum = frame.iter().fold(0u8, |sum, byte| sum.wrapping_add(byte & 0x7F));
        [frame, &[sum.wrapping_neg() & 0x7F]].concat()
    };
    let frames: [&[u8]; 4] = [
        b"\x02\x2A\x30\x20 12340000000\x0D",
        b"\x02\x2B\x38\x20000001      \x0D",
        b"\x02\x2A\x36\x20            \x0D",
        b"\x02\x28\x33\x20999999  1234\x0D",
    ];
    let corpus: Vec<Vec<u8>> = frames.iter().flat_map(|f| [summed(f), f.to_vec()]).collect();
    for checksum in [true, false] {
        fuzz("weighbridge readings", &corpus, |input, rng| {
            let (items, mark) = decoded(weighbridge::ReadingDecoder { checksum }, input, 17, rng);
            for item in &items {
                let right = |window: &[u8]| {
                    let sum = window.iter().map(|b| u32::from(b & 0x7F)).sum::<u32>() % 128;
                    let digits: String =
                        window[4..10].iter().map(|b| char::from(*b)).filter(|c| !c.is_whitespace()).collect();
                    let unit = [100_000, 10_000, 1000, 100, 10, 1, 0, 0][usize::from(window[1] & 7)];
                    let grams = digits.parse::<i64>().map_or(0, |n| n * unit);
                    (!checksum || sum == 0)
                        && (window[0], window[16]) == (2, 13)
                        && (item.grams.abs() == grams || (item.overload && item.grams == 0))
                        && item.motion == (window[2] & 8 != 0)
                        && item.overload == (window[2] & 4 != 0)
                };
                assert!(input.windows(17 + usize::from(checksum)).any(right), "{item:?}");
            }
            mark
        });
    }
}

/// CRC of the reader's manual, bit by bit.
fn reader_crc(bytes: &[u8]) -> [u8; 2] {
    let crc = bytes.iter().fold(0xFFFFu16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0x8408 } else { crc >> 1 })
    });
    crc.to_le_bytes()
}

#[test]
fn answers_of_an_rfid_reader() {
    let framed = |body: &[u8]| [body, &reader_crc(body)].concat();
    let corpus = [
        framed(&[5, 0, 1, 0xFB]),
        framed(&[10, 0, 1, 1, 1, 4, 0xE2, 0, 0x34, 0x12]),
        framed(&[12, 0, 1, 3, 2, 3, 1, 2, 3, 1, 9]),
        rfid::inventory(0).to_vec(),
    ];
    fuzz("rfid answers", &corpus, |input, rng| {
        let (items, mark) = decoded(rfid::AnswerDecoder, input, 255, rng);
        for item in &items {
            let right = |frame: &[u8]| {
                let (body, crc) = frame.split_at(frame.len() - 2);
                let tags: Vec<u8> =
                    item.tags.iter().flat_map(|t| [&[u8::try_from(t.len()).unwrap()], &t[..]].concat()).collect();
                crc == reader_crc(body) && body[1] == item.address && body.ends_with(&tags)
            };
            let frames = (0..input.len()).filter_map(|at| input.get(at..=at + usize::from(input[at])));
            assert!(frames.filter(|f| f.len() >= 6).any(right), "{item:?}");
        }
        mark
    });
}
