//! The lanes that one process simulates.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use gate_barrier::codec::simple_rs485::{Answer, Boom, Command, CommandDecoder};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::codec::Decoder as _;

use crate::device::{CameController, Display, RelayBoard};
use crate::log::{Heard, LaneLog};
use crate::plant::{BoomTimes, Drive, LanePlant, Sensor};
use crate::wire::{Answers, Port, WireFaultKind, serve_pty, serve_tcp};

/// The simulator's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteFile {
    /// Where the control port listens, as `127.0.0.1:0`.
    pub control: SocketAddr,
    /// The lanes.
    pub lane: Vec<LaneSetup>,
}

/// One lane to simulate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneSetup {
    /// Its name.
    pub name: String,
    /// What moves its boom.
    pub barrier: BarrierKind,
    /// Where the relay board answers, as unit 1.
    pub board: Place,
    /// Where the barrier's controller answers, as unit 1; for `came` and `simple_rs485`.
    pub controller: Option<Place>,
    /// Where the display listens.
    pub display: Option<Place>,
    /// How long the boom takes.
    #[serde(default)]
    pub boom: BoomTimes,
    /// The barrier's own controller closes after a passage when its sensors were free for so long.
    pub closes_by_itself_ms: Option<u64>,
    /// Line speed to pace answers by; `None` answers at once.
    pub pace_baud: Option<u32>,
}

/// What moves a boom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarrierKind {
    /// The board's relays 1 and 2.
    Relays,
    /// A CAME-like controller.
    Came,
    /// A simple RS-485 controller.
    SimpleRs485,
}

/// Where a device answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// TCP; port 0 takes a free one. Modbus TCP, or bare bytes for what is not Modbus.
    Tcp(SocketAddr),
    /// A new pty, linked to from this path; an empty path makes no link.
    Pty(PathBuf),
}

/// Where a device answers in truth: an address, or the pty's path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// A TCP address.
    Tcp(SocketAddr),
    /// A pty.
    Pty(PathBuf),
}

/// A lane with its devices.
#[derive(Debug)]
pub struct LaneState {
    /// What is true.
    pub plant: LanePlant,
    /// The relay board.
    pub board: RelayBoard,
    /// The CAME-like controller, where the lane has one.
    pub came: CameController,
    /// The display.
    pub display: Display,
    /// What was heard and answered.
    pub log: LaneLog,
}

/// One lane that many hands look at.
#[derive(Clone, Debug)]
pub struct SimLane {
    started: Instant,
    state: Arc<Mutex<LaneState>>,
}

impl SimLane {
    /// The lane as it is at this moment.
    pub fn now(&self) -> MutexGuard<'_, LaneState> {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let LaneState { plant, board, log, .. } = &mut *guard;
        // In small steps, so that a relay falls off when its time is over and not when somebody looks.
        while plant.now_ms() < now_ms {
            plant.advance_to((plant.now_ms() + 5).min(now_ms));
            board.pass(plant);
            log.look(plant);
        }
        guard
    }
}

/// What answers at a port.
pub enum Unit {
    /// The relay board.
    Board(SimLane),
    /// The CAME-like controller.
    Came(SimLane),
    /// The simple controller, with bytes that are no whole command yet.
    Simple(SimLane, Mutex<BytesMut>),
    /// The display.
    Display(SimLane),
}

impl Answers for Unit {
    fn answer(&self, unit: u8, pdu: &[u8]) -> Option<Vec<u8>> {
        if unit > 1 {
            return None;
        }
        match self {
            Self::Board(lane) => {
                let LaneState { plant, board, .. } = &mut *lane.now();
                board.answer(pdu, plant)
            }
            Self::Came(lane) => {
                let LaneState { plant, came, .. } = &mut *lane.now();
                came.answer(pdu, plant)
            }
            Self::Simple(..) | Self::Display(_) => None,
        }
    }

    fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Simple(lane, waiting) => simple(lane, waiting, bytes),
            Self::Display(lane) => {
                lane.now().display.take(bytes);
                Vec::new()
            }
            Self::Board(_) | Self::Came(_) => Vec::new(),
        }
    }

    fn note(&self, asked: &[u8], answered: Option<&[u8]>, fault: Option<&WireFaultKind>) {
        let (port, lane) = match self {
            Self::Board(lane) => ("board", lane),
            Self::Came(lane) | Self::Simple(lane, _) => ("controller", lane),
            Self::Display(lane) => ("display", lane),
        };
        let LaneState { plant, log, .. } = &mut *lane.now();
        log.hear(Heard {
            at_ms: plant.now_ms(),
            port,
            asked: asked.to_vec(),
            answered: answered.map(<[u8]>::to_vec),
            fault: fault.cloned(),
            boom_deg: plant.boom().angle_deg(),
        });
    }
}

