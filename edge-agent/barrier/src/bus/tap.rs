//! The port of a bus, shared between its owner and the Modbus client, with a record of the bytes of the
//! transaction that runs.
//!
//! The record serves three ends: errors name the bytes; a single write is confirmed by comparing its
//! echo byte for byte; and bytes that wait before a request are found and thrown away.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_serial::{ClearBuffer, DataBits, SerialPort as _, SerialPortBuilderExt as _, SerialStream, StopBits};

use super::endpoint::Endpoint;
use crate::profile::{LineProfile, Parity};

/// Longest record of one transaction; what is beyond it is not kept.
const RECORD_LIMIT: usize = 512;

enum Port {
    Serial(SerialStream),
    Tcp(TcpStream),
}

struct Inner {
    port: Port,
    sent: Vec<u8>,
    received: Vec<u8>,
}

/// A port that is read and written by several hands, never at once.
#[derive(Clone)]
pub(super) struct Tap(Arc<Mutex<Inner>>);

impl std::fmt::Debug for Tap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tap")
    }
}

impl Tap {
    /// Opens the port.
    pub async fn open(endpoint: &Endpoint) -> io::Result<Self> {
        let port = match endpoint {
            Endpoint::Serial { path, line } => Port::Serial(open_serial(&path.to_string_lossy(), line)?),
            Endpoint::ModbusTcp { address } | Endpoint::SerialOverTcp { address, .. } => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Port::Tcp(stream)
            }
        };
        Ok(Self(Arc::new(Mutex::new(Inner { port, sent: Vec::new(), received: Vec::new() }))))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Throws away what waits to be read and begins a new record. Says how many bytes waited on a TCP
    /// connection, where nothing may wait.
    pub fn begin(&self) -> io::Result<usize> {
        let mut inner = self.inner();
        inner.sent.clear();
        inner.received.clear();
        match &mut inner.port {
            Port::Serial(port) => port.clear(ClearBuffer::Input).map(|()| 0).map_err(io::Error::from),
            Port::Tcp(stream) => {
                let mut waste = [0; 256];
                match stream.try_read(&mut waste) {
                    Ok(0) => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
                    Ok(count) => Ok(count),
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => Ok(0),
                    Err(e) => Err(e),
                }
            }
        }
    }

    /// The bytes sent and received since [`Tap::begin`].
    pub fn record(&self) -> (Vec<u8>, Vec<u8>) {
        let inner = self.inner();
        (inner.sent.clone(), inner.received.clone())
    }
}

fn open_serial(path: &str, line: &LineProfile) -> io::Result<SerialStream> {
    tokio_serial::new(path, line.baud)
        .data_bits(if line.data_bits == 7 { DataBits::Seven } else { DataBits::Eight })
        .parity(match line.parity {
            Parity::None => tokio_serial::Parity::None,
            Parity::Even => tokio_serial::Parity::Even,
            Parity::Odd => tokio_serial::Parity::Odd,
        })
        .stop_bits(if line.stop_bits == 2 { StopBits::Two } else { StopBits::One })
        .open_native_async()
        .map_err(io::Error::from)
}

fn keep(record: &mut Vec<u8>, bytes: &[u8]) {
    let room = RECORD_LIMIT.saturating_sub(record.len());
    record.extend(bytes.iter().take(room));
}

impl AsyncRead for Tap {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut inner = self.inner();
        let before = buf.filled().len();
        let result = match &mut inner.port {
            Port::Serial(port) => Pin::new(port).poll_read(cx, buf),
            Port::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
        };
        keep(&mut inner.received, buf.filled().get(before..).unwrap_or_default());
        result
    }
}

impl AsyncWrite for Tap {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut inner = self.inner();
        let result = match &mut inner.port {
            Port::Serial(port) => Pin::new(port).poll_write(cx, bytes),
            Port::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
        };
        if let Poll::Ready(Ok(count)) = &result {
            keep(&mut inner.sent, bytes.get(..*count).unwrap_or_default());
        }
        result
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner().port {
            Port::Serial(port) => Pin::new(port).poll_flush(cx),
            Port::Tcp(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner().port {
            Port::Serial(port) => Pin::new(port).poll_shutdown(cx),
            Port::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
