//! A device that moves nothing, asked or listened to once: its port is opened, read and given back. For weighbridges
//! and RFID readers, whose line is theirs alone.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;
use tokio_util::codec::{Decoder, FramedRead};

use super::endpoint::Endpoint;
use super::tap::Tap;
use crate::codec::{rfid, weighbridge};

/// Answers of one inventory at most: a reader that never says its last does not hold the asker.
const ANSWERS: usize = 64;

/// The next reading of a weighbridge that says whether it moves.
///
/// # Errors
/// When the port cannot be opened, breaks, or says nothing within `within`.
pub async fn weigh(endpoint: &Endpoint, checksum: bool, within: Duration) -> io::Result<weighbridge::Reading> {
    timeout(within, async {
        let tap = Tap::open(endpoint).await?;
        next(&mut FramedRead::new(tap, weighbridge::ReadingDecoder { checksum })).await
    })
    .await
    .unwrap_or_else(|_| Err(silent("weight", within)))
}

/// The tags that an RFID reader hears now, each once.
///
/// # Errors
/// As [`weigh`].
pub async fn tags(endpoint: &Endpoint, address: u8, within: Duration) -> io::Result<BTreeSet<Vec<u8>>> {
    let asked = async {
        let mut tap = Tap::open(endpoint).await?;
        tap.begin()?;
        tap.write_all(&rfid::inventory(address)).await?;
        tap.flush().await?;
        let mut answers = FramedRead::new(tap, rfid::AnswerDecoder);
        let mut tags = BTreeSet::new();
        for _ in 0..ANSWERS {
            let answer = next(&mut answers).await?;
            if address != 0xFF && answer.address != address {
                continue;
            }
            tags.extend(answer.tags);
            if !answer.more {
                return Ok(tags);
            }
        }
        Err(io::Error::other(format!("the reader's answer did not end within {ANSWERS} frames")))
    };
    timeout(within, asked).await.unwrap_or_else(|_| Err(silent("answer to the inventory", within)))
}

async fn next<D: Decoder<Error = io::Error>>(frames: &mut FramedRead<Tap, D>) -> io::Result<D::Item> {
    frames.next().await.unwrap_or_else(|| Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the line ended")))
}

fn silent(what: &str, within: Duration) -> io::Error {
    let why = format!("no {what} within {} ms; check wires, speed and the device's mode", within.as_millis());
    io::Error::new(io::ErrorKind::TimedOut, why)
}
