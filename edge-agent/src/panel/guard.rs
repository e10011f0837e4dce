//! What every request and answer of the panel goes through.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Refuses a state change that another site's page asks for. Browsers say where a request comes from
/// (`Sec-Fetch-Site`, `Origin`); programs that say nothing are no browsers and carry no cookie.
pub async fn same_origin(request: Request, next: Next) -> Response {
    if request.method() == Method::POST {
        let text = |name| request.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        let foreign_site = text("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
        // HTTP/2 names the host in the address, HTTP/1.1 in a header.
        let authority = request.uri().authority().map(|a| a.as_str());
        let host = authority.or(text("host")).unwrap_or_default();
        let foreign_origin = text("origin").is_some_and(|o| o.split_once("://").is_none_or(|(_, h)| h != host));
        if foreign_site || foreign_origin {
            return (StatusCode::FORBIDDEN, "this request comes from another site's page").into_response();
        }
    }
    next.run(request).await
}

/// Headers that keep the page to itself.
pub async fn headers(mut response: Response) -> Response {
    let all = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    ];
    for (name, value) in all {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
