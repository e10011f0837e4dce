//! Why an agency does not get what it asked for.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use thiserror::Error;

use crate::http::Fault;
use crate::store::StoreError;

/// A question that is not answered. The message names the value and the remedy.
#[derive(Debug, Error)]
pub enum Refusal {
    /// No key, or not a good one. Does not say which: the answer goes to a stranger.
    #[error(
        "the bearer key is missing, unknown, expired or revoked; send `Authorization: Bearer KEY`, and ask the gate's administrator for a key"
    )]
    Key,
    /// Purpose or case is missing or out of bounds.
    #[error("header {name} {found}; every question says {what}, in {least} to {most} characters")]
    Header {
        /// Which header.
        name: &'static str,
        /// What was found.
        found: String,
        /// What it says.
        what: &'static str,
        /// Fewest characters.
        least: usize,
        /// Most characters.
        most: usize,
    },
    /// A filter is not good.
    #[error("{0}")]
    Filter(String),
    /// Not known, or not for agencies.
    #[error("{what} {name:?} is not known here")]
    NotFound {
        /// What sort of thing.
        what: &'static str,
        /// Its name as it was asked for.
        name: String,
    },
    /// Too many questions.
    #[error("more than {per_minute} questions a minute; ask again in {after_s} s")]
    TooMany {
        /// The limit.
        per_minute: u32,
        /// When a question is taken again.
        after_s: u64,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The picture store failed.
    #[error("the picture cannot be read: {0}")]
    Picture(#[from] crate::evidence::EvidenceError),
    /// The record is damaged.
    #[error(transparent)]
    Record(crate::audit::ProofError),
}

impl Refusal {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Key => StatusCode::UNAUTHORIZED,
            Self::Header { .. } | Self::Filter(_) => StatusCode::BAD_REQUEST,
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Store(_) | Self::Picture(_) | Self::Record(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Header { .. } => "header",
            Self::Filter(_) => "filter",
            Self::NotFound { .. } => "not_found",
            Self::TooMany { .. } => "too_many",
            Self::Store(_) | Self::Picture(_) | Self::Record(_) => "unavailable",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        metrics::counter!("central_agency_refusals_total", "why" => self.kind()).increment(1);
        let extra = match &self {
            Self::Key => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Self::TooMany { after_s, .. } => Some((header::RETRY_AFTER, HeaderValue::from(*after_s))),
            _ => None,
        };
        let fault = match &self {
            Self::Store(_) | Self::Picture(_) | Self::Record(_) => Fault::ours(&self),
            _ => Fault::new(self.status(), self.kind(), self.to_string()),
        };
        let mut response = fault.into_response();
        response.headers_mut().extend(extra);
        response
    }
}
