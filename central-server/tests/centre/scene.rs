//! What happens at the gate of these tests: declared vehicles, and what cameras tell of them.

use gate_core::decision::{Decision, Reason, ReasonCode, Verdict};
use gate_core::ids::{LaneId, LaneSession, PassageId, RequestId, TrackId};
use gate_core::message::event::{DecidedBy, EventBody};
use gate_core::message::exchange::{DecisionRequest, Seen};
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::plate::{Country, PlateColor, PlateKind};
use gate_core::reading::PlateReading;
use gate_core::vehicle::{Direction, Role, VehicleClass, View};
use uuid::Uuid;

use crate::edge::{Edge, now};
use crate::house::House;

/// The watchlist's own word for its entry: must reach nobody but the shift leader.
pub const REFERENCE: &str = "WL-2026-0017";

/// Three declared vehicles (one of them watched), confirmed and permitted, for the whole day.
pub fn declare(house: &House) {
    let day = |hours: i64| jiff::Timestamp::from_microsecond(now().0 + hours * 3_600_000_000).unwrap().to_string();
    let (from, until) = (day(-2), day(12));
    let mut expected =
        "declaration,company,direction,plate,country,class,laden,fresh,from,until,fee_settled\n".to_owned();
    let mut confirmations = "declaration,plate,kind,at,by\n".to_owned();
    let mut permits = "number,plate,country,from,until\n".to_owned();
    for (n, plate, country, direction, fresh) in [
        (1, "G12345", "cn", "entry", "yes"),
        (2, "24C11122", "vn", "exit", "no"),
        (3, "G66666", "cn", "entry", "no"),
        (4, "24H00042", "vn", "entry", "no"),
    ] {
        expected += &format!(
            "2026112500{n:03},Công ty {n},{direction},{plate},{country},lorry,yes,{fresh},{from},{until},yes\n"
        );
        let kinds =
            if direction == "entry" { ["border_guard_in", "customs_in"] } else { ["border_guard_out", "customs_out"] };
        for kind in kinds {
            confirmations += &format!("2026112500{n:03},{plate},{kind},{from},Trạm 1\n");
        }
        permits += &format!("GP-{n},{plate},{country},{from},{until}\n");
    }
    house.import("expected", &expected);
    house.import("confirmations", &confirmations);
    house.import("permits", &permits);
    house.import("watchlist", &format!("plate,country,reference\nG66666,cn,{REFERENCE}\n"));
}

pub fn reading(text: &str, probability: f32) -> PlateReading {
    let chinese = !text.is_ascii();
    PlateReading {
        raw: text.to_owned(),
        text: text.to_owned(),
        country: Some(if chinese { Country::Cn } else { Country::Vn }),
        kind: Some(if chinese { PlateKind::CnOrdinary } else { PlateKind::VnCar }),
        color: Some(PlateColor::Yellow),
        rows: 1,
        probability,
        others: vec![(text.replace('1', "7"), 0.01)],
        role: Role::Tractor,
        view: Some(View::Front),
        looks: 7,
        model: "0123456789ab".into(),
        evidence: None,
        source: None,
    }
}

pub fn seen(text: &str, direction: Direction) -> Seen {
    Seen {
        direction,
        plates: vec![reading(text, 0.998)],
        containers: Vec::new(),
        class: Some(VehicleClass::Lorry),
        on_loop: true,
        lane_automatic: true,
    }
}

pub fn question(edge: &Edge, lane: &LaneId, passage: PassageId, seen: Seen) -> DecisionRequest {
    DecisionRequest {
        id: RequestId(Uuid::now_v7()),
        edge: edge.name.clone(),
        lane: lane.clone(),
        session: LaneSession(format!("session of {lane}")),
        passage,
        track: TrackId(1),
        at: now(),
        seen,
    }
}

/// A vehicle comes and its plate is read; the number of the last event.
pub async fn comes(edge: &mut Edge, lane: &LaneId, passage: PassageId, text: &str) -> u64 {
    let direction = edge.lanes.iter().find(|(l, _)| l == lane).unwrap().1;
    edge.tell(lane, Some(passage), EventBody::PassageBegan { direction, track: TrackId(1) }).await;
    edge.tell(lane, Some(passage), EventBody::VehicleSeen { class: VehicleClass::Lorry, confidence: 0.9 }).await;
    edge.tell(lane, Some(passage), EventBody::PlateRead { reading: reading(text, 0.998) }).await
}

pub fn decided(by: DecidedBy, verdict: Verdict, code: ReasonCode) -> EventBody {
    EventBody::Decided {
        decision: Decision {
            verdict,
            reasons: vec![Reason { code, detail: String::new() }],
            matched: None,
            lists_version: 1,
        },
        by,
        grant: None,
    }
}

pub fn ended(outcome: PassageOutcome, opened_by: OpenedBy) -> EventBody {
    EventBody::PassageEnded { outcome, opened_by }
}
