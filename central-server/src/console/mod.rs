//! See `router`.

use axum::Router;

use crate::app::App;

/// The routes of this part.
pub fn router(app: App) -> Router {
    Router::new().with_state(app)
}
