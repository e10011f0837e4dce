//! Expected vehicles and confirmations by hand: the rows of `central-server import`, as JSON. All or
//! nothing, every wrong row named.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use bytes::Bytes;
use serde::Deserialize;

use crate::app::App;
use crate::declaration::import::{Import, take};
use crate::declaration::{Format, ImportError, Imported, Kind};
use crate::http::{Asked, Fault};
use crate::officer::SignedIn;

/// `?dry_run=1` only checks.
#[derive(Deserialize)]
pub(super) struct How {
    dry_run: Option<u8>,
}

pub(super) async fn expected(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Asked(how): Asked<How>,
    body: Bytes,
) -> Result<Json<Imported>, Fault> {
    list(&app, &who, Kind::Expected, &how, &body).await
}

pub(super) async fn confirmations(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Asked(how): Asked<How>,
    body: Bytes,
) -> Result<Json<Imported>, Fault> {
    list(&app, &who, Kind::Confirmations, &how, &body).await
}

async fn list(app: &App, who: &SignedIn, kind: Kind, how: &How, bytes: &[u8]) -> Result<Json<Imported>, Fault> {
    let source = format!("console:{}", who.name);
    let dry_run = how.dry_run.is_some_and(|n| n != 0);
    let import = Import { kind, format: Format::Json, bytes, source: &source, dry_run };
    match take(&app.store, &app.clock, who.officer(), import).await {
        Ok(imported) => Ok(Json(imported)),
        Err(error @ (ImportError::Lines(_) | ImportError::TooLarge { .. })) => {
            Err(Fault::new(StatusCode::BAD_REQUEST, "lines", error.to_string()))
        }
        Err(error @ ImportError::Store(_)) => Err(Fault::ours(&error)),
    }
}
