//! One message of each kind, as the gate sends them.

use gate_core::clock::{ClockQuality, UtcMicros};
use gate_core::decision::{
    ConfirmationKind, ConfirmationRule, Decision, ExpectedVehicle, OfflinePolicy, Reason, ReasonCode, RuleSet, Verdict,
    WatchEntry,
};
use gate_core::ids::{
    CommandId, EdgeId, Epoch, EventId, GrantId, LaneId, LaneSession, PassageId, RequestId, Sha256Hex, TrackId,
};
use gate_core::message::ack::Acknowledgement;
use gate_core::message::command::{CommandBody, LaneCommand, LaneMode, OfficerRef, OfficerRole};
use gate_core::message::enrol::EvidenceTicket;
use gate_core::message::event::{EdgeEvent, EventBody};
use gate_core::message::exchange::{DecisionReply, DecisionRequest, GrantOffer, RouteAdvice, Seen};
use gate_core::message::snapshot::Snapshot;
use gate_core::message::status::{EdgeStatus, LaneStatus};
use gate_core::passage::{OpenedBy, PassageOutcome};
use gate_core::plate::{Country, PlateColor, PlateKind};
use gate_core::reading::{ContainerReading, PlateReading, ReadingEvidence};
use gate_core::vehicle::{Direction, Role, VehicleClass, View};

/// 2026-11-25T00:00:00Z.
const AT: UtcMicros = UtcMicros(1_795_564_800_000_000);
const CLOCK: ClockQuality = ClockQuality { synchronised: true, offset_us: Some(-120) };

fn edge() -> EdgeId {
    EdgeId::new("kt-edge-1").unwrap()
}

fn lane() -> LaneId {
    LaneId::new("in-1").unwrap()
}

fn session() -> LaneSession {
    LaneSession("5f1c0a".to_owned())
}

fn passage() -> PassageId {
    PassageId::from_parts(1_795_564_800_000, [1; 10])
}

fn hash(digit: char) -> Sha256Hex {
    Sha256Hex(digit.to_string().repeat(64))
}

pub fn event(body: EventBody) -> EdgeEvent {
    EdgeEvent {
        id: EventId::from_parts(1_795_564_800_000, [2; 10]),
        edge: edge(),
        lane: lane(),
        epoch: Epoch(3),
        seq: 41,
        at: AT,
        clock: CLOCK,
        passage: Some(passage()),
        body,
    }
}

pub fn began() -> EventBody {
    EventBody::PassageBegan { direction: Direction::Entry, track: TrackId(7) }
}

pub fn ended() -> EventBody {
    EventBody::PassageEnded { outcome: PassageOutcome::Passed, opened_by: OpenedBy::Central }
}

pub fn plate_read() -> EventBody {
    EventBody::PlateRead { reading: reading() }
}

fn reading() -> PlateReading {
    PlateReading {
        raw: "云G12345".to_owned(),
        text: "云G12345".to_owned(),
        country: Some(Country::Cn),
        kind: Some(PlateKind::CnOrdinary),
        color: Some(PlateColor::Yellow),
        rows: 1,
        probability: 0.9961,
        others: vec![("云G12346".to_owned(), 0.0012)],
        role: Role::Tractor,
        view: Some(View::Front),
        looks: 5,
        model: "fec2928120d8".to_owned(),
        evidence: Some(ReadingEvidence { frame: hash('a'), plate: hash('b') }),
        source: None,
    }
}

fn seen() -> Seen {
    let container = ContainerReading {
        code: "CSQU3054383".to_owned(),
        valid: true,
        probability: 0.98,
        settled_by_check_digit: false,
        frame: Some(hash('c')),
    };
    Seen {
        direction: Direction::Entry,
        plates: vec![reading()],
        containers: vec![container],
        class: Some(VehicleClass::ContainerLorry),
        on_loop: true,
        lane_automatic: true,
    }
}

fn request_id() -> RequestId {
    RequestId::from_parts(1_795_564_800_000, [3; 10])
}

pub fn request() -> DecisionRequest {
    DecisionRequest {
        id: request_id(),
        edge: edge(),
        lane: lane(),
        session: session(),
        passage: passage(),
        track: TrackId(7),
        at: AT,
        seen: seen(),
    }
}

