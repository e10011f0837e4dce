//! Watches the cameras' figures: as metrics, and as an alarm when one moves too far from its baseline.

use std::time::Duration;

use super::drift::{CameraDrift, Figures};
use super::passages::{Periods, cameras};
use crate::alarm;
use crate::app::App;
use crate::edge::News;
use crate::sql;
use crate::store::StoreError;

/// The kind of an alarm for a camera whose figures moved.
pub const ALARM: &str = "recognition";

/// The figures are worked out anew so often.
const EVERY: Duration = Duration::from_secs(600);
/// The first time so long after the start, when metrics and lists are there.
const FIRST: Duration = Duration::from_secs(2);
/// What stands for days is an alarm once a day, also when somebody acknowledged the last one.
const AGAIN_US: i64 = 86_400_000_000;

/// Watches for as long as central runs.
pub async fn watch(app: App) {
    let mut wait = FIRST;
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = EVERY,
        }
        if let Err(error) = look(&app).await {
            tracing::warn!(%error, "the cameras' figures could not be worked out; tried again later");
        }
    }
}

async fn look(app: &App) -> Result<(), StoreError> {
    let watch = &app.config.recognition;
    for camera in cameras(&app.store, Periods::at(app.clock.now(), watch), watch).await? {
        for (period, figures) in [("window", &camera.window), ("baseline", &camera.baseline)] {
            tell(&camera, period, figures);
        }
        if !camera.drifts.is_empty() {
            raise(app, &camera).await?;
        }
    }
    Ok(())
}

fn tell(camera: &CameraDrift, period: &'static str, figures: &Figures) {
    let all = [
        ("referred_share", figures.referred),
        ("corrected_share", figures.corrected),
        ("confidence_mean", figures.confidence),
        ("confidence_low", figures.confidence_low),
        ("plate_height_px_mean", figures.height_px),
        ("plate_height_px_low", figures.height_low_px),
    ];
    for (figure, value) in all {
        let Some(value) = value else { continue };
        let labels = [
            ("lane", camera.lane.clone()),
            ("camera", camera.camera.clone()),
            ("period", period.to_owned()),
            ("figure", figure.to_owned()),
        ];
        metrics::gauge!("central_camera_figures", &labels).set(value);
    }
}

async fn raise(app: &App, camera: &CameraDrift) -> Result<(), StoreError> {
    let since = app.clock.now().0.saturating_sub(AGAIN_US);
    let mut tx = app.store.begin().await?;
    let lately = sql!("SELECT id FROM alarms WHERE kind = $1 AND lane = $2 AND at > $3", ALARM, &camera.lane, since);
    if tx.row(lately).await?.is_some() {
        return Ok(());
    }
    let detail = in_words(camera);
    let raised = alarm::standing(&mut tx, &app.clock, ALARM, &camera.lane, &detail).await?;
    tx.commit().await?;
    if let Some(alarm) = raised {
        tracing::warn!(
            lane = camera.lane,
            camera = camera.camera,
            detail,
            "a camera's figures moved from its baseline"
        );
        let lane = gate_core::ids::LaneId::new(camera.lane.clone()).ok();
        app.live.tell(News::Alarm { alarm, kind: ALARM.to_owned(), lane });
    }
    Ok(())
}

/// `front: referred 0.05 → 0.31; height_px 52.0 → 38.5`: codes and numbers, which the page puts into words.
fn in_words(camera: &CameraDrift) -> String {
    let moved = camera.drifts.iter().map(|d| {
        let digits = if d.figure == "height_px" { 1 } else { 3 };
        format!("{} {:.digits$} → {:.digits$}", d.figure, d.was, d.is)
    });
    format!("{}: {}", camera.camera, moved.collect::<Vec<_>>().join("; "))
}