fn simple(lane: &SimLane, waiting: &Mutex<BytesMut>, bytes: &[u8]) -> Vec<u8> {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.extend_from_slice(bytes);
    let mut answers = Vec::new();
    while let Ok(Some(command)) = CommandDecoder.decode(&mut waiting) {
        let plant = &mut lane.now().plant;
        let (name, drive) = match command {
            Command::Open => ("open", Drive::Up),
            Command::Close => ("close", Drive::Down),
            Command::Stop => ("stop", Drive::Still),
            Command::Query => {
                let boom = match plant.boom() {
                    b if b.at_open() => Boom::Open,
                    b if b.at_closed() => Boom::Closed,
                    _ => Boom::Between,
                };
                answers.extend(Answer { boom, vehicle: plant.contact(Sensor::BoomLoop) }.encode());
                continue;
            }
        };
        plant.journal.pulse_begins(plant.now_ms(), name, false);
        plant.drive(drive);
    }
    answers
}

/// One lane with its ports.
pub struct Lane {
    /// Its name.
    pub name: String,
    /// What moves its boom.
    pub barrier: BarrierKind,
    /// The lane.
    pub sim: SimLane,
    /// Its ports by name: `board`, `controller`, `display`.
    pub ports: BTreeMap<String, Arc<Port<Unit>>>,
    /// Where they answer.
    pub places: BTreeMap<String, Found>,
}

/// All lanes.
pub struct Site {
    /// By name.
    pub lanes: BTreeMap<String, Lane>,
}

impl Site {
    /// Starts the lanes and serves their devices. Needs a tokio runtime.
    ///
    /// # Errors
    /// When a port cannot be had, or a lane's setup lacks its controller.
    pub async fn start(lanes: &[LaneSetup]) -> io::Result<Self> {
        let started = Instant::now();
        let mut site = Self { lanes: BTreeMap::new() };
        for setup in lanes {
            let lane = start_lane(setup, started).await?;
            tokio::spawn(tick(lane.sim.clone()));
            if site.lanes.insert(setup.name.clone(), lane).is_some() {
                return Err(io::Error::other(format!("lane {} is there twice", setup.name)));
            }
        }
        Ok(site)
    }
}

async fn start_lane(setup: &LaneSetup, started: Instant) -> io::Result<Lane> {
    let state = LaneState {
        plant: LanePlant::new(setup.boom, setup.closes_by_itself_ms),
        board: RelayBoard::in_service(),
        came: CameController::default(),
        display: Display::default(),
        log: LaneLog::default(),
    };
    let sim = SimLane { started, state: Arc::new(Mutex::new(state)) };
    let mut lane = Lane {
        name: setup.name.clone(),
        barrier: setup.barrier,
        sim: sim.clone(),
        ports: BTreeMap::new(),
        places: BTreeMap::new(),
    };
    let mut devices = vec![("board", Unit::Board(sim.clone()), setup.board.clone())];
    let controller = match setup.barrier {
        BarrierKind::Relays => None,
        BarrierKind::Came => Some(Unit::Came(sim.clone())),
        BarrierKind::SimpleRs485 => Some(Unit::Simple(sim.clone(), Mutex::new(BytesMut::new()))),
    };
    if let Some(controller) = controller {
        let place = setup.controller.clone();
        let place = place.ok_or_else(|| io::Error::other(format!("lane {} needs `controller`", setup.name)))?;
        devices.push(("controller", controller, place));
    }
    if let Some(place) = &setup.display {
        devices.push(("display", Unit::Display(sim), place.clone()));
    }
    for (name, unit, place) in devices {
        let modbus = matches!(unit, Unit::Board(_) | Unit::Came(_));
        let port = Arc::new(Port::new(unit, modbus, setup.pace_baud));
        let found = match place {
            Place::Tcp(address) => {
                let listener = TcpListener::bind(address).await?;
                let address = listener.local_addr()?;
                tokio::spawn(serve_tcp(port.clone(), listener));
                Found::Tcp(address)
            }
            Place::Pty(link) => {
                let link = (!link.as_os_str().is_empty()).then_some(link);
                Found::Pty(serve_pty(port.clone(), link.as_deref())?)
            }
        };
        lane.ports.insert(name.to_owned(), port);
        lane.places.insert(name.to_owned(), found);
    }
    Ok(lane)
}

/// Lets a lane live while nobody asks it.
async fn tick(lane: SimLane) {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    loop {
        ticks.tick().await;
        drop(lane.now());
    }
}
