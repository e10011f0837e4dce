//! Checks the whole record: every leaf against its bytes, the tree against its nodes and signed
//! checkpoints, and the rows that people are shown against the leaves that vouch for them.
//!
//! What it cannot see: that the newest leaves *and* their checkpoints are gone together. For that one
//! compares with a checkpoint that somebody else keeps.

use ed25519_dalek::VerifyingKey;
use gate_core::message::envelope::{self, TrustedKeys};
use serde::Serialize;
use uuid::Uuid;

use super::checkpoint::Checkpoint;
use super::leaf::commitment;
use super::tree::{Growing, Hash, Node, leaf_hash};
use crate::crossing;
use crate::ingest;
use crate::sql;
use crate::store::{Row, Store, StoreError};

/// Leaves read at once.
const PAGE: i64 = 500;
/// Findings named; more are counted.
const MAX_FINDINGS: usize = 50;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which row: table and key.
    pub row: String,
    /// What is wrong with it.
    pub what: String,
}

/// What was found, in the order of the record: the first finding is the first changed row.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Leaves looked at.
    pub leaves: u64,
    /// Signed checkpoints looked at.
    pub checkpoints: u64,
    /// Leaves that wait for their place.
    pub waiting: u64,
    /// What is wrong; at most 50.
    pub findings: Vec<Finding>,
    /// How many more.
    pub unnamed: u64,
}

impl Report {
    /// Nothing is wrong.
    #[must_use]
    pub fn good(&self) -> bool {
        self.findings.is_empty()
    }

    fn say(&mut self, row: String, what: impl Into<String>) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { row, what: what.into() });
        } else {
            self.unnamed += 1;
        }
    }
}

/// Verifies everything.
///
/// # Errors
/// [`StoreError`] when the database cannot be read; what is wrong with its contents is in the report.
pub async fn verify(store: &Store, central: &VerifyingKey) -> Result<Report, StoreError> {
    let mut report = Report::default();
    // Asked first: while central serves, leaves and checkpoints are added meanwhile.
    let signed = largest_checkpoint(store).await?;
    let mut tree = Growing::default();
    let mut checked_to = 0;
    loop {
        let from = tree.size();
        let page = store
            .rows(sql!(
                "SELECT id, idx, kind, subject, salt, body, commitment FROM record_leaves \
                 WHERE idx >= $1 ORDER BY idx LIMIT $2",
                from,
                PAGE
            ))
            .await?;
        if page.is_empty() {
            break;
        }
        let mut made = Vec::new();
        let mut roots = vec![(from, tree.root())];
        for row in &page {
            check_place(row, tree.size(), &mut report)?;
            check_leaf(store, row, &mut report).await?;
            made.extend(tree.add(leaf_hash(&row.hash("commitment")?)));
            roots.push((tree.size(), tree.root()));
        }
        report.leaves += page.len() as u64;
        check_nodes(store, &made, &mut report).await?;
        check_checkpoints(store, central, &roots, &mut checked_to, &mut report).await?;
    }
    let waiting = store.row(sql!("SELECT COUNT(*) AS n FROM record_leaves WHERE idx IS NULL")).await?;
    report.waiting = waiting.map_or(Ok(0), |row| row.count("n"))?;
    if checked_to < tree.size() {
        report.say("checkpoints".to_owned(), format!("none covers the leaves {checked_to} to {}", tree.size() - 1));
    }
    if signed > tree.size() {
        let gone = format!("record_leaves {} to {}", tree.size(), signed - 1);
        report.say(gone, "a signed checkpoint covers them; they are gone");
    }
    rows_without_leaves(store, &mut report).await?;
    Ok(report)
}

fn name(row: &Row) -> Result<String, StoreError> {
    Ok(format!("record_leaves {} ({} {})", row.uuid("id")?, row.text("kind")?, row.uuid("subject")?))
}

