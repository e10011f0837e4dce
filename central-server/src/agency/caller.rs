//! Who asks, for which purpose and in which case. Checked before anything is looked up.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::access::Access;
use super::refusal::Refusal;
use super::{Counter, keys};
use crate::http::Fault;

/// Header that says for what an agency asks.
pub const PURPOSE: &str = "gate-purpose";
/// Header that names the agency's case.
pub const CASE: &str = "gate-case";
/// Header of an answer: the id of the access in the record.
pub const ACCESS: &str = "gate-access";

/// An agency that may ask now.
pub(super) struct Caller {
    agency: String,
    purpose: String,
    case: String,
    method: String,
    path: String,
}

impl FromRequestParts<Counter> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, counter: &Counter) -> Result<Self, Refusal> {
        let key = bearer(&parts.headers).ok_or(Refusal::Key)?;
        let now = counter.app.clock.now();
        let agency = keys::whose(&counter.app.store, now, key).await?.ok_or(Refusal::Key)?;
        counter.limits.take(&agency, now)?;
        let purpose = said(&parts.headers, PURPOSE, "what it is for", 3, 200)?;
        let case = said(&parts.headers, CASE, "the case it belongs to", 1, 64)?;
        Ok(Self { agency, purpose, case, method: parts.method.to_string(), path: parts.uri.path().to_owned() })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// A header's text: UTF-8, no control characters, within bounds.
fn said(
    headers: &HeaderMap,
    name: &'static str,
    what: &'static str,
    least: usize,
    most: usize,
) -> Result<String, Refusal> {
    let shown = if name == PURPOSE { "Gate-Purpose" } else { "Gate-Case" };
    let refuse = |found: String| Refusal::Header { name: shown, found, what, least, most };
    let value = headers.get(name).ok_or_else(|| refuse("is missing".to_owned()))?;
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| refuse("is not UTF-8".to_owned()))?.trim();
    let length = text.chars().count();
    if !(least..=most).contains(&length) {
        return Err(refuse(format!("has {length} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(refuse("holds control characters".to_owned()));
    }
    Ok(text.to_owned())
}

impl Caller {
    /// Records the access, then lets the answer out, with the access's id in `Gate-Access`. An access
    /// that cannot be recorded is not answered.
    pub(super) async fn let_out(
        self,
        counter: &Counter,
        filters: &Value,
        results: usize,
        answer: Result<Response, Refusal>,
    ) -> Response {
        let status = answer.as_ref().map_or_else(|refusal| refusal.status().as_u16(), |r| r.status().as_u16());
        let access = Access {
            agency: &self.agency,
            purpose: &self.purpose,
            case: &self.case,
            method: &self.method,
            path: &self.path,
            filters,
            status,
            results: if answer.is_ok() { results } else { 0 },
        };
        let recorded = match access.record(&counter.app.store, &counter.app.clock).await {
            Ok(id) => id,
            Err(error) => return Fault::ours(&error).into_response(),
        };
        metrics::counter!("central_agency_answers_total", "status" => status.to_string()).increment(1);
        tracing::info!(agency = %self.agency, access = %recorded, status, results, "an agency was answered");
        let mut response = answer.unwrap_or_else(IntoResponse::into_response);
        if let Ok(value) = recorded.to_string().parse() {
            response.headers_mut().insert(ACCESS, value);
        }
        response
    }
}
