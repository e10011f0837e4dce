//! What a lane showed central of a plate that it was not sure enough of to tell as read: a hint for
//! the officer who reads by eye, never a reading.

use gate_core::ids::PassageId;
use gate_core::message::exchange::Seen;
use gate_core::reading::PlateReading;
use gate_core::vehicle::Role;

use crate::app::App;
use crate::sql;
use crate::store::StoreError;

/// The tractor's plate of the newest question about the passage.
pub(super) async fn of(app: &App, id: PassageId) -> Result<Option<PlateReading>, StoreError> {
    let asked =
        sql!("SELECT seen FROM decisions WHERE passage = $1 ORDER BY answered_at DESC, request DESC LIMIT 1", id);
    let Some(row) = app.store.row(asked).await? else { return Ok(None) };
    // A hint is not worth a page that fails.
    let Ok(seen) = row.json::<Seen>("seen") else { return Ok(None) };
    Ok(seen.plates.into_iter().find(|plate| plate.role == Role::Tractor && !plate.text.is_empty()))
}
