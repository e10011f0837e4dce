//! How well plates are read, for those who keep cameras and models: each camera's figures against its baseline, and
//! what models on trial make of passages.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use uuid::Uuid;

use super::evidence::{answer, refused};
use crate::app::App;
use crate::http::Fault;
use crate::officer::guard::same_site;
use crate::recognition::{self, CameraDrift, Disagreement, Periods, Trial};

/// What `/recognition` says.
#[derive(Debug, Serialize)]
pub(super) struct Recognition {
    periods: Periods,
    /// With fewer passages in either period nothing is said to have moved.
    least_passages: u32,
    cameras: Vec<CameraDrift>,
    trials: Vec<Trial>,
    disagreements: Vec<Disagreement>,
}

pub(super) async fn figures(State(app): State<App>) -> Result<Json<Recognition>, Fault> {
    let watch = &app.config.recognition;
    let periods = Periods::at(app.clock.now(), watch);
    Ok(Json(Recognition {
        periods,
        least_passages: watch.least_passages,
        cameras: recognition::cameras(&app.store, periods, watch).await?,
        trials: recognition::trials(&app.store, periods.window.0).await?,
        disagreements: recognition::disagreements(&app.store, periods.window.0).await?,
    }))
}

/// The frame of a disagreement (`frame`), or the plate cut from it (`plate`).
pub(super) async fn picture(
    State(app): State<App>,
    Path((event, which)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    same_site(&headers).map_err(|why| Fault::new(StatusCode::FORBIDDEN, "origin", why))?;
    let event: Option<Uuid> = event.parse().ok();
    let plate = match which.as_str() {
        "plate" => Some(true),
        "frame" => Some(false),
        _ => None,
    };
    let (Some(event), Some(plate)) = (event, plate) else {
        return Err(Fault::new(StatusCode::NOT_FOUND, "picture", "pictures are EVENT/frame and EVENT/plate"));
    };
    answer(recognition::picture(&app.store, &app.evidence, event, plate).await.map_err(refused)?)
}
