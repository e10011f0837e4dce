//! The page itself, built into the binary.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// `GET /`
pub async fn page() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], include_str!("page/panel.html"))
}

/// `GET /{file}`: scripts and style.
pub async fn file(Path(name): Path<String>) -> Response {
    let text = match name.as_str() {
        "panel.css" => include_str!("page/panel.css"),
        "panel.js" => include_str!("page/panel.js"),
        "identity.js" => include_str!("page/identity.js"),
        "desk.js" => include_str!("page/desk.js"),
        "page.js" => include_str!("page/page.js"),
        "words.js" => include_str!("page/words.js"),
        // Browsers ask for one; there is none.
        "favicon.ico" => return StatusCode::NO_CONTENT.into_response(),
        _ => return (StatusCode::NOT_FOUND, "there is no such page").into_response(),
    };
    let kind = if name.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
