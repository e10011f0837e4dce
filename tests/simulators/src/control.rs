//! The control port: HTTP with JSON, on this machine alone. It brings vehicles, faults, keys and power
//! cuts, and tells the plant's truth.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::plant::{Manner, Sensor, SensorFault, VehicleKind};
use crate::site::{Lane, LaneState, Site};
use crate::wire::WireFault;

/// A refusal with its reason.
type Refused = (StatusCode, Json<Value>);
/// The site as the routes share it.
type Shared = State<Arc<Site>>;

/// The routes.
pub fn routes(site: Arc<Site>) -> Router {
    Router::new()
        .route("/state", get(state))
        .route("/vehicles", post(arrive))
        .route("/lanes/{lane}", get(one))
        .route("/lanes/{lane}/vehicles/{id}/manner", post(behave))
        .route("/lanes/{lane}/sensors", post(sensor))
        .route("/lanes/{lane}/faults", post(fault))
        .route("/lanes/{lane}/boom", post(boom))
        .route("/lanes/{lane}/power", post(power))
        .route("/lanes/{lane}/turn", post(turn))
        .with_state(site)
}

fn lane<'a>(site: &'a Site, name: &str) -> Result<&'a Lane, Refused> {
    site.lanes.get(name).ok_or_else(|| {
        let known: Vec<_> = site.lanes.keys().cloned().collect();
        refuse(StatusCode::NOT_FOUND, format!("there is no lane {name:?}; lanes here: {}", known.join(", ")))
    })
}

fn refuse(status: StatusCode, why: impl Into<String>) -> Refused {
    (status, Json(json!({ "error": why.into() })))
}

/// A lane in JSON.
#[must_use]
pub fn lane_state(lane: &Lane) -> Value {
    let state = lane.sim.now();
    let LaneState { plant, board, display, .. } = &*state;
    let vehicles: Vec<Value> = plant
        .vehicles()
        .iter()
        .map(|v| {
            json!({
                "id": v.id, "kind": v.kind, "manner": v.manner, "front_m": v.front_m, "rear_m": v.rear_m(),
                "speed_m_s": v.speed_m_s, "at_stop_line": v.waits_at_line(),
            })
        })
        .collect();
    let sensors = [
        Sensor::ApproachLoop,
        Sensor::BoomLoop,
        Sensor::ExitLoop,
        Sensor::Photocell,
        Sensor::OpenLimit,
        Sensor::ClosedLimit,
        Sensor::ManualKey,
        Sensor::Emergency,
    ];
    let sensors: Vec<Value> =
        sensors.iter().map(|s| json!({ "sensor": s, "active": plant.contact(*s), "truth": plant.truth(*s) })).collect();
    json!({
        "now_ms": plant.now_ms(),
        "places": lane.places,
        "boom": { "angle_deg": plant.boom().angle_deg(), "drive": plant.boom().drive() },
        "stop_chain_closed": plant.stop_chain_closed(),
        "green": plant.green(),
        "body_in_sweep": plant.body_in_sweep(),
        "vehicles": vehicles,
        "sensors": sensors,
        "relays": board.energised(),
        "pulses": plant.journal.pulses(),
        "notes": plant.journal.notes(),
        "display": display,
    })
}

async fn state(State(site): Shared) -> Json<Value> {
    let lanes: serde_json::Map<String, Value> =
        site.lanes.iter().map(|(name, lane)| (name.clone(), lane_state(lane))).collect();
    Json(json!({ "lanes": lanes }))
}

async fn one(State(site): Shared, Path(name): Path<String>) -> Result<Json<Value>, Refused> {
    Ok(Json(lane_state(lane(&site, &name)?)))
}

/// A vehicle that drives up.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// To which lane.
    pub lane: String,
    /// What it is.
    pub kind: VehicleKind,
    /// Its length; the usual one of its kind where it is not given.
    pub length_m: Option<f64>,
    /// How its driver behaves.
    #[serde(default)]
    pub manner: Manner,
}

