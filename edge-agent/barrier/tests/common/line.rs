//! A serial line behind a TCP converter: Modbus RTU frames, kept as they came, answered by units that
//! can be made silent, late or echoed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crc::{CRC_16_MODBUS, Crc};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

const CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_MODBUS);

/// How a unit answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// At once.
    Answers,
    /// Not at all.
    Dead,
    /// The adapter sends the request back before the answer.
    Echoed,
    /// The adapter sends the request back, and nobody answers.
    EchoedDead,
}

#[derive(Default)]
struct Heard {
    frames: Vec<Vec<u8>>,
    manners: BTreeMap<u8, Manner>,
    connections: usize,
    hang_up: CancellationToken,
}

/// The line.
pub struct Recorder {
    pub address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
}

/// Bytes written as in a maker's sheet.
pub fn hex(text: &str) -> Vec<u8> {
    text.split(' ').map(|b| u8::from_str_radix(b, 16).unwrap()).collect()
}

impl Recorder {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let kept = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let end = {
                    let mut kept = kept.lock().unwrap();
                    kept.connections += 1;
                    kept.hang_up.clone()
                };
                let serving = serve(stream, kept.clone());
                tokio::spawn(async move { end.run_until_cancelled(serving).await });
            }
        });
        Self { address, heard }
    }

    pub fn set(&self, unit: u8, manner: Manner) {
        self.heard.lock().unwrap().manners.insert(unit, manner);
    }

    /// Ends every connection; new ones are taken.
    pub fn hang_up(&self) {
        std::mem::take(&mut self.heard.lock().unwrap().hang_up).cancel();
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.heard.lock().unwrap().connections
    }

    /// Every frame so far.
    pub fn frames(&self) -> Vec<Vec<u8>> {
        self.heard.lock().unwrap().frames.clone()
    }

    /// Waits for a frame that begins with these bytes.
    pub async fn hears(&self, frame: &[u8]) {
        let end = Instant::now() + Duration::from_secs(5);
        while !self.frames().iter().any(|f| f.starts_with(frame)) {
            assert!(Instant::now() < end, "{frame:02X?} was not sent; heard {:02X?}", self.frames());
            sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn serve(mut stream: TcpStream, heard: Arc<Mutex<Heard>>) {
    let mut waiting = Vec::new();
    let mut piece = [0; 256];
    while let Ok(count @ 1..) = stream.read(&mut piece).await {
        waiting.extend_from_slice(&piece[..count]);
        while let Some(frame) = take(&mut waiting) {
            let manner = {
                let mut heard = heard.lock().unwrap();
                heard.frames.push(frame.clone());
                heard.manners.get(&frame[0]).copied().unwrap_or(Manner::Answers)
            };
            if manner == Manner::Dead {
                continue;
            }
            let echoes = matches!(manner, Manner::Echoed | Manner::EchoedDead);
            let mut bytes = if echoes { frame.clone() } else { Vec::new() };
            if manner != Manner::EchoedDead {
                bytes.extend(answer(&frame));
            }
            if stream.write_all(&bytes).await.is_err() {
                return;
            }
        }
    }
}

fn take(waiting: &mut Vec<u8>) -> Option<Vec<u8>> {
    let whole = match waiting.get(1)? {
        0x10 => 9 + usize::from(*waiting.get(6)?),
        _ => 8,
    };
    (waiting.len() >= whole).then(|| waiting.drain(..whole).collect())
}

/// The answer of a unit whose relays are off, whose inputs are not energised, whose words are 0.
fn answer(frame: &[u8]) -> Vec<u8> {
    let count = usize::from(u16::from_be_bytes([frame[4], frame[5]]));
    let mut answer = match frame[1] {
        0x01 | 0x02 => {
            [vec![frame[0], frame[1], u8::try_from(count.div_ceil(8)).unwrap()], vec![0; count.div_ceil(8)]].concat()
        }
        0x03 | 0x04 => [vec![frame[0], frame[1], u8::try_from(2 * count).unwrap()], vec![0; 2 * count]].concat(),
        _ => frame[..6].to_vec(),
    };
    answer.extend(CRC.checksum(&answer).to_le_bytes());
    answer
}
