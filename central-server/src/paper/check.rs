//! What may stand on a slip: judged before anything is kept, by itself, without the database.

use std::collections::BTreeMap;
use std::time::Duration;

use gate_core::clock::UtcMicros;
use gate_core::container::{ContainerCode, ContainerError};
use gate_core::ids::{EdgeId, LaneId, PassageId};
use gate_core::plate::Country;
use gate_core::plate::template::kinds_fitting;
use gate_core::vehicle::{Direction, Ways};
use serde::Deserialize;
use thiserror::Error;

use super::number::{MOST_NUMBER_CHARS, is_number, number};
use super::slip::{PaperSlip, Slip, SlipOutcome, SlipReason};
use crate::crossing::written_plate;

/// Longest number of a declaration.
const MOST_DECLARATION_CHARS: usize = 40;
/// Longest name of the officer who wrote it.
const MOST_NAME_CHARS: usize = 100;
/// Containers on one vehicle: two on a lorry, four where all are small.
const MOST_CONTAINERS: usize = 4;

/// What somebody typed from a slip.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The printed number.
    pub number: String,
    /// At which lane.
    pub lane: String,
    /// Which way the lane led; needed for one that can be turned alone.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// When the vehicle passed or was turned away, microseconds UTC.
    pub at: i64,
    /// The plate of the vehicle that drives.
    pub plate: String,
    /// The trailer's.
    #[serde(default)]
    pub trailer: Option<String>,
    /// Container codes.
    #[serde(default)]
    pub containers: Vec<String>,
    /// The declaration's number.
    #[serde(default)]
    pub declaration: Option<String>,
    /// What the officers did with it.
    pub outcome: SlipOutcome,
    /// The officer who wrote it.
    pub written_by: String,
    /// Why there was no machine.
    pub reason: SlipReason,
    /// What else stands on it.
    #[serde(default)]
    pub note: String,
}

/// What it is judged by.
pub struct Bounds<'a> {
    /// Now.
    pub now: UtcMicros,
    /// The oldest time that is taken, before now.
    pub oldest: Duration,
    /// The lanes of the gate.
    pub lanes: &'a BTreeMap<LaneId, (EdgeId, Ways)>,
}

/// What is wrong with a slip.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadSlip {
    /// No number.
    #[error(
        "slip number {0:?} is none: at most {MOST_NUMBER_CHARS} letters, digits, '-' and '/', a digit among them, as it is printed"
    )]
    Number(String),
    /// No such lane.
    #[error("lane {0:?} is not known; choose a lane of this gate")]
    Lane(String),
    /// The lane can be turned, and nobody says which way it led; or it never leads that way.
    #[error("direction {said:?} of lane {lane}: say entry or exit, the way that the lane led then")]
    Direction {
        /// At which lane.
        lane: LaneId,
        /// What was said.
        said: Option<Direction>,
    },
    /// It has not come yet.
    #[error("time {at} lies ahead, it is {now} now; look at the slip's date and time again")]
    Ahead {
        /// As typed.
        at: String,
        /// By the centre's clock.
        now: String,
    },
    /// Too long ago.
    #[error(
        "time {at} is more than {hours} h ago; look at the slip's date again, or have `paper.oldest_h` of the centre raised"
    )]
    Old {
        /// As typed.
        at: String,
        /// The bound.
        hours: u64,
    },
    /// No plate.
    #[error("{0:?} is no plate: 4 to 10 letters and digits, as 24C-123.45 or 云G·12345")]
    Plate(String),
    /// The trailer is the vehicle.
    #[error("trailer {0:?} has the plate of the vehicle that pulls it; write the trailer's own or none")]
    OwnTrailer(String),
    /// No container code, or a wrong check digit.
    #[error("{0}; look at the slip again, or leave the container out and say so in the note")]
    Container(#[from] ContainerError),
    /// The same twice.
    #[error("container {0:?} stands there twice; write it once")]
    ContainerTwice(String),
    /// Too many.
    #[error("{0} containers, at most {MOST_CONTAINERS} are on one vehicle; enter the others with their own slip")]
    Containers(usize),
    /// No declaration's number.
    #[error(
        "declaration {0:?} is none: 4 to {MOST_DECLARATION_CHARS} letters, digits, '-' and '/'; leave it empty if there is none"
    )]
    Declaration(String),
    /// Nobody wrote it.
    #[error("written_by {0:?}: the name of the officer who wrote the slip, 2 to {MOST_NAME_CHARS} characters")]
    Writer(String),
    /// Other, and nothing said.
    #[error("reason \"other\" needs a note: what was it?")]
    Note,
}

