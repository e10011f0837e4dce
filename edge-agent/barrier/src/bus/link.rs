//! One open connection of a bus and the transactions on it: Modbus by tokio-modbus, the `AA 55` frames
//! by our own codecs.

use std::io;

use futures::StreamExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio_modbus::client::{Client as _, Context, rtu, tcp};
use tokio_modbus::slave::SlaveContext as _;
use tokio_modbus::{Error, ExceptionCode, ProtocolError, Response, Slave};
use tokio_util::codec::FramedRead;

use super::endpoint::Endpoint;
use super::error::Fault;
use super::request::{Reply, Work};
use super::tap::Tap;
use crate::codec::simple_rs485;

/// An open connection.
pub(super) struct Link {
    tap: Tap,
    modbus_tcp: bool,
    context: Context,
}

impl Link {
    /// Opens the port or connects.
    pub async fn open(endpoint: &Endpoint) -> io::Result<Self> {
        let tap = Tap::open(endpoint).await?;
        let modbus_tcp = matches!(endpoint, Endpoint::ModbusTcp { .. });
        Ok(Self { context: attach(&tap, modbus_tcp), tap, modbus_tcp })
    }

    /// The bytes of the transaction that ran last.
    pub fn record(&self) -> (Vec<u8>, Vec<u8>) {
        self.tap.record()
    }

    /// Forgets a request that did not end, with what of it was not sent yet.
    pub fn renew(&mut self) {
        self.context = attach(&self.tap, self.modbus_tcp);
    }

    /// Runs one transaction to its end; the caller sets the limit of time.
    ///
    /// # Errors
    /// [`Fault`]; after any but [`Fault::Exception`] and [`Fault::Wrong`] the connection is of no use.
    pub async fn transact(&mut self, unit: u8, work: &Work) -> Result<Reply, Fault> {
        let waited = self.tap.begin().map_err(broken)?;
        if waited > 0 {
            return Err(Fault::Broken(format!("{waited} bytes came that nobody asked for")));
        }
        match work.modbus() {
            Some(request) => {
                self.context.set_slave(Slave(unit));
                let outcome = self.context.call(request).await;
                self.judge(work, outcome)
            }
            None => self.frame(work).await,
        }
    }

    fn judge(&mut self, work: &Work, outcome: Outcome) -> Result<Reply, Fault> {
        if let Some(exception) = exception(&outcome) {
            self.renew();
            return Err(Fault::Exception(format!("{:02X} {exception}", u8::from(exception))));
        }
        if work.is_echoed() {
            // tokio-modbus takes FF00 and 0000 alone for an FC05 answer and does not compare an echo:
            // the bytes are compared here, and the client, which stops after a refusal, is renewed.
            let (sent, received) = self.tap.record();
            self.renew();
            return match outcome {
                _ if sent == received && !sent.is_empty() => Ok(Reply::Done),
                Err(Error::Transport(e)) if received.is_empty() => Err(broken(e)),
                _ => Err(Fault::Wrong("it does not repeat the request".to_owned())),
            };
        }
        match outcome {
            Ok(Ok(response)) => reply(work, response),
            Ok(Err(exception)) => Err(Fault::Exception(exception.to_string())),
            Err(Error::Protocol(e)) => Err(Fault::Wrong(e.to_string())),
            Err(Error::Transport(e)) => Err(broken(e)),
        }
    }

    async fn frame(&mut self, work: &Work) -> Result<Reply, Fault> {
        let bytes = match work {
            Work::Frame(bytes) => bytes.as_slice(),
            _ => &simple_rs485::Command::Query.encode(),
        };
        let mut tap = self.tap.clone();
        tap.write_all(bytes).await.map_err(broken)?;
        tap.flush().await.map_err(broken)?;
        if *work != Work::SimpleQuery {
            return Ok(Reply::Done);
        }
        match FramedRead::new(tap, simple_rs485::AnswerDecoder).next().await {
            Some(Ok(answer)) => Ok(Reply::Simple(answer)),
            Some(Err(e)) => Err(broken(e)),
            None => Err(Fault::Broken("the line ended".to_owned())),
        }
    }
}

type Outcome = Result<Result<Response, ExceptionCode>, Error>;

/// The exception that a device answered with. To a raw FC05 tokio-modbus reports it as a mismatch, for
/// it holds the raw code and the FC05 that it knows for two functions.
fn exception(outcome: &Outcome) -> Option<ExceptionCode> {
    match outcome {
        Ok(Err(exception)) => Some(*exception),
        Err(Error::Protocol(ProtocolError::FunctionCodeMismatch { request, result: Err(refusal) }))
            if request.value() == refusal.function.value() =>
        {
            Some(refusal.exception)
        }
        _ => None,
    }
}

fn attach(tap: &Tap, modbus_tcp: bool) -> Context {
    if modbus_tcp { tcp::attach(tap.clone()) } else { rtu::attach(tap.clone()) }
}

fn broken(error: io::Error) -> Fault {
    Fault::Broken(error.to_string())
}

fn reply(work: &Work, response: Response) -> Result<Reply, Fault> {
    match (work, response) {
        (Work::ReadCoils(_, count), Response::ReadCoils(bits))
        | (Work::ReadDiscreteInputs(_, count), Response::ReadDiscreteInputs(bits)) => {
            whole(bits, usize::from(*count), 7).map(Reply::Bits)
        }
        (Work::ReadHoldingRegisters(_, count), Response::ReadHoldingRegisters(words))
        | (Work::ReadInputRegisters(_, count), Response::ReadInputRegisters(words)) => {
            whole(words, usize::from(*count), 0).map(Reply::Words)
        }
        (Work::WriteTwoRegisters(first, words), Response::WriteMultipleRegisters(address, count))
            if address == *first && usize::from(count) == words.len() =>
        {
            Ok(Reply::Done)
        }
        (_, other) => Err(Fault::Wrong(format!("{other:?}"))),
    }
}

/// The `count` values asked for; a device may fill up its last byte with `padding` more, no others.
fn whole<T>(mut values: Vec<T>, count: usize, padding: usize) -> Result<Vec<T>, Fault> {
    if values.len() < count || values.len() > count + padding {
        return Err(Fault::Wrong(format!("{} values where {count} were asked for", values.len())));
    }
    values.truncate(count);
    Ok(values)
}
