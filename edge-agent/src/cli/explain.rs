//! `edge-agent explain`.

use std::path::Path;

use anyhow::bail;
use gate_core::ids::PassageId;
use uuid::Uuid;

use super::{Language, say};
use crate::explain::story;
use crate::outbox::Outbox;

pub(super) async fn explain(data: &Path, passage: Uuid, language: Language) -> anyhow::Result<()> {
    let kept = Outbox::look_into(data.join("outbox.db"), PassageId(passage)).await?;
    if kept.is_empty() {
        bail!("passage {passage} is not in this edge's record: it was at another edge, or is older than `keep_days`");
    }
    let mut events = kept.iter().filter_map(crate::outbox::Kept::edge_event).collect::<Vec<_>>();
    events.sort_by_key(|e| (e.epoch, e.seq));
    for sentence in story(&events, language) {
        say(sentence);
    }
    Ok(())
}