async fn arrive(State(site): Shared, Json(arrival): Json<Arrival>) -> Result<Json<Value>, Refused> {
    let length_m = arrival.length_m.unwrap_or(arrival.kind.usual_length_m());
    if !(1.0..=30.0).contains(&length_m) {
        return Err(refuse(StatusCode::BAD_REQUEST, format!("length_m {length_m} is outside 1 to 30")));
    }
    let id = lane(&site, &arrival.lane)?.sim.now().plant.arrive(arrival.kind, length_m, arrival.manner);
    id.map(|id| Json(json!({ "id": id }))).ok_or_else(|| refuse(StatusCode::CONFLICT, "the lane is full"))
}

/// How a driver behaves from now on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// From now on.
    pub manner: Manner,
}

async fn behave(
    State(site): Shared,
    Path((name, id)): Path<(String, u64)>,
    Json(behaviour): Json<Behaviour>,
) -> Result<StatusCode, Refused> {
    let found = lane(&site, &name)?.sim.now().plant.set_manner(id, behaviour.manner);
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(refuse(StatusCode::NOT_FOUND, format!("no vehicle {id}"))) }
}

/// A contact that lies, or a key that is turned.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensorOrder {
    /// Which contact.
    pub sensor: Sensor,
    /// What is wrong with it from now on; nothing where it is not given.
    pub fault: Option<SensorFault>,
    /// A key or emergency input is active from now on.
    pub pressed: Option<bool>,
}

async fn sensor(
    State(site): Shared,
    Path(name): Path<String>,
    Json(order): Json<SensorOrder>,
) -> Result<StatusCode, Refused> {
    let plant = &mut lane(&site, &name)?.sim.now().plant;
    plant.set_sensor_fault(order.sensor, order.fault);
    if let Some(pressed) = order.pressed {
        plant.press(order.sensor, pressed);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// From which end vehicles drive up.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnOrder {
    /// From the end that is not the configured one.
    pub turned: bool,
}

async fn turn(
    State(site): Shared,
    Path(name): Path<String>,
    Json(order): Json<TurnOrder>,
) -> Result<StatusCode, Refused> {
    let turned = lane(&site, &name)?.sim.now().plant.turn(order.turned);
    if turned { Ok(StatusCode::NO_CONTENT) } else { Err(refuse(StatusCode::CONFLICT, "a vehicle is in the lane")) }
}

/// A fault of a port, or its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaultOrder {
    /// `board`, `controller` or `display`.
    pub port: String,
    /// The fault; `null` ends it.
    pub fault: Option<WireFault>,
}

async fn fault(
    State(site): Shared,
    Path(name): Path<String>,
    Json(order): Json<FaultOrder>,
) -> Result<StatusCode, Refused> {
    let port = lane(&site, &name)?.ports.get(&order.port);
    let port = port.ok_or_else(|| refuse(StatusCode::NOT_FOUND, format!("lane has no port {:?}", order.port)))?;
    port.set_fault(order.fault);
    Ok(StatusCode::NO_CONTENT)
}

/// Force on the boom.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoomOrder {
    /// It does not move any more, or does again.
    pub jammed: Option<bool>,
    /// A hand moves it to this angle.
    pub angle_deg: Option<f64>,
}

async fn boom(
    State(site): Shared,
    Path(name): Path<String>,
    Json(order): Json<BoomOrder>,
) -> Result<StatusCode, Refused> {
    let mut state = lane(&site, &name)?.sim.now();
    if let Some(jammed) = order.jammed {
        state.plant.boom_mut().set_jammed(jammed);
    }
    if let Some(angle_deg) = order.angle_deg {
        state.plant.boom_mut().move_by_hand(angle_deg);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The board's power, or a relay whose contacts weld.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerOrder {
    /// The board has power.
    pub on: bool,
    /// This relay (1 to 8) does not release any more.
    pub stuck_relay: Option<usize>,
}

async fn power(
    State(site): Shared,
    Path(name): Path<String>,
    Json(order): Json<PowerOrder>,
) -> Result<StatusCode, Refused> {
    let LaneState { plant, board, .. } = &mut *lane(&site, &name)?.sim.now();
    board.set_stuck(order.stuck_relay);
    if order.on {
        board.restore_power();
    } else {
        board.cut_power(plant);
    }
    Ok(StatusCode::NO_CONTENT)
}