impl BadSlip {
    /// A stable word for programs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "slip_number",
            Self::Lane(_) => "slip_lane",
            Self::Direction { .. } => "slip_direction",
            Self::Ahead { .. } | Self::Old { .. } => "slip_time",
            Self::Plate(_) | Self::OwnTrailer(_) => "plate",
            Self::Container(_) | Self::ContainerTwice(_) | Self::Containers(_) => "container",
            Self::Declaration(_) => "slip_declaration",
            Self::Writer(_) => "slip_writer",
            Self::Note => "slip_note",
        }
    }
}

/// The slip as it may be kept, entered now by `officer` as passage `id`.
///
/// # Errors
/// [`BadSlip`]: the first thing that is wrong.
pub fn check(written: Written, bounds: &Bounds<'_>, id: PassageId, officer: &str) -> Result<Slip, BadSlip> {
    let number = number(&written.number).ok_or_else(|| BadSlip::Number(written.number.clone()))?;
    let unknown = || BadSlip::Lane(written.lane.clone());
    let lane = LaneId::new(written.lane.as_str()).map_err(|_| unknown())?;
    let (edge, ways) = bounds.lanes.get(&lane).ok_or_else(unknown)?;
    let direction = written.direction.or_else(|| ways.only()).filter(|direction| ways.allow(*direction));
    let direction = direction.ok_or(BadSlip::Direction { lane: lane.clone(), said: written.direction })?;
    let at = time(UtcMicros(written.at), bounds)?;
    let plate = plate(&written.plate)?;
    let trailer = written.trailer.as_deref().filter(|text| !text.trim().is_empty()).map(self::plate).transpose()?;
    if trailer.as_ref() == Some(&plate) {
        return Err(BadSlip::OwnTrailer(plate));
    }
    let containers = containers(&written.containers)?;
    let declaration = written.declaration.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let declaration = declaration.map(self::declaration).transpose()?;
    let written_by = written.written_by.trim().to_owned();
    if !(2..=MOST_NAME_CHARS).contains(&written_by.chars().count()) {
        return Err(BadSlip::Writer(written_by));
    }
    let note = written.note.trim().to_owned();
    if written.reason == SlipReason::Other && note.is_empty() {
        return Err(BadSlip::Note);
    }
    Ok(Slip {
        passage: id,
        edge: edge.clone(),
        lane,
        direction,
        at,
        country: country(&plate),
        plate,
        trailer,
        containers,
        paper: PaperSlip {
            number,
            reason: written.reason,
            outcome: written.outcome,
            declaration,
            written_by,
            note,
            entered_by: officer.to_owned(),
            entered_at: bounds.now,
            withdrawn: None,
        },
    })
}

fn time(at: UtcMicros, bounds: &Bounds<'_>) -> Result<UtcMicros, BadSlip> {
    if at > bounds.now {
        return Err(BadSlip::Ahead { at: said(at), now: said(bounds.now) });
    }
    if bounds.now.since(at) > bounds.oldest {
        return Err(BadSlip::Old { at: said(at), hours: bounds.oldest.as_secs() / 3600 });
    }
    Ok(at)
}

/// A time as officers read it, in the gate's zone.
pub(super) fn said(at: UtcMicros) -> String {
    let zoned = jiff::Timestamp::from_microsecond(at.0).and_then(|at| at.in_tz(crate::clock::ZONE));
    zoned.map_or_else(|_| at.0.to_string(), |at| at.strftime("%H:%M %d/%m/%Y").to_string())
}

fn plate(text: &str) -> Result<String, BadSlip> {
    written_plate(text).ok_or_else(|| BadSlip::Plate(text.to_owned()))
}

/// The country of which alone the text can be.
fn country(plate: &str) -> Option<Country> {
    let kinds = kinds_fitting(plate);
    let (country, _) = kinds.first()?;
    kinds.iter().all(|(other, _)| other == country).then_some(*country)
}

fn containers(texts: &[String]) -> Result<Vec<String>, BadSlip> {
    let texts: Vec<&String> = texts.iter().filter(|text| !text.trim().is_empty()).collect();
    if texts.len() > MOST_CONTAINERS {
        return Err(BadSlip::Containers(texts.len()));
    }
    let mut codes: Vec<String> = Vec::new();
    for text in texts {
        let code = ContainerCode::parse(text)?.as_str().to_owned();
        if codes.contains(&code) {
            return Err(BadSlip::ContainerTwice(code));
        }
        codes.push(code);
    }
    Ok(codes)
}

fn declaration(text: &str) -> Result<String, BadSlip> {
    let good = (4..=MOST_DECLARATION_CHARS).contains(&text.chars().count()) && is_number(text);
    if good { Ok(text.to_owned()) } else { Err(BadSlip::Declaration(text.to_owned())) }
}

#[cfg(test)]
mod tests;
