//! Modbus answers through the driver's own bus: whatever a device sends, what the bus takes for an answer is one, by a
//! reading that shares no code with it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gate_barrier::bus::{Bus, Endpoint, Reply, Terms, Urgency, Work};
use gate_barrier::clock::Clock;
use gate_barrier::profile::{LineProfile, Parity};
use rand::Rng as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::mutate::fuzz;

const UNIT: u8 = 1;

/// A device that answers each request with what was laid ready for it.
#[derive(Clone, Default)]
struct Script(Arc<Mutex<Laid>>);

#[derive(Default)]
struct Laid {
    answer: Vec<u8>,
    /// The last request.
    asked: Vec<u8>,
}

async fn device(script: Script) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let script = script.clone();
            tokio::spawn(async move {
                let mut bytes = [0; 512];
                while let Ok(count @ 1..) = stream.read(&mut bytes).await {
                    let answer = {
                        let mut laid = script.0.lock().unwrap();
                        laid.asked = bytes[..count].to_vec();
                        laid.answer.clone()
                    };
                    // Modbus TCP: a right answer carries the request's own number.
                    let answer = numbered(answer, &bytes[..count]);
                    if stream.write_all(&answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Answers for Modbus TCP are laid with the number `AA BB` where the request's belongs.
fn numbered(mut answer: Vec<u8>, asked: &[u8]) -> Vec<u8> {
    if let (Some(place), Some(number)) = (answer.get_mut(..2).filter(|p| *p == [0xAA, 0xBB]), asked.get(..2)) {
        place.copy_from_slice(number);
    }
    answer
}

fn crc(bytes: &[u8]) -> [u8; 2] {
    let crc = bytes.iter().fold(0xFFFFu16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xA001 } else { crc >> 1 })
    });
    crc.to_le_bytes()
}

fn rtu(pdu: &[u8]) -> Vec<u8> {
    let body = [&[UNIT], pdu].concat();
    [&body[..], &crc(&body)].concat()
}

fn tcp(pdu: &[u8]) -> Vec<u8> {
    let length = u16::try_from(pdu.len() + 1).unwrap().to_be_bytes();
    [&[0xAA, 0xBB, 0, 0], &length[..], &[UNIT], pdu].concat()
}

const WORKS: [Work; 6] = [
    Work::ReadDiscreteInputs(0, 8),
    Work::ReadCoils(2, 1),
    Work::ReadHoldingRegisters(100, 2),
    Work::WriteCoil(2, false),
    Work::JogCoil(0x0200, 5),
    Work::WriteTwoRegisters(3, [4, 5]),
];

/// Right answers to [`WORKS`], in their order, and refusals.
const PDUS: [&[u8]; 9] = [
    &[2, 1, 0x2F],
    &[1, 1, 0x01],
    &[3, 4, 0, 16, 0, 99],
    &[5, 0, 2, 0, 0],
    &[5, 2, 0, 0, 5],
    &[16, 0, 3, 0, 2],
    &[0x82, 2],
    &[0x85, 4],
    &[0x90, 1],
];

/// The PDU of the frame that the bytes are, where they begin with one of this unit; its end may be followed by more.
fn pdu<'a>(bytes: &'a [u8], asked: &[u8], on_line: bool) -> Vec<&'a [u8]> {
    if !on_line {
        let [t0, t1, 0, 0, l0, l1, unit, rest @ ..] = bytes else { return Vec::new() };
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        let number = [*t0, *t1] == asked[..2] && *unit == UNIT;
        return length.checked_sub(1).and_then(|l| rest.get(..l)).filter(|_| number).into_iter().collect();
    }
    // The driver's library finds frames behind noise too.
    let ends = |at: usize| (at + 4..=bytes.len()).map(move |end| (at, end));
    let frames = (0..bytes.len()).flat_map(ends).map(|(at, end)| &bytes[at..end]);
    let right = |f: &&[u8]| f[0] == UNIT && f[f.len() - 2..] == crc(&f[..f.len() - 2]);
    frames.filter(right).map(|f| &f[1..f.len() - 2]).collect()
}

