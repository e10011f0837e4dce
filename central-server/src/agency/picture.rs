//! Pictures for agencies: those that a passage's readings name, and no others.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use gate_core::ids::Sha256Hex;
use serde_json::json;

use super::Counter;
use super::caller::Caller;
use super::openapi;
use super::refusal::Refusal;
use crate::evidence::EvidenceError;
use crate::sql;

/// One picture.
#[utoipa::path(get, path = "/api/v1/evidence/{sha256}", tag = "evidence",
    params(("sha256" = String, Path, description = "SHA-256 of the picture's bytes, as in `evidence`"), openapi::Said),
    responses((status = 200, description = "The picture, JPEG", body = Vec<u8>, content_type = "image/jpeg"),
        openapi::Refusals),
    security(("key" = [])))]
pub(super) async fn evidence(State(counter): State<Counter>, caller: Caller, Path(sha256): Path<String>) -> Response {
    let found = find(&counter, sha256).await;
    let results = usize::from(found.is_ok());
    caller.let_out(&counter, &json!({}), results, found).await
}

async fn find(counter: &Counter, sha256: String) -> Result<Response, Refusal> {
    let not_found = || Refusal::NotFound { what: "picture", name: sha256.chars().take(64).collect() };
    let named = sql!("SELECT passage FROM passage_vehicles WHERE frame = $1 OR crop = $1 LIMIT 1", &sha256);
    // A zero byte is no digit; PostgreSQL would refuse it as a text.
    let plain = sha256.bytes().all(|b| b.is_ascii_hexdigit());
    if !plain || counter.app.store.row(named).await?.is_none() {
        return Err(not_found());
    }
    let bytes = match counter.app.evidence.get(&Sha256Hex(sha256.clone())).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) | Err(EvidenceError::Name(_)) => return Err(not_found()),
        Err(other) => return Err(other.into()),
    };
    let jpeg = HeaderValue::from_static("image/jpeg");
    Ok(([(header::CONTENT_TYPE, jpeg)], bytes).into_response())
}
