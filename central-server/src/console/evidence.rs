//! Pictures for the page: to our own page alone, kept by that browser alone.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gate_core::ids::Sha256Hex;

use crate::app::App;
use crate::evidence::EvidenceError;
use crate::http::Fault;
use crate::officer::guard::same_site;

pub(super) async fn picture(
    State(app): State<App>,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    same_site(&headers).map_err(|why| Fault::new(StatusCode::FORBIDDEN, "origin", why))?;
    let name = Sha256Hex(sha256);
    answer(app.evidence.get(&name).await.map_err(refused)?)
}

/// A picture that could not be given.
pub(super) fn refused(error: EvidenceError) -> Fault {
    match error {
        EvidenceError::Name(_) => Fault::new(StatusCode::NOT_FOUND, "picture", error.to_string()),
        error => Fault::ours(&error),
    }
}

/// The picture; one that is not here may be on its way.
pub(super) fn answer(picture: Option<Bytes>) -> Result<Response, Fault> {
    let Some(bytes) = picture else {
        let text = "the picture is not here; it may still be on its way from the lane";
        return Err(Fault::new(StatusCode::NOT_FOUND, "picture", text));
    };
    let jpeg = bytes.starts_with(&[0xff, 0xd8, 0xff]);
    let kind = if jpeg { "image/jpeg" } else { "application/octet-stream" };
    let headers = [
        (header::CONTENT_TYPE, kind),
        // A picture never changes under its name.
        (header::CACHE_CONTROL, "private, max-age=86400, immutable"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, bytes).into_response())
}
