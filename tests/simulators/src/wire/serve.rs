//! Serves the units of one port over TCP or a pty.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use serialport::{SerialPort as _, TTYPort};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_serial::SerialStream;

use super::fault::{WireFault, WireFaultKind};
use super::framing::{Framing, Request};

/// Linux: the opened terminal does not become that of this process (`open(2)`).
const O_NOCTTY: i32 = 0o400;

/// The runtime's timers end up to so much late.
const TIMER_STEP: Duration = Duration::from_millis(1);

/// What answers at a port.
pub trait Answers: Send + Sync + 'static {
    /// The answer to a request; `None` for silence.
    fn answer(&self, unit: u8, pdu: &[u8]) -> Option<Vec<u8>>;
    /// Bytes of a port that is not Modbus; the bytes to send back.
    fn raw(&self, bytes: &[u8]) -> Vec<u8>;
    /// Keeps what was heard (the PDU, or the bytes as they came), what was answered, and what the line did to it.
    fn note(&self, asked: &[u8], answered: Option<&[u8]>, fault: Option<&WireFaultKind>);
}

/// One port: what answers there, how, and with which fault.
pub struct Port<A> {
    device: A,
    /// Modbus; otherwise bytes go to [`Answers::raw`].
    modbus: bool,
    /// Time of one character on the line; zero sends at once.
    character: Duration,
    fault: Mutex<Option<WireFault>>,
}

impl<A: Answers> Port<A> {
    /// A port without fault. With `baud` an answer takes the time that the line would need.
    pub fn new(device: A, modbus: bool, baud: Option<u32>) -> Self {
        let character = baud.map_or(Duration::ZERO, |b| Duration::from_secs(10) / b.max(1));
        Self { device, modbus, character, fault: Mutex::new(None) }
    }

