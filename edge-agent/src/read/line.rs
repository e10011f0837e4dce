//! The JSON line of one picture. Names and forms are a contract.

use std::time::Duration;

use gate_core::plate::{Country, PlateColor, PlateKind};
use gate_core::vehicle::VehicleClass;
use gate_vision::{Area, BodyColor, Fate, LEGIBLE, Look, Quad};
use serde::Serialize;

use super::Shot;

/// One picture or frame.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    source: &'a str,
    frame: u64,
    media_ms: Option<f64>,
    time_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    networks_ms: Option<f64>,
    width: u32,
    height: u32,
    vehicles: Vec<Vehicle>,
    plates: Vec<Plate<'a>>,
    containers: Vec<Container<'a>>,
}

/// A source that could not be read.
#[derive(Debug, Serialize)]
pub(super) struct ErrorLine<'a> {
    pub(super) source: &'a str,
    pub(super) error: &'a str,
}

#[derive(Debug, Serialize)]
struct Vehicle {
    class: VehicleClass,
    confidence: f64,
    #[serde(rename = "box")]
    area: [f64; 4],
    color: Option<BodyColor>,
}

#[derive(Debug, Serialize)]
struct Plate<'a> {
    text: &'a str,
    country: Option<Country>,
    kind: Option<PlateKind>,
    color: Option<PlateColor>,
    rows: u8,
    confidence: f64,
    #[serde(rename = "box")]
    area: [f64; 4],
    corners: [[f64; 2]; 4],
    vehicle: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Container<'a> {
    code: &'a str,
    valid: bool,
    confidence: f64,
    #[serde(rename = "box")]
    area: [f64; 4],
}

/// To so many digits after the point.
fn round(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}

/// [x, y, width, height], in pixels.
fn area(area: Area) -> [f64; 4] {
    [area.x, area.y, area.width, area.height].map(|v| round(f64::from(v), 1))
}

fn corners(quad: Quad) -> [[f64; 2]; 4] {
    quad.0.map(|p| p.map(|v| round(f64::from(v), 1)))
}

impl<'a> Line<'a> {
    /// `times`: with how long the networks ran.
    pub(super) fn of(shot: &'a Shot, look: &'a Look, times: bool) -> Self {
        let ms = |time: Duration| round(time.as_secs_f64() * 1000.0, 2);
        let vehicles = look.vehicles.iter().map(|v| Vehicle {
            class: v.class,
            confidence: round(f64::from(v.confidence), 4),
            area: area(v.area),
            color: v.color,
        });
        let plates = look.plates.iter().filter(|p| p.fate != Some(Fate::NoPlate)).filter_map(|p| {
            p.read.as_ref().filter(|read| read.probability >= LEGIBLE).map(|read| Plate {
                text: &read.text,
                country: read.country,
                kind: read.kind,
                color: read.color,
                rows: read.rows,
                confidence: round(f64::from(read.probability), 6),
                area: area(p.corners.around()),
                corners: corners(p.corners),
                vehicle: p.vehicle,
            })
        });
        let containers = look.containers.iter().map(|c| Container {
            code: &c.code,
            valid: c.valid,
            confidence: round(f64::from(c.probability), 4),
            area: area(c.corners.around()),
        });
        Self {
            source: &shot.source,
            frame: shot.frame,
            media_ms: shot.media_ms.map(|ms| round(ms, 1)),
            time_ms: ms(look.time),
            networks_ms: times.then(|| ms(look.networks)),
            width: shot.picture.width,
            height: shot.picture.height,
            vehicles: vehicles.collect(),
            plates: plates.collect(),
            containers: containers.collect(),
        }
    }
}
