//! The page itself: files that are part of this program, under a policy that runs nothing else.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::http::Fault;
use crate::officer::guard::host;

/// What `npm run build` made of `console/src`. Empty in a fresh clone.
#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Files;

/// Nothing inline, nothing from elsewhere, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    connect-src 'self'; font-src 'self'; media-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";
const TWO_YEARS: &str = "max-age=63072000";

/// Said where the page was not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><title>Cửa khẩu</title>\
    <h1>Trang điều hành chưa được đóng gói</h1>\
    <p>This central-server was built without its page. Build the page, then the server:</p>\
    <pre>cd central-server/console &amp;&amp; npm ci &amp;&amp; npm run build\ncargo build -p central-server</pre>\
    <p>The interfaces for edges and agencies work without it.</p></html>";

/// The page's routes.
pub(super) fn router() -> Router {
    Router::new()
        .route("/", get(|uri: Uri, headers: HeaderMap| async move { answer("index.html", &uri, &headers) }))
        .route(
            "/{*path}",
            get(|Path(path): Path<String>, uri: Uri, headers: HeaderMap| async move { answer(&path, &uri, &headers) }),
        )
}

fn answer(path: &str, uri: &Uri, asked: &HeaderMap) -> Response {
    let response = match Files::get(path) {
        Some(found) => file(path, found, asked),
        None if path == "index.html" => {
            let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::SERVICE_UNAVAILABLE, html, NOT_BUILT).into_response()
        }
        None => return Fault::new(StatusCode::NOT_FOUND, "route", format!("/{path}: no such page")).into_response(),
    };
    with_policy(response, is_local(host(asked, uri)))
}

fn file(path: &str, found: EmbeddedFile, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex::encode(&found.metadata.sha256_hash()[..16]));
    // Built files below assets/ carry their hash in their name.
    let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::CACHE_CONTROL, keep.to_owned()), (header::ETAG, tag)])
            .into_response();
    }
    let headers =
        [(header::CONTENT_TYPE, kind(path).to_owned()), (header::CACHE_CONTROL, keep.to_owned()), (header::ETAG, tag)];
    (headers, found.data.into_owned()).into_response()
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "webmanifest") => "application/json",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("mp3") => "audio/mpeg",
        Some("wav") => "audio/wav",
        _ => "application/octet-stream",
    }
}

fn with_policy(mut response: Response, local: bool) -> Response {
    let mut set = |name: &'static str, value: &'static str| {
        response.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
    };
    set("content-security-policy", POLICY);
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()");
    if !local {
        set("strict-transport-security", TWO_YEARS);
    }
    response
}

/// A developer's own machine: HTTPS demanded of `localhost` would reach every other server there.
fn is_local(host: Option<&str>) -> bool {
    let host = host.unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.ends_with(".localhost")
}
