//! The description of the interface, made from the code. Its committed copy is
//! `central-server/openapi.json`; a test holds the two together.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi, ToSchema};

use super::{picture, routes};

/// The filters of lists, for the description; read by [`super::filter`].
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are the description")]
pub(super) struct Filters {
    /// Began then or later: RFC 3339, or microseconds since 1970.
    from: Option<String>,
    /// Began before: RFC 3339, or microseconds since 1970.
    to: Option<String>,
    /// A plate of vehicle or trailer, with or without separators; a Chinese plate without its province
    /// finds every province.
    plate: Option<String>,
    /// The lane's name, as `in-1`.
    lane: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// At most so many, 1 to 100; 20 where nothing is said.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
}

/// What every question says of itself.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "its fields are the description")]
pub(super) struct Said {
    /// What it is for, 3 to 200 characters of UTF-8; stands in the record of accesses.
    #[param(rename = "Gate-Purpose", min_length = 3, max_length = 200)]
    purpose: String,
    /// The agency's case, 1 to 64 characters; stands in the record of accesses.
    #[param(rename = "Gate-Case", min_length = 1, max_length = 64)]
    case: String,
}

/// An error.
#[derive(ToSchema)]
#[expect(dead_code, reason = "its fields are the description")]
pub(super) struct Error {
    /// A stable word: `key`, `header`, `filter`, `not_found`, `too_many`, `unavailable`.
    r#type: String,
    /// For people: the value that was wrong, and the remedy.
    message: String,
}

/// How a question is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "its variants are the description")]
pub(super) enum Refusals {
    /// A filter or header is missing or not good.
    #[response(status = 400)]
    Bad(#[to_schema] Error),
    /// The key is missing, unknown, expired or revoked.
    #[response(status = 401)]
    Key(#[to_schema] Error),
    /// Not known, or not for agencies.
    #[response(status = 404)]
    NotFound(#[to_schema] Error),
    /// Too many questions; `Retry-After` says when to ask again.
    #[response(status = 429)]
    TooMany(#[to_schema] Error),
    /// Central cannot answer, or not record the access, now.
    #[response(status = 503)]
    Unavailable(#[to_schema] Error),
}

struct Key;

impl Modify for Key {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("gate-agency-...").build();
        api.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Border gate: agencies",
        version = "1",
        description = "What other authorities may ask of the gate. Each access is recorded with its purpose and case \
            before the answer goes out; the answer's header `Gate-Access` is its id in the record. Each passage carries \
            its leaf, proof and signed checkpoint: `record` saved to a file is checked by `central-server audit \
            verify-record FILE --key CENTRAL.pub`, without central."
    ),
    paths(routes::passages, routes::passage, routes::crossings, picture::evidence),
    modifiers(&Key)
)]
struct Api;

/// The description, OpenAPI 3.1.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let mut api = Api::openapi();
    // Who wrote the program stands elsewhere.
    api.info.contact = None;
    api
}
