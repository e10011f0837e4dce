//! What agencies get: passages and crossings, with all it takes to check them.

use gate_core::clock::UtcMicros;
use gate_core::ids::{PassageId, Sha256Hex};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::refusal::Refusal;
use crate::app::App;
use crate::audit::{LeafKind, ProofError, VerifiableRecord, record_of_subject};
use crate::crossing::{self, PassagePart, PassageRecord};
use crate::paper::PaperSlip;
use crate::store::word;

/// A page of passages, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Passages {
    /// The passages.
    pub passages: Vec<Passage>,
    /// The `cursor` of the next page; absent on the last.
    pub next: Option<String>,
}

/// A page of crossings, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Crossings {
    /// The crossings.
    pub crossings: Vec<Crossing>,
    /// The `cursor` of the next page; absent on the last.
    pub next: Option<String>,
}

/// One vehicle from the gate's first zone to its last.
#[derive(Debug, Serialize, ToSchema)]
pub struct Crossing {
    /// UUID.
    pub id: String,
    /// `vn`, `cn`, or `xx` where it could not be told.
    pub country: String,
    /// The tractor's plate as it is compared: Chinese plates without their province.
    pub plate_core: String,
    /// Direction of its first passage: `entry` (into Vietnam) or `exit`.
    pub direction: String,
    /// The declaration that announced it.
    pub declaration: Option<String>,
    /// `at_gate`, `inside`, `left`, `turned_back`.
    pub state: String,
    /// RFC 3339, UTC.
    #[schema(format = "date-time")]
    pub began_at: String,
    /// RFC 3339, UTC.
    #[schema(format = "date-time")]
    pub last_at: String,
    /// RFC 3339, UTC; absent while it goes on.
    #[schema(format = "date-time")]
    pub ended_at: Option<String>,
    /// Its passages, oldest first, each verifiable by itself.
    pub passages: Vec<Passage>,
}

/// One vehicle through one lane once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Passage {
    /// UUID.
    pub id: String,
    /// Where it is by itself.
    pub href: String,
    /// Which lane.
    pub lane: String,
    /// `entry` (into Vietnam) or `exit`.
    pub direction: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = "date-time")]
    pub began_at: String,
    /// RFC 3339, UTC; absent while the vehicle is in the lane.
    #[schema(format = "date-time")]
    pub ended_at: Option<String>,
    /// `passed`, `backed_out`, `tailgated`, `turned_away`, `unseen` (the lane's agent restarted meanwhile).
    pub outcome: Option<String>,
    /// `nobody`, `central`, `snapshot`, `console`, `panel`, `convoy`, `by_hand`, `paper`.
    pub opened_by: Option<String>,
    /// `car`, `van`, `bus`, `lorry`, `container_lorry`, `tractor`, `motorcycle`, `person`.
    pub class: Option<String>,
    /// The last decision: `open`, `refer`, `refuse`.
    pub verdict: Option<String>,
    /// The codes of the rules that fired, most important first.
    pub reasons: Vec<String>,
    /// `central`, or `snapshot` where the lane decided by itself.
    pub decided_by: Option<String>,
    /// The plate that counts: as an officer corrected it, or as read.
    pub plate: Option<String>,
    /// An officer corrected the plate.
    pub corrected: bool,
    /// An officer let it through first; the confirmations that it lacked were owed.
    pub priority: bool,
    /// No machine saw it: an officer wrote a slip of paper while power or the edge was gone, and it was entered later. Plates
    /// and containers are then as written. Absent for what a machine saw.
    pub paper: Option<Paper>,
    /// Nothing legible was seen.
    pub unread: bool,
    /// Plates and containers as read, or as written on the paper slip.
    pub vehicles: Vec<Vehicle>,
    /// The clock of the lane was synchronised throughout.
    pub clock_synchronised: bool,
    /// The crossing it belongs to.
    pub crossing: Option<String>,
    /// Its pictures.
    pub evidence: Vec<Picture>,
    /// Whether `record` is there, and if not, why.
    pub record_state: RecordState,
    /// Checks without central: save it to a file for `central-server audit verify-record FILE`.
    pub record: Option<VerifiableRecord>,
}

/// A passage by a paper slip.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paper {
    /// The slip's number.
    pub number: String,
    /// Why there was no machine: `no_power`, `edge_gone`, `devices_defective`, `other`.
    pub reason: String,
    /// The declaration as written on it.
    pub declaration: Option<String>,
    /// The officer who wrote it.
    pub written_by: String,
    /// What else stands on it.
    pub note: String,
    /// When it was entered: RFC 3339, UTC.
    #[schema(format = "date-time")]
    pub entered_at: String,
    /// It was entered wrongly and counts for nothing since then, RFC 3339, UTC; `outcome` is absent then.
    #[schema(format = "date-time")]
    pub withdrawn_at: Option<String>,
    /// Why.
    pub withdrawn_because: Option<String>,
}

/// One vehicle or box of a passage, by the reading that stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Vehicle {
    /// `tractor`, `trailer`, `container`.
    pub part: String,
    /// Plate or container code, normalised.
    pub text: String,
    /// `vn`, `cn`.
    pub country: Option<String>,
    /// The kind of plate, as `vn_car`, `cn_ordinary`.
    pub kind: Option<String>,
    /// The plate's ground.
    pub color: Option<String>,
    /// A container's check digit agrees.
    pub valid: Option<bool>,
    /// Probability that the text is right as a whole, 0 to 1; 1 for what was written on a paper slip.
    pub probability: f64,
}

