//! How an edge becomes known: an administrator adds it with its lanes and gets a one-time token; the
//! edge shows the token, its public key and its certificate request, and gets all it needs to know.

use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use gate_core::ids::{EdgeId, LaneId, ZoneId};
use gate_core::message::command::OfficerRef;
use gate_core::message::enrol::{EnrolReply, EnrolRequest, EnrolledLane};
use gate_core::message::envelope::key_id;
use gate_core::vehicle::Ways;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::{Keys, KeysError};
use crate::audit::Act;
use crate::clock::Clock;
use crate::config::Config;
use crate::sql;
use crate::store::{Store, StoreError, Tx, word};

/// A token is good for so long.
pub const TOKEN_LIFE: Duration = Duration::from_secs(24 * 3600);

/// A lane as an administrator names it: `in-1:entry` or `in-1:entry:barrier-1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLane {
    /// Its name.
    pub lane: LaneId,
    /// Which way it leads, or both.
    pub direction: Ways,
    /// Which stretch of the way it stands in.
    pub zone: ZoneId,
}

impl std::str::FromStr for NewLane {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let lane = LaneId::new(parts.next().unwrap_or_default()).map_err(|e| e.to_string())?;
        let direction = match parts.next() {
            Some("entry") => Ways::Entry,
            Some("exit") => Ways::Exit,
            Some("both") => Ways::Both,
            other => return Err(format!("{text:?}: direction {other:?}, expected entry, exit or both, as in-1:entry")),
        };
        let zone = ZoneId::new(parts.next().unwrap_or("gate")).map_err(|e| e.to_string())?;
        if parts.next().is_some() {
            return Err(format!("{text:?}: expected LANE:DIRECTION or LANE:DIRECTION:ZONE"));
        }
        Ok(Self { lane, direction, zone })
    }
}

/// Why an edge was not added or enrolled.
#[derive(Debug, Error)]
pub enum EnrolmentError {
    /// Another edge has the lane.
    #[error("lane {lane} belongs to edge {owner}; a lane has one edge")]
    LaneTaken {
        /// Which.
        lane: LaneId,
        /// Whose it is.
        owner: String,
    },
    /// The token is not good. Does not say why: the answer goes to a stranger.
    #[error(
        "the token is unknown, used, for another edge, or older than 24 hours; make a new one with `central-server edge add`"
    )]
    Token,
    /// The event key is none.
    #[error("event_key {0:?} is not an Ed25519 public key of 64 hexadecimal digits")]
    Key(String),
    /// The certificate request is not good.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such edge.
    #[error("edge {0} is not known; see `central-server edge list`")]
    Unknown(EdgeId),
}

/// Adds an edge with its lanes, or gives a known one a new token (to enrol again). Returns the token;
/// it is nowhere else.
///
/// # Errors
/// [`EnrolmentError`]; nothing is changed then.
pub async fn add(
    store: &Store,
    clock: &Clock,
    officer: OfficerRef,
    edge: &EdgeId,
    lanes: &[NewLane],
    hosts: &[String],
) -> Result<String, EnrolmentError> {
    let token = hex::encode(rand::random::<[u8; 24]>());
    let now = clock.now();
    let mut tx = store.begin().await?;
    tx.run(sql!(
        "INSERT INTO edges (edge, hosts, added_at, token_hash, token_until) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (edge) DO UPDATE SET hosts = excluded.hosts, token_hash = excluded.token_hash, \
         token_until = excluded.token_until, disabled_at = NULL",
        edge,
        serde_json::json!(hosts).to_string(),
        now,
        hash(&token),
        now.plus(TOKEN_LIFE)
    ))
    .await?;
    for lane in lanes {
        add_lane(&mut tx, edge, lane).await?;
    }
    let named: Vec<&str> = lanes.iter().map(|l| l.lane.as_str()).collect();
    let act = Act {
        officer,
        act: "edge_add".to_owned(),
        lane: None,
        passage: None,
        reason: String::new(),
        detail: serde_json::json!({"edge": edge, "lanes": named, "hosts": hosts}),
        command: None,
    };
    act.record(&mut tx, clock).await?;
    tx.commit().await?;
    Ok(token)
}

