//! The lane's devices and the person beside them, listened to at once.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt as _;
use gate_barrier::device::{DeviceEvent, LaneDevices};
use gate_core::barrier::config::STALE;
use gate_core::barrier::io::{DeviceNews, InputName, Output};
use tokio::io::AsyncRead;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};
use tokio_util::codec::{FramedRead, LinesCodec};

use super::CommissionError;

/// Longest line of an answer.
const LINE: usize = 256;
/// Without an event, what is waited for is looked at again after this.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// News and troubles that are kept.
const KEPT: usize = 256;

/// Devices, answers and questions.
pub struct Hands<R, S> {
    devices: LaneDevices,
    events: Receiver<DeviceEvent>,
    person: FramedRead<R, LinesCodec>,
    say: S,
    wait: Duration,
    started: Instant,
    read: BTreeMap<InputName, (Option<bool>, Instant)>,
    news: Vec<DeviceNews>,
    troubles: Vec<String>,
}

impl<R: AsyncRead + Unpin, S: FnMut(&str)> Hands<R, S> {
    /// Joins them.
    pub fn new(devices: LaneDevices, events: Receiver<DeviceEvent>, person: R, say: S, wait: Duration) -> Self {
        Self {
            devices,
            events,
            person: FramedRead::new(person, LinesCodec::new_with_max_length(LINE)),
            say,
            wait,
            started: Instant::now(),
            read: BTreeMap::new(),
            news: Vec::new(),
            troubles: Vec::new(),
        }
    }

    /// Tells the person something.
    pub fn say(&mut self, line: &str) {
        (self.say)(line);
    }

    /// Longest wait for a person.
    pub const fn wait(&self) -> Duration {
        self.wait
    }

    /// When the devices were opened.
    pub const fn started(&self) -> Instant {
        self.started
    }

    /// What an input says; `None` when it cannot be read or was not read for [`STALE`].
    pub fn active(&self, name: InputName) -> Option<bool> {
        self.active_within(name, STALE)
    }

    /// What an input says; `None` when it cannot be read or was not read for `age`.
    pub fn active_within(&self, name: InputName, age: Duration) -> Option<bool> {
        let (active, at) = self.read.get(&name)?;
        active.filter(|_| at.elapsed() <= age)
    }

    /// Whether news came since [`Hands::forget_news`].
    pub fn heard(&self, news: DeviceNews) -> bool {
        self.news.contains(&news)
    }

    /// Forgets the news so far.
    pub fn forget_news(&mut self) {
        self.news.clear();
    }

    /// The driver's own words about what went wrong, each once.
    pub fn troubles(&mut self) -> Vec<String> {
        self.troubles.sort();
        self.troubles.dedup();
        std::mem::take(&mut self.troubles)
    }

    /// Has an output carried out.
    ///
    /// # Errors
    /// [`CommissionError::NotAccepted`].
    pub fn apply(&mut self, output: Output) -> Result<(), CommissionError> {
        Ok(self.devices.apply(output)?)
    }

    /// From which end vehicles drive in: green is shown there.
    pub fn turn(&self, turned: bool) {
        self.devices.turn(turned);
    }

    /// Takes events until something is true; false when it was not within `limit`.
    pub async fn until(&mut self, limit: Duration, mut right: impl FnMut(&Self) -> bool) -> bool {
        let end = Instant::now() + limit;
        loop {
            if right(self) {
                return true;
            }
            // Silence is news too: what was read grows old without an event.
            match timeout_at(end.min(Instant::now() + LOOK_AGAIN), self.events.recv()).await {
                Ok(Some(event)) => self.take(event),
                Ok(None) => return false,
                Err(_) if Instant::now() >= end => return right(self),
                Err(_) => {}
            }
        }
    }

    /// Asks for one line.
    ///
    /// # Errors
    /// [`CommissionError::NoAnswer`], or [`CommissionError::Ended`] when the input ended.
    pub async fn ask(&mut self, question: &str) -> Result<String, CommissionError> {
        self.say(question);
        let end = Instant::now() + self.wait;
        loop {
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => self.take(event),
                    None => return Err(CommissionError::Ended),
                },
                line = self.person.next() => {
                    let Some(Ok(line)) = line else { return Err(CommissionError::Ended) };
                    return Ok(line.trim().to_owned());
                }
                () = tokio::time::sleep_until(end) => {
                    return Err(CommissionError::NoAnswer { question: question.to_owned(), waited: self.wait });
                }
            }
        }
    }

    /// Asks for one word; any other ends the commissioning.
    ///
    /// # Errors
    /// [`CommissionError::NotAgreed`], and those of [`Hands::ask`].
    pub async fn agree(&mut self, statement: &str, wanted: &'static str) -> Result<(), CommissionError> {
        let question = format!("{statement}: type {wanted:?}");
        let answer = self.ask(&question).await?;
        if answer == wanted {
            return Ok(());
        }
        Err(CommissionError::NotAgreed { question: statement.to_owned(), answer, wanted })
    }

    /// Asks what the person saw; "yes" is yes, all else no.
    ///
    /// # Errors
    /// Those of [`Hands::ask`].
    pub async fn saw(&mut self, what: &str) -> Result<bool, CommissionError> {
        Ok(self.ask(&format!("did you see: {what}? type \"yes\" or \"no\"")).await? == "yes")
    }

    fn take(&mut self, event: DeviceEvent) {
        match event {
            DeviceEvent::Inputs(readings) => {
                let now = Instant::now();
                self.read.extend(readings.iter().map(|r| (r.name, (r.active, now))));
            }
            DeviceEvent::News(news) if self.news.len() < KEPT => self.news.push(news),
            DeviceEvent::Trouble(trouble) if self.troubles.len() < KEPT => self.troubles.push(trouble),
            DeviceEvent::News(_) | DeviceEvent::Trouble(_) => {}
        }
    }
}
