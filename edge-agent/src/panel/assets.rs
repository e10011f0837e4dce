//! The page itself, built into the binary.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

/// `GET /`
pub async fn page() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], include_str!("page/panel.html"))
}

/// `GET /panel.js`
pub async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page/panel.js"))
}

/// `GET /panel.css`
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/panel.css"))
}

/// `GET /words.js`: the page's own words.
pub async fn words() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page/words.js"))
}

/// `GET /favicon.ico`: browsers ask for one; there is none.
pub async fn icon() -> StatusCode {
    StatusCode::NO_CONTENT
}