/// A picture that vouches for a reading.
#[derive(Debug, Serialize, ToSchema)]
pub struct Picture {
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// `frame`: the frame that was read; `plate`: the plate cut out of it.
    pub kind: String,
    /// Whose reading: `tractor`, `trailer`, `container`.
    pub part: String,
    /// Where it is.
    pub href: String,
    /// It has arrived at central.
    pub held: bool,
}

/// Whether a passage can be checked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    /// `record` is there.
    Verifiable,
    /// The passage has not ended: it gets its place in the record when it has.
    Open,
    /// It ended, and waits for the next signed checkpoint: ask again in a moment.
    Pending,
    /// Its bytes were erased (personal data whose time is over).
    Erased,
}

/// A passage as agencies get it.
///
/// # Errors
/// [`Refusal`] when the database or the record cannot be read.
pub(super) async fn passage(app: &App, id: Uuid, crossing: Option<Uuid>) -> Result<Option<Passage>, Refusal> {
    let Some(found) = crossing::from_store(&app.store, PassageId(id)).await? else { return Ok(None) };
    let (record_state, record) = record(app, &found).await?;
    let evidence = evidence(app, &found.parts).await?;
    Ok(Some(told(found, crossing, evidence, record_state, record)))
}

async fn record(app: &App, passage: &PassageRecord) -> Result<(RecordState, Option<VerifiableRecord>), Refusal> {
    if passage.ended_at.is_none() {
        return Ok((RecordState::Open, None));
    }
    match record_of_subject(&app.store, LeafKind::Passage, passage.id.0).await {
        Ok(record) => Ok((RecordState::Verifiable, Some(record))),
        Err(ProofError::NotYet) => Ok((RecordState::Pending, None)),
        Err(ProofError::NoRecord) => Ok((RecordState::Erased, None)),
        Err(ProofError::Store(error)) => Err(error.into()),
        Err(other) => Err(Refusal::Record(other)),
    }
}

async fn evidence(app: &App, parts: &[PassagePart]) -> Result<Vec<Picture>, Refusal> {
    let mut pictures = Vec::new();
    for part in parts {
        for (kind, sha256) in [("frame", &part.frame), ("plate", &part.crop)] {
            if let Some(sha256) = sha256 {
                pictures.push(picture(app, kind, &word(&part.part), sha256).await?);
            }
        }
    }
    Ok(pictures)
}

async fn picture(app: &App, kind: &str, part: &str, sha256: &Sha256Hex) -> Result<Picture, Refusal> {
    Ok(Picture {
        sha256: sha256.0.clone(),
        kind: kind.to_owned(),
        part: part.to_owned(),
        href: format!("/api/v1/evidence/{}", sha256.0),
        held: app.evidence.has(sha256).await?,
    })
}

fn told(
    p: PassageRecord,
    crossing: Option<Uuid>,
    evidence: Vec<Picture>,
    record_state: RecordState,
    record: Option<VerifiableRecord>,
) -> Passage {
    let plate = p.plate_text().map(str::to_owned);
    let reasons = p.decision.iter().flat_map(|d| d.reasons.iter().map(|r| word(&r.code))).collect();
    Passage {
        id: p.id.to_string(),
        href: format!("/api/v1/passages/{}", p.id),
        lane: p.lane.to_string(),
        direction: p.direction.map(|d| word(&d)),
        began_at: time(p.began_at.0),
        ended_at: p.ended_at.map(|at| time(at.0)),
        outcome: p.outcome.map(|o| word(&o)),
        opened_by: p.opened_by.map(|o| word(&o)),
        class: p.class.map(|c| word(&c)),
        verdict: p.decision.as_ref().map(|d| word(&d.verdict)),
        reasons,
        decided_by: p.decided_by.map(|d| word(&d)),
        plate,
        corrected: p.corrected.is_some(),
        priority: p.priority,
        paper: p.paper.map(paper),
        unread: p.unread,
        vehicles: p.parts.iter().map(vehicle).collect(),
        clock_synchronised: p.clock_synchronised,
        crossing: crossing.map(|c| c.to_string()),
        evidence,
        record_state,
        record,
    }
}

fn paper(slip: PaperSlip) -> Paper {
    let (withdrawn_at, withdrawn_because) = slip.withdrawn.map(|w| (time(w.at.0), w.reason)).unzip();
    Paper {
        number: slip.number,
        reason: word(&slip.reason),
        declaration: slip.declaration,
        written_by: slip.written_by,
        note: slip.note,
        entered_at: time(slip.entered_at.0),
        withdrawn_at,
        withdrawn_because,
    }
}

fn vehicle(part: &PassagePart) -> Vehicle {
    Vehicle {
        part: word(&part.part),
        text: part.text.clone(),
        country: part.country.map(|c| word(&c)),
        kind: part.kind.map(|k| word(&k)),
        color: part.color.map(|c| word(&c)),
        valid: part.valid,
        probability: part.probability,
    }
}

/// RFC 3339 in UTC, to the microsecond.
pub(super) fn time(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).map_or_else(|_| UtcMicros(at).0.to_string(), |at| at.to_string())
}