/// What a PDU says in answer to a request, read by hand.
fn says(work: &Work, pdu: &[u8], asked_pdu: &[u8]) -> Option<Reply> {
    let bits = |bytes: &[u8], count: u16| (0..count).map(|i| bytes[usize::from(i / 8)] & (1 << (i % 8)) != 0).collect();
    match (work, pdu) {
        (Work::ReadDiscreteInputs(_, count), [2, length, bytes @ ..])
        | (Work::ReadCoils(_, count), [1, length, bytes @ ..]) => (usize::from(*length) == bytes.len()
            && bytes.len() == usize::from(count.div_ceil(8)))
        .then(|| Reply::Bits(bits(bytes, *count))),
        (Work::ReadHoldingRegisters(_, count), [3, length, bytes @ ..]) => {
            let words = || bytes.chunks(2).map(|w| u16::from_be_bytes([w[0], w[1]])).collect();
            (usize::from(*length) == bytes.len() && bytes.len() == 2 * usize::from(*count))
                .then(|| Reply::Words(words()))
        }
        (Work::WriteCoil(..) | Work::JogCoil(..), pdu) => (pdu == asked_pdu).then_some(Reply::Done),
        (Work::WriteTwoRegisters(..), pdu) => (pdu == [16, 0, 3, 0, 2]).then_some(Reply::Done),
        _ => None,
    }
}

fn answers(name: &str, on_line: bool) {
    let runtime = Runtime::new().unwrap();
    let script = Script::default();
    let address = runtime.block_on(device(script.clone()));
    let line = LineProfile {
        baud: 115_200,
        data_bits: 8,
        parity: Parity::None,
        stop_bits: 1,
        unit: UNIT,
        timeout_ms: 100,
        turnaround_ms: 0,
    };
    let endpoint = if on_line { Endpoint::SerialOverTcp { address, line } } else { Endpoint::ModbusTcp { address } };
    let bus = runtime.block_on(async { Bus::start("fuzz", endpoint, Clock::real()) });
    // STOP is always sent, however often the unit failed; an answer that is cut short is not waited for long.
    let terms = Terms { urgency: Urgency::Stop, timeout: Duration::from_millis(15), patience: None };
    let frame = if on_line { rtu } else { tcp };
    let corpus: Vec<Vec<u8>> = PDUS.iter().map(|pdu| frame(pdu)).collect();
    let mut taken = 0u32;
    fuzz(name, &corpus, |input, rng| {
        let work = &WORKS[rng.random_range(0..WORKS.len())];
        script.0.lock().unwrap().answer = input.to_vec();
        let outcome = runtime.block_on(bus.ask(UNIT, work.clone(), terms));
        let asked = script.0.lock().unwrap().asked.clone();
        let mut mark = DefaultHasher::new();
        match outcome {
            Ok(answered) => {
                taken += 1;
                let asked_pdu = if on_line { &asked[1..asked.len() - 2] } else { &asked[7..] };
                let bytes = numbered(input.to_vec(), &asked);
                let right = pdu(&bytes, &asked, on_line)
                    .into_iter()
                    .any(|pdu| says(work, pdu, asked_pdu).is_some_and(|said| said == answered.reply));
                assert!(right, "{work}: took {:?} for an answer", answered.reply);
                format!("{work} {:?}", answered.reply).hash(&mut mark);
            }
            Err(error) => format!("{work} {:.30}", error.fault.to_string()).hash(&mut mark),
        }
        mark.finish()
    });
    assert!(taken > 0, "{name}: not one answer was taken");
}

#[test]
fn modbus_answers_on_a_line() {
    answers("Modbus RTU answers", true);
}

#[test]
fn modbus_answers_over_tcp() {
    answers("Modbus TCP answers", false);
}
