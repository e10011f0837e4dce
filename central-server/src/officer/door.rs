//! Sign-in, first sign-in, sign-out, who am I, and "a person is here".

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router, middleware};
use serde::{Deserialize, Serialize};

use super::guard::{COOKIE, guard, token};
use super::session::{LIFE, SignedIn};
use super::sign_in::{self, Begun, From, SignInError};
use crate::app::App;
use crate::http::{Body, Fault};

/// The routes of this part.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/console/api/sign-in", post(sign_in))
        .route("/console/api/first-sign-in", post(first_sign_in))
        .route("/console/api/sign-out", post(sign_out))
        .route("/console/api/me", get(me))
        .route("/console/api/active", post(|| async { StatusCode::NO_CONTENT }))
        .route_layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    name: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstSignIn {
    name: String,
    invite: String,
    password: String,
}

async fn sign_in(
    State(app): State<App>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Body(body): Body<SignIn>,
) -> Result<Response, Fault> {
    let address = address.ip().to_string();
    let from = From { address: &address, before: token(&headers) };
    let begun = sign_in::sign_in(&app.store, &app.clock, &body.name, body.password, from).await;
    begun.map(|begun| welcome(&begun)).map_err(fault)
}

async fn first_sign_in(
    State(app): State<App>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Body(body): Body<FirstSignIn>,
) -> Result<Response, Fault> {
    let address = address.ip().to_string();
    let from = From { address: &address, before: token(&headers) };
    let begun = sign_in::first_sign_in(&app.store, &app.clock, &body.name, &body.invite, body.password, from).await;
    begun.map(|begun| welcome(&begun)).map_err(fault)
}

async fn sign_out(State(app): State<App>, Extension(signed_in): Extension<SignedIn>) -> Result<Response, Fault> {
    sign_in::sign_out(&app.store, &app.clock, &signed_in).await?;
    Ok(with_cookie("", 0, StatusCode::NO_CONTENT.into_response()))
}

/// What `/me` says.
#[derive(Serialize)]
struct Me {
    #[serde(flatten)]
    signed_in: SignedIn,
    site: String,
    server_time: i64,
    idle_after_s: u64,
    idle_in_s: u64,
    ends_at: i64,
}

async fn me(State(app): State<App>, Extension(signed_in): Extension<SignedIn>) -> Json<Me> {
    let now = app.clock.now();
    Json(Me {
        site: app.config.site.to_string(),
        server_time: now.0,
        idle_after_s: super::session::idle_limit(signed_in.role).as_secs(),
        idle_in_s: signed_in.locks_at().since(now).as_secs(),
        ends_at: signed_in.until.0,
        signed_in,
    })
}

fn welcome(begun: &Begun) -> Response {
    let said = Json(serde_json::json!({"name": begun.name, "full_name": begun.full_name, "role": begun.role}));
    with_cookie(&begun.token, LIFE.as_secs(), said.into_response())
}

fn with_cookie(token: &str, life_s: u64, mut response: Response) -> Response {
    let cookie = format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={life_s}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

fn fault(error: SignInError) -> Fault {
    use super::password::PasswordError::{Busy, Hash, Length, Weak};
    match error {
        SignInError::Refused => Fault::new(StatusCode::UNAUTHORIZED, "sign_in", error.to_string()),
        SignInError::Invite => Fault::new(StatusCode::UNAUTHORIZED, "invite", error.to_string()),
        SignInError::Password(Busy) => Fault::new(StatusCode::SERVICE_UNAVAILABLE, "busy", error.to_string()),
        SignInError::Password(Length(_) | Weak(_)) => {
            Fault::new(StatusCode::BAD_REQUEST, "password", error.to_string())
        }
        SignInError::Password(Hash(_)) | SignInError::Store(_) => Fault::ours(&error),
    }
}