async fn add_lane(tx: &mut Tx, edge: &EdgeId, new: &NewLane) -> Result<(), EnrolmentError> {
    let changed = tx
        .run(sql!(
            "INSERT INTO lanes (lane, edge, direction, zone, command_seq) VALUES ($1, $2, $3, $4, 0) \
             ON CONFLICT (lane) DO UPDATE SET direction = excluded.direction, zone = excluded.zone \
             WHERE lanes.edge = excluded.edge",
            &new.lane,
            edge,
            word(&new.direction),
            &new.zone
        ))
        .await?;
    if changed == 0 {
        let owner = tx.row(sql!("SELECT edge FROM lanes WHERE lane = $1", &new.lane)).await?;
        let owner = owner.map_or(Ok(String::new()), |row| row.text("edge"))?;
        return Err(EnrolmentError::LaneTaken { lane: new.lane.clone(), owner });
    }
    Ok(())
}

/// Enrols an edge: its token is used up, its keys are known from now on.
///
/// # Errors
/// [`EnrolmentError`]; the token stays good then.
pub async fn enrol(
    store: &Store,
    clock: &Clock,
    config: &Config,
    keys: &Keys,
    request: &EnrolRequest,
) -> Result<EnrolReply, EnrolmentError> {
    let (edge, now) = (&request.edge, clock.now());
    let event_key = public_key(&request.event_key)?;
    let mut tx = store.begin().await?;
    // Taken in one statement: of two that come with the same token, one gets it.
    let taken = tx
        .row(sql!(
            "UPDATE edges SET token_hash = NULL, token_until = NULL, enrolled_at = $1 \
             WHERE edge = $2 AND token_hash = $3 AND token_until > $1 AND disabled_at IS NULL RETURNING hosts",
            now,
            edge,
            hash(&request.token)
        ))
        .await?;
    let hosts: Vec<String> = taken.ok_or(EnrolmentError::Token)?.json("hosts")?;
    let certificate = keys.sign_edge(edge.as_str(), &hosts, &request.tls_request_pem)?;
    // A machine that enrols anew has new keys; the old ones speak for nobody from now on.
    tx.run(sql!("UPDATE edge_keys SET until = $1 WHERE edge = $2 AND until IS NULL", now, edge)).await?;
    tx.run(sql!(
        "INSERT INTO edge_keys (keyid, edge, public_key, since) VALUES ($1, $2, $3, $4)",
        key_id(&event_key),
        edge,
        event_key.as_bytes(),
        now
    ))
    .await?;
    let mut lanes = Vec::new();
    for row in tx.rows(sql!("SELECT lane, direction FROM lanes WHERE edge = $1 ORDER BY lane", edge)).await? {
        if let Ok(lane) = LaneId::new(row.text("lane")?) {
            lanes.push(EnrolledLane { lane, direction: row.word("direction")? });
        }
    }
    tx.commit().await?;
    tracing::info!(%edge, key = key_id(&event_key), lanes = lanes.len(), "edge enrolled");
    Ok(EnrolReply {
        site: config.site.clone(),
        edge: edge.clone(),
        lanes,
        tls_certificate_pem: certificate,
        authority_pem: keys.authority_pem.clone(),
        central_key: hex::encode(keys.signing.verifying_key().as_bytes()),
        broker: config.broker.address.clone(),
    })
}

/// From now on nothing this edge says is believed.
///
/// # Errors
/// [`EnrolmentError::Unknown`], [`EnrolmentError::Store`].
pub async fn disable(
    store: &Store,
    clock: &Clock,
    officer: OfficerRef,
    edge: &EdgeId,
    reason: &str,
) -> Result<(), EnrolmentError> {
    let mut tx = store.begin().await?;
    let changed = tx
        .run(sql!(
            "UPDATE edges SET disabled_at = $1, token_hash = NULL, token_until = NULL WHERE edge = $2 AND disabled_at IS NULL",
            clock.now(),
            edge
        ))
        .await?;
    if changed == 0 {
        return Err(EnrolmentError::Unknown(edge.clone()));
    }
    let act = Act {
        officer,
        act: "edge_disable".to_owned(),
        lane: None,
        passage: None,
        reason: reason.to_owned(),
        detail: serde_json::json!({"edge": edge}),
        command: None,
    };
    act.record(&mut tx, clock).await?;
    tx.commit().await?;
    Ok(())
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn public_key(text: &str) -> Result<VerifyingKey, EnrolmentError> {
    let bad = || EnrolmentError::Key(text.to_owned());
    let bytes: [u8; 32] = hex::decode(text).ok().and_then(|b| b.try_into().ok()).ok_or_else(bad)?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| bad())?;
    if key.is_weak() { Err(bad()) } else { Ok(key) }
}