fn check_place(row: &Row, expected: u64, report: &mut Report) -> Result<(), StoreError> {
    let place = row.count("idx")?;
    if place != expected {
        report.say(name(row)?, format!("has place {place}, expected {expected}: a leaf before it is missing"));
    }
    Ok(())
}

async fn check_leaf(store: &Store, row: &Row, report: &mut Report) -> Result<(), StoreError> {
    let (salt, body): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get("salt")?, row.get("body")?);
    let (Some(salt), Some(body)) = (salt, body) else {
        report.say(name(row)?, "its bytes are gone");
        return Ok(());
    };
    if commitment(&salt, &body) != row.hash("commitment")? {
        report.say(name(row)?, "its bytes were changed");
        return Ok(());
    }
    let subject = row.uuid("subject")?;
    let wrong = match row.text("kind")?.as_str() {
        "event" => ingest::differs(store, subject, &body).await?,
        "passage" => crossing::differs(store, row.uuid("id")?, subject, &body).await?,
        "act" => act_differs(store, subject, &body).await?,
        "decision" => decision_differs(store, subject, &body).await?,
        "access" => crate::agency::access::differs(store, subject, &body).await?,
        other => Some(format!("unknown kind {other:?}")),
    };
    if let Some(what) = wrong {
        report.say(name(row)?, what);
    }
    Ok(())
}

async fn act_differs(store: &Store, id: Uuid, body: &[u8]) -> Result<Option<String>, StoreError> {
    let Some(row) = store.row(sql!("SELECT * FROM acts WHERE id = $1", id)).await? else {
        return Ok(Some("its row in acts is gone".to_owned()));
    };
    let Ok(said) = serde_json::from_slice::<serde_json::Value>(body) else {
        return Ok(Some("its bytes are no JSON".to_owned()));
    };
    let detail: serde_json::Value = row.json("detail")?;
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let same = said["at"].as_i64() == Some(row.int("at")?)
        && text(&said["officer"]["name"]) == Some(row.text("officer")?)
        && text(&said["officer"]["role"]) == Some(row.text("role")?)
        && text(&said["act"]) == Some(row.text("act")?)
        && text(&said["lane"]) == row.get::<Option<String>>("lane")?
        && text(&said["passage"]) == row.maybe_uuid("passage")?.map(|u| u.to_string())
        && text(&said["reason"]) == Some(row.text("reason")?)
        && said["detail"] == detail;
    Ok((!same).then(|| format!("acts {id} says otherwise: that row was changed")))
}

async fn decision_differs(store: &Store, request: Uuid, body: &[u8]) -> Result<Option<String>, StoreError> {
    let Some(row) = store.row(sql!("SELECT * FROM decisions WHERE request = $1", request)).await? else {
        return Ok(Some("its row in decisions is gone".to_owned()));
    };
    let Some(said) = ingest::payload::<gate_core::message::exchange::DecisionReply>(body) else {
        return Ok(Some("its bytes are no decision".to_owned()));
    };
    let same = said.passage.0 == row.uuid("passage")?
        && said.lane.as_str() == row.text("lane")?
        && crate::store::word(&said.decision.verdict) == row.text("verdict")?
        && Ok(said.decision) == row.json("decision").map_err(|_| ())
        && said.grant.map(|g| g.id.0) == row.maybe_uuid("grant_id")?;
    Ok((!same).then(|| format!("decisions {request} says otherwise: that row was changed")))
}

/// The stored nodes against those that the leaves make.
async fn check_nodes(store: &Store, made: &[(Node, Hash)], report: &mut Report) -> Result<(), StoreError> {
    let top = made.iter().map(|(node, _)| node.0).max().unwrap_or(0);
    for level in 0..=top {
        let of_level: Vec<&(Node, Hash)> = made.iter().filter(|(node, _)| node.0 == level).collect();
        let (Some(first), Some(last)) = (of_level.first(), of_level.last()) else { continue };
        let stored = store
            .rows(sql!(
                "SELECT idx, hash FROM record_nodes WHERE level = $1 AND idx >= $2 AND idx <= $3 ORDER BY idx",
                level,
                first.0.1,
                last.0.1
            ))
            .await?;
        let mut stored = stored.iter();
        for ((_, index), hash) in of_level {
            let same = match stored.next() {
                Some(row) => row.count("idx")? == *index && row.hash("hash")? == *hash,
                None => false,
            };
            if !same {
                let leaf = index << level;
                report.say(
                    format!("record_nodes ({level}, {index})"),
                    format!("does not fit the leaves from {leaf}: the node or such a leaf was changed"),
                );
                break;
            }
        }
    }
    Ok(())
}