    /// Sets or clears the port's fault.
    pub fn set_fault(&self, fault: Option<WireFault>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    fn next_fault(&self) -> Option<WireFaultKind> {
        let mut slot = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = slot.as_mut()?;
        let kind = fault.kind.clone();
        if let Some(times) = &mut fault.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                *slot = None;
            }
        }
        Some(kind)
    }

    /// Serves one stream until it ends.
    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin, framing: Framing) -> io::Result<()> {
        let mut bytes = BytesMut::with_capacity(512);
        loop {
            if bytes.len() > 4096 {
                bytes.clear();
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
            if !self.modbus {
                // These protocols know neither exceptions nor other units' answers.
                let of_modbus =
                    |f: &WireFaultKind| matches!(f, WireFaultKind::Exception { .. } | WireFaultKind::ForeignUnit);
                let fault = self.next_fault().filter(|fault| !of_modbus(fault));
                let taken = bytes.split();
                let answer =
                    if matches!(fault, Some(WireFaultKind::Deaf)) { Vec::new() } else { self.device.raw(&taken) };
                self.device.note(&taken, (!answer.is_empty()).then_some(answer.as_slice()), fault.as_ref());
                self.send_raw(&mut stream, answer, fault).await?;
                continue;
            }
            while let Some(request) = framing.take(&mut bytes) {
                if !self.respond(&mut stream, framing, &request).await? {
                    return Ok(());
                }
            }
        }
    }

    async fn send_raw(
        &self,
        stream: &mut (impl AsyncWrite + Unpin),
        mut answer: Vec<u8>,
        fault: Option<WireFaultKind>,
    ) -> io::Result<()> {
        if answer.is_empty() || matches!(fault, Some(WireFaultKind::Silent | WireFaultKind::HangUp)) {
            return Ok(());
        }
        match fault {
            Some(WireFaultKind::Late { late_ms }) => tokio::time::sleep(Duration::from_millis(late_ms)).await,
            Some(WireFaultKind::Corrupt) => turn_a_bit(&mut answer),
            Some(WireFaultKind::Doubled) => answer.extend_from_within(..),
            _ => {}
        }
        self.on_the_line(answer.len() + 5).await;
        stream.write_all(&answer).await
    }

    /// Waits for as long as so many characters take on the line, and not for the runtime's timers, which end up to a
    /// millisecond late: that would be a slower line.
    async fn on_the_line(&self, characters: usize) {
        if self.character.is_zero() {
            return;
        }
        let until = Instant::now() + self.character * u32::try_from(characters).unwrap_or(u32::MAX);
        tokio::time::sleep_until(until - TIMER_STEP).await;
        while Instant::now() < until {
            tokio::task::yield_now().await;
        }
    }

    /// Answers one request; false closes the stream.
    async fn respond(
        &self,
        stream: &mut (impl AsyncWrite + Unpin),
        framing: Framing,
        request: &Request,
    ) -> io::Result<bool> {
        let fault = self.next_fault();
        if fault == Some(WireFaultKind::Deaf) {
            self.device.note(&request.pdu, None, fault.as_ref());
            return Ok(true);
        }
        let refused = |code| request.pdu.first().map(|function| vec![function | 0x80, code]);
        let answer = match fault {
            Some(WireFaultKind::Exception { code }) => refused(code),
            _ => self.device.answer(request.unit, &request.pdu),
        };
        self.device.note(&request.pdu, answer.as_deref(), fault.as_ref());
        let (Some(pdu), true) = (answer, request.unit != 0) else { return Ok(true) };
        let mut frame = framing.wrap(request, &pdu);
        match fault {
            Some(WireFaultKind::Silent) => return Ok(true),
            Some(WireFaultKind::HangUp) => return Ok(framing == Framing::Rtu),
            Some(WireFaultKind::Late { late_ms }) => tokio::time::sleep(Duration::from_millis(late_ms)).await,
            Some(WireFaultKind::Corrupt) => turn_a_bit(&mut frame),
            Some(WireFaultKind::Doubled) => frame.extend_from_within(..),
            Some(WireFaultKind::ForeignUnit) => {
                let other = Request { unit: request.unit.wrapping_add(1), ..request.clone() };
                frame = framing.wrap(&other, &pdu);
            }
            Some(WireFaultKind::Deaf | WireFaultKind::Exception { .. }) | None => {}
        }
        self.on_the_line(frame.len() + request.pdu.len() + 3).await;
        stream.write_all(&frame).await?;
        Ok(true)
    }
}

fn turn_a_bit(frame: &mut [u8]) {
    if let Some(byte) = frame.last_mut() {
        *byte ^= 0x10;
    }
}

/// Serves a port to every client that connects.
///
/// # Errors
/// When the listener breaks.
pub async fn serve_tcp<A: Answers>(port: std::sync::Arc<Port<A>>, listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let port = port.clone();
        tokio::spawn(async move {
            if let Err(e) = port.serve(stream, Framing::Tcp).await {
                tracing::debug!(error = %e, "client went away");
            }
        });
    }
}

/// Makes a pty, links `link` to it where one is given, and serves the port there. Returns the path of
/// the pty that clients open.
///
/// # Errors
/// When no pty can be made or linked.
pub fn serve_pty<A: Answers>(port: std::sync::Arc<Port<A>>, link: Option<&Path>) -> io::Result<PathBuf> {
    let (master, slave) = TTYPort::pair()?;
    let path = PathBuf::from(slave.name().ok_or_else(|| io::Error::other("the pty has no name"))?);
    // Held open without the lock that `slave` has, so that the pty outlives each client.
    let held = OpenOptions::new().read(true).write(true).custom_flags(O_NOCTTY).open(&path)?;
    drop(slave);
    if let Some(link) = link {
        if link.is_symlink() {
            std::fs::remove_file(link)?;
        }
        std::os::unix::fs::symlink(&path, link)?;
    }
    let stream = SerialStream::try_from(master)?;
    tokio::spawn(async move {
        let _held = held;
        if let Err(e) = port.serve(stream, Framing::Rtu).await {
            tracing::warn!(error = %e, "pty ended");
        }
    });
    Ok(path)
}
