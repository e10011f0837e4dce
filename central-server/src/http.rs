//! The HTTP face: all routers under one roof, health and metrics, and the limits that hold for all.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use crate::app::App;
use crate::sql;
use crate::{agency, console, edge, officer};

/// Largest body of a request, in bytes, where a route does not say otherwise.
const MAX_BODY: usize = 1 << 20;
/// `/readyz` gives the database so long.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// All of central's routes.
pub fn router(app: App, metrics: PrometheusHandle) -> Router {
    let house = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready).with_state(app.clone()))
        .route("/metrics", get(move || async move { metrics.render() }));
    let fixed = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    house
        .merge(edge::router(app.clone()))
        .merge(officer::router(app.clone()))
        .merge(agency::router(app.clone()))
        .merge(console::router(app))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed(header::CACHE_CONTROL, "no-store"))
        .layer(TraceLayer::new_for_http().make_span_with(span))
}

/// A request in the log: without its query, which may hold a plate.
fn span(request: &Request) -> tracing::Span {
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
}

/// What `/readyz` says.
#[derive(Serialize)]
struct Readiness {
    database: bool,
    broker: bool,
}

async fn ready(State(app): State<App>) -> Response {
    let asked = tokio::time::timeout(READY_WITHIN, app.store.row(sql!("SELECT version FROM lists"))).await;
    let said = Readiness { database: matches!(asked, Ok(Ok(Some(_)))), broker: app.post.connected() };
    let status = if said.database && said.broker { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(said)).into_response()
}

/// An error as every route of central answers it: `{"type","message"}`; the message names the value
/// and the remedy, never a secret.
#[derive(Debug)]
pub struct Fault {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl Fault {
    /// An answer with this status; `kind` is a stable word for programs.
    #[must_use]
    pub fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into() }
    }

    /// Something of ours failed: the caller learns that it did, the log learns what.
    #[must_use]
    pub fn ours(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request failed");
        metrics::counter!("central_http_faults_total").increment(1);
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "central could not do this now; try again")
    }
}

impl From<crate::store::StoreError> for Fault {
    fn from(error: crate::store::StoreError) -> Self {
        Self::ours(&error)
    }
}

/// A JSON body; whatever is wrong with it is a [`Fault`] of type `body`.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(refused) => Err(Fault::new(refused.status(), "body", refused.body_text())),
        }
    }
}

/// The query of an address; whatever is wrong with it is a [`Fault`] of type `query`.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(refused) => Err(Fault::new(refused.status(), "query", refused.body_text())),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (self.status, Json(serde_json::json!({"type": self.kind, "message": self.message}))).into_response()
    }
}
