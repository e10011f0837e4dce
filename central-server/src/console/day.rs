//! A day of each lane, for those who work them: shares of the open time, every MANUAL with what was said near it, and
//! what the lane asked of officers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::day::{self, Day, LaneDay};
use crate::http::{Asked, Fault};
use crate::officer::SignedIn;
use crate::officer::roles::may_see_alarm;

/// Which day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// As `2026-11-27`, in the gate's zone; today where none is given.
    day: Option<String>,
}

/// What `/day` says.
#[derive(Debug, Serialize)]
pub(super) struct DayView {
    day: String,
    previous: Option<String>,
    /// None after today.
    next: Option<String>,
    from: i64,
    until: i64,
    lanes: Vec<LaneDay>,
}

pub(super) async fn day(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Asked(which): Asked<Which>,
) -> Result<Json<DayView>, Fault> {
    let now = app.clock.now();
    let day = Day::read(which.day.as_deref(), now).map_err(|why| Fault::new(StatusCode::BAD_REQUEST, "day", why))?;
    let lanes = day::lanes(&app.store, &day, |kind| may_see_alarm(who.role, kind)).await?;
    let (previous, next) = (day.day.yesterday(), day.day.tomorrow());
    Ok(Json(DayView {
        day: day.day.to_string(),
        previous: previous.ok().map(|day| day.to_string()),
        next: next.ok().filter(|_| day.end <= now).map(|day| day.to_string()),
        from: day.from.0,
        until: day.until.0,
        lanes,
    }))
}
