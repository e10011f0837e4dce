//! Stands before every route of the console's API: the table of roles, the session, and for each POST
//! the proof that our own page sent it.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::roles::{Who, who};
use super::session::{self, SignedIn};
use crate::app::App;
use crate::http::Fault;
use crate::store::StoreError;

/// The session's cookie. `__Host-`: this host alone, HTTPS alone, the whole path.
pub const COOKIE: &str = "__Host-gate";
/// No form of another site can send this header.
pub const HEADER: &str = "gate-console";

/// STOP waits so long for the database to say who it is.
const STOP_WAITS: Duration = Duration::from_millis(300);
/// Everything else.
const OTHERS_WAIT: Duration = Duration::from_secs(5);

/// Lets a request through, with [`SignedIn`] among its extensions where somebody is signed in.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(&app, &parts).await {
        Ok(signed_in) => {
            if let Some(signed_in) = signed_in {
                parts.extensions.insert(signed_in);
            }
            next.run(Request::from_parts(parts, body)).await
        }
        Err(fault) => {
            metrics::counter!("central_console_refused_total").increment(1);
            fault.into_response()
        }
    }
}

async fn admit(app: &App, request: &Parts) -> Result<Option<SignedIn>, Fault> {
    let path = request.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let who = who(&request.method, path).ok_or_else(|| {
        Fault::new(StatusCode::NOT_FOUND, "route", format!("{} {path}: no such route", request.method))
    })?;
    let is_post = request.method == Method::POST;
    if is_post {
        own_page(&request.headers, &request.uri)?;
    }
    let (roles, even_locked) = match who {
        Who::Anyone => return Ok(None),
        Who::Roles(roles) => (roles, false),
        Who::EvenLocked(roles) => (roles, true),
    };
    let now = app.clock.now();
    let none = || Fault::new(StatusCode::UNAUTHORIZED, "session", "not signed in, or the session has ended; sign in");
    let token = token(&request.headers).ok_or_else(none)?;
    let mut signed_in = session_of(app, token, even_locked).await?.ok_or_else(none)?;
    if signed_in.is_locked(now) && !even_locked {
        return Err(Fault::new(StatusCode::UNAUTHORIZED, "locked", "locked after a rest; sign in again (STOP works)"));
    }
    if !roles.contains(&signed_in.role) {
        let role = crate::store::word(&signed_in.role);
        tracing::warn!(officer = signed_in.name, role, path, "a route was refused for the role");
        return Err(Fault::new(StatusCode::FORBIDDEN, "role", format!("not for the role {role}")));
    }
    if is_post && !signed_in.is_locked(now) {
        signed_in.seen_at = now;
        touch(app, &signed_in, even_locked).await?;
    }
    Ok(Some(signed_in))
}

/// The session by the database; for STOP, where that is away, as it was found last.
async fn session_of(app: &App, token: &str, stop: bool) -> Result<Option<SignedIn>, StoreError> {
    let now = app.clock.now();
    let hash = session::token_hash(token);
    let asked = session::by_hash(&app.store, hash, now);
    let found = match tokio::time::timeout(if stop { STOP_WAITS } else { OTHERS_WAIT }, asked).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) | Err(_) if stop => return Ok(app.recent.of(&hash, now)),
        Ok(Err(error)) => return Err(error),
        Err(_) => return Err(StoreError::Odd { column: "sessions".to_owned(), found: "no answer in time".to_owned() }),
    };
    match &found {
        Some(session) => app.recent.keep(session),
        None => app.recent.forget(&hash),
    }
    Ok(found)
}

/// Writes down that a person did something. STOP does not wait for it.
async fn touch(app: &App, signed_in: &SignedIn, stop: bool) -> Result<(), StoreError> {
    let (store, hash, at) = (app.store.clone(), signed_in.token_hash, signed_in.seen_at);
    if !stop {
        return session::touch(&store, hash, at).await;
    }
    tokio::spawn(async move {
        if let Err(error) = session::touch(&store, hash, at).await {
            tracing::warn!(%error, "a session's last doing was not written down");
        }
    });
    Ok(())
}

/// The session's token among the cookies.
#[must_use]
pub fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// A state is changed by our own page alone.
fn own_page(headers: &HeaderMap, uri: &Uri) -> Result<(), Fault> {
    let refuse = |what: &str| {
        Fault::new(StatusCode::FORBIDDEN, "origin", format!("{what}; only central's own page may do this"))
    };
    if headers.get(HEADER).is_none_or(|value| value != "1") {
        return Err(refuse("header Gate-Console: 1 is missing"));
    }
    same_site(headers).map_err(refuse)?;
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        if host.is_none() || host != self::host(headers, uri) {
            return Err(refuse("the request comes from another origin"));
        }
    }
    Ok(())
}

/// What the browser says of who asks; a client that says nothing is no browser.
///
/// # Errors
/// Why it is refused.
pub fn same_site(headers: &HeaderMap) -> Result<(), &'static str> {
    match headers.get("sec-fetch-site").map(axum::http::HeaderValue::as_bytes) {
        None | Some(b"same-origin") => Ok(()),
        Some(_) => Err("the browser says that another site asks"),
    }
}

/// The host that was asked, as the client wrote it.
#[must_use]
pub fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    uri.authority()
        .map(axum::http::uri::Authority::as_str)
        .or_else(|| headers.get(header::HOST).and_then(|host| host.to_str().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse::<axum::http::HeaderName>().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn posts_of_other_pages_are_refused() {
        let uri = Uri::from_static("/console/api/sign-out");
        let ours = ("gate-console", "1");
        let host = ("host", "gate.example:8443");
        let good = |pairs: &[(&str, &str)]| own_page(&headers(pairs), &uri).is_ok();
        assert!(good(&[ours, host, ("origin", "https://gate.example:8443"), ("sec-fetch-site", "same-origin")]));
        assert!(good(&[ours, host]), "a client that is no browser");
        assert!(!good(&[host, ("origin", "https://gate.example:8443")]), "without the header");
        for origin in ["https://evil.example", "https://gate.example", "null", "https://gate.example:8443.evil.example"]
        {
            assert!(!good(&[ours, host, ("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site", "none"] {
            assert!(!good(&[ours, host, ("sec-fetch-site", site)]), "{site}");
        }
    }

    #[test]
    fn the_token_is_found_among_cookies() {
        let found = |cookie: &str| token(&headers(&[("cookie", cookie)])).map(str::to_owned);
        assert_eq!(found("a=1; __Host-gate=ff00; b=2").as_deref(), Some("ff00"));
        assert_eq!(found("gate=ff00; x__Host-gate=1"), None);
    }
}
