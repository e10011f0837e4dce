//! Weighbridge and RFID reader over a converter and a pty: what they say, byte for byte, and what they are never told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write as _};
use std::time::Duration;

use gate_barrier::bus::{Endpoint, once};
use gate_barrier::profile::DeviceProfile;
use serialport::{SerialPort as _, TTYPort};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// 12,340 kg, first moving, then stable; noise before, as where one comes into the middle of a frame.
const BRIDGE: &[u8] = b"00\x0D\x02\x2A\x38\x20 12340000000\x0D\x35\x02\x2A\x30\x20 12340000000\x0D\x3D";
const INVENTORY: [u8; 5] = [0x04, 0xFF, 0x01, 0x1B, 0xB4];
/// One tag in a first answer that announces more, the same and another in the last.
const TAGS: &[u8] =
    b"\x0A\x00\x01\x03\x01\x03\xE2\x00\x34\xB7\xDC\x0E\x00\x01\x01\x02\x03\xE2\x00\x34\x03\xE2\x00\x35\x16\x7B";

fn profile(name: &str) -> DeviceProfile {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware-config");
    DeviceProfile::load(&folder.join(format!("{name}.toml"))).unwrap_or_else(|e| panic!("{e}"))
}

/// A device behind a converter: says `says` once something came, or at once where it waits for nothing; then tells
/// what it heard.
async fn device(says: &'static [u8], waits: bool) -> (Endpoint, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = vec![0; 64];
        let count = if waits { stream.read(&mut heard).await.unwrap() } else { 0 };
        stream.write_all(says).await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        heard.truncate(count);
        heard.extend(rest);
        heard
    });
    (Endpoint::SerialOverTcp { address, line: profile("uhfreader18").line }, heard)
}

#[tokio::test]
async fn a_weighbridge_is_listened_to_and_told_nothing() {
    let (endpoint, heard) = device(BRIDGE, false).await;
    let checksum = profile("toledo-continuous").weighbridge.unwrap().checksum;
    let reading = once::weigh(&endpoint, checksum, Duration::from_secs(1)).await.unwrap();
    assert_eq!((reading.motion, reading.weight()), (true, None), "the first whole frame, not the rest of another");
    assert_eq!(heard.await.unwrap(), Vec::<u8>::new());
}

#[tokio::test]
async fn a_reader_is_asked_for_an_inventory_and_for_nothing_else() {
    let (endpoint, heard) = device(TAGS, true).await;
    let tags = once::tags(&endpoint, 0xFF, Duration::from_secs(1)).await.unwrap();
    assert_eq!(tags.into_iter().collect::<Vec<_>>(), [vec![0xE2, 0x00, 0x34], vec![0xE2, 0x00, 0x35]]);
    assert_eq!(heard.await.unwrap(), INVENTORY);
}

#[tokio::test]
async fn silence_is_told_with_its_remedy() {
    let (endpoint, _heard) = device(b"", false).await;
    let silent = once::weigh(&endpoint, true, Duration::from_millis(200)).await.unwrap_err();
    assert!(silent.to_string().contains("within 200 ms; check wires"), "{silent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_work_on_a_serial_port() {
    let (mut far, near) = TTYPort::pair().unwrap();
    far.set_timeout(Duration::from_secs(2)).unwrap();
    let path = std::path::PathBuf::from(near.name().unwrap());
    drop(near);
    let line = profile("uhfreader18").line;
    let endpoint = Endpoint::Serial { path, line };
    let device = tokio::task::spawn_blocking(move || {
        let mut heard = [0; 5];
        while far.read_exact(&mut heard).is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        far.write_all(TAGS).unwrap();
        (heard, far)
    });
    let tags = once::tags(&endpoint, 0xFF, Duration::from_secs(3)).await.unwrap();
    assert_eq!(tags.len(), 2);
    assert_eq!(device.await.unwrap().0, INVENTORY);
}