pub fn reply() -> DecisionReply {
    DecisionReply {
        request: request_id(),
        lane: lane(),
        session: session(),
        passage: passage(),
        track: TrackId(7),
        decision: Decision {
            verdict: Verdict::Open,
            reasons: vec![Reason { code: ReasonCode::AllConditionsMet, detail: String::new() }],
            matched: Some("G12345".to_owned()),
            lists_version: 12,
        },
        grant: Some(GrantOffer { id: GrantId::from_parts(1_795_564_800_000, [4; 10]), life_ms: 30_000 }),
        route: Some(RouteAdvice {
            to: "yard-kb1".to_owned(),
            display: "VAO BAI KB1".to_owned(),
            because: "luồng xanh: hàng tươi đi trước; 2 xe ở đó".to_owned(),
        }),
    }
}

pub fn grant() -> CommandBody {
    CommandBody::Grant {
        grant: GrantId::from_parts(1_795_564_800_000, [5; 10]),
        passage: passage(),
        track: TrackId(7),
        life_ms: 30_000,
        priority: false,
    }
}

pub fn command(body: CommandBody) -> LaneCommand {
    LaneCommand {
        id: CommandId::from_parts(1_795_564_800_000, [6; 10]),
        lane: lane(),
        session: session(),
        seq: 9,
        at: AT,
        officer: OfficerRef { name: "lan".to_owned(), role: OfficerRole::Officer },
        reason: "đã kiểm tra giấy tờ".to_owned(),
        body,
    }
}

pub fn snapshot() -> Snapshot {
    let vehicle = ExpectedVehicle {
        declaration: "2026112500001".to_owned(),
        plate: "G12345".to_owned(),
        country: Country::Cn,
        direction: Direction::Entry,
        class: VehicleClass::ContainerLorry,
        laden: true,
        trailer: Some("云G1234挂".to_owned()),
        containers: vec!["CSQU3054383".to_owned()],
        fresh: true,
        dangerous: false,
        from: AT,
        until: UtcMicros(AT.0 + 3_600_000_000),
        confirmed: vec![ConfirmationKind::BorderGuardIn, ConfirmationKind::CustomsIn],
        permit_until: Some(UtcMicros(AT.0 + 86_400_000_000)),
        fee_settled: true,
        inside: false,
        tag: None,
        held: false,
    };
    let rule = ConfirmationRule {
        direction: Some(Direction::Entry),
        country: None,
        laden: Some(true),
        needs: vec![ConfirmationKind::BorderGuardIn, ConfirmationKind::CustomsIn],
    };
    Snapshot {
        edge: edge(),
        version: 12,
        issued: AT,
        valid_until: UtcMicros(AT.0 + 600_000_000),
        expected: vec![vehicle],
        watch: vec![WatchEntry {
            plate: "24C54321".to_owned(),
            country: Some(Country::Vn),
            reference: "w-1".to_owned(),
        }],
        rules: RuleSet {
            version: 2,
            min_probability: 0.99,
            confirmations: vec![rule],
            max_list_age_s: 600,
            offline: OfflinePolicy::ExpectedAndConfirmed,
        },
    }
}

pub fn status() -> EdgeStatus {
    EdgeStatus {
        edge: edge(),
        epoch: Epoch(3),
        count: 100,
        at: AT,
        clock: CLOCK,
        version: "0.1.0".to_owned(),
        lists_version: Some(12),
        outbox: 2,
        lanes: vec![LaneStatus {
            convoy: None,
            lane: lane(),
            direction: Direction::Entry,
            session: session(),
            mode: LaneMode::Automatic,
            state: "referred".to_owned(),
            waiting_for: "officer:unread".to_owned(),
            barrier: "closed".to_owned(),
            passage: Some(passage()),
            track: Some(TrackId(7)),
            inputs: vec![("open_limit".to_owned(), Some(false)), ("photocell".to_owned(), None)],
            faults: vec!["camera_frozen".to_owned()],
            display: "CHO CAN BO".to_owned(),
        }],
    }
}

pub fn ack() -> Acknowledgement {
    Acknowledgement { edge: edge(), epoch: Epoch(3), up_to_seq: 41, gaps: vec![(12, 13), (20, 20)] }
}

pub fn ticket() -> EvidenceTicket {
    EvidenceTicket { edge: edge(), sha256: hash('a'), bytes: 181_233, at: AT }
}