async fn check_checkpoints(
    store: &Store,
    central: &VerifyingKey,
    roots: &[(u64, Hash)],
    checked_to: &mut u64,
    report: &mut Report,
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (roots.first(), roots.last()) else { return Ok(()) };
    let stored = store
        .rows(sql!(
            "SELECT size, root, envelope FROM checkpoints WHERE size > $1 AND size <= $2 ORDER BY size",
            first.0,
            last.0
        ))
        .await?;
    let trusted = TrustedKeys::new([*central]);
    for row in stored {
        report.checkpoints += 1;
        let size = row.count("size")?;
        let wire: Vec<u8> = row.get("envelope")?;
        match envelope::open::<Checkpoint>(&wire, &trusted) {
            Err(error) => report.say(format!("checkpoints {size}"), error.to_string()),
            Ok(signed) => {
                let root = usize::try_from(size - first.0).ok().and_then(|n| roots.get(n)).map(|r| hex::encode(r.1));
                if signed.payload.size != size || Some(&signed.payload.root) != root.as_ref() {
                    report.say(
                        format!("record_leaves {} to {}", *checked_to, size - 1),
                        format!("the signed checkpoint over {size} says otherwise: one of these leaves was changed"),
                    );
                }
            }
        }
        *checked_to = size;
    }
    Ok(())
}

/// How many leaves the largest checkpoint covers: where there are fewer, the newest are gone.
async fn largest_checkpoint(store: &Store) -> Result<u64, StoreError> {
    let row = store.row(sql!("SELECT MAX(size) AS size FROM checkpoints")).await?;
    let largest: Option<i64> = row.map_or(Ok(None), |row| row.get("size"))?;
    Ok(largest.and_then(|size| u64::try_from(size).ok()).unwrap_or(0))
}

/// Rows that no leaf vouches for were not written by central.
async fn rows_without_leaves(store: &Store, report: &mut Report) -> Result<(), StoreError> {
    let queries = [
        (
            "events",
            sql!(
                "SELECT t.id AS id FROM events t LEFT JOIN record_leaves l ON l.id = t.leaf AND l.subject = t.id WHERE l.id IS NULL LIMIT 10"
            ),
        ),
        (
            "acts",
            sql!(
                "SELECT t.id AS id FROM acts t LEFT JOIN record_leaves l ON l.id = t.leaf AND l.subject = t.id WHERE l.id IS NULL LIMIT 10"
            ),
        ),
        (
            "decisions",
            sql!(
                "SELECT t.request AS id FROM decisions t LEFT JOIN record_leaves l ON l.id = t.leaf AND l.subject = t.request WHERE l.id IS NULL LIMIT 10"
            ),
        ),
        (
            "agency_accesses",
            sql!(
                "SELECT t.id AS id FROM agency_accesses t LEFT JOIN record_leaves l ON l.id = t.leaf AND l.subject = t.id WHERE l.id IS NULL LIMIT 10"
            ),
        ),
        (
            "passages",
            sql!(
                "SELECT t.id AS id FROM passages t LEFT JOIN record_leaves l ON l.id = t.leaf AND l.subject = t.id WHERE l.id IS NULL AND t.ended_at IS NOT NULL LIMIT 10"
            ),
        ),
    ];
    for (table, query) in queries {
        for row in store.rows(query).await? {
            report.say(format!("{table} {}", row.uuid("id")?), "no leaf of the record vouches for this row");
        }
    }
    Ok(())
}
