//! The small picture of a lane for its panel, about twice a second, of the newest frame of the camera that sees
//! vehicles come.

use std::time::Duration;

use bytes::Bytes;
use gate_camera::{Frame, jpeg};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_millis(500);
const WIDTH_PX: u32 = 640;
const QUALITY: u8 = 70;

/// Runs until stopped.
pub(super) async fn run(
    mut ends: [watch::Receiver<Option<Frame>>; 2],
    mut turned: watch::Receiver<bool>,
    preview: watch::Sender<Option<Bytes>>,
    stop: CancellationToken,
) {
    loop {
        let end = usize::from(*turned.borrow_and_update());
        let Some(frames) = ends.get_mut(end) else { return };
        tokio::select! {
            () = stop.cancelled() => return,
            turn = turned.changed() => if turn.is_err() { return } else { continue },
            changed = frames.changed() => if changed.is_err() { return },
        }
        let frame = frames.borrow_and_update().clone();
        if let Some(frame) = frame {
            let small =
                tokio::task::spawn_blocking(move || jpeg::encode_small(&frame.picture, WIDTH_PX, QUALITY)).await;
            match small {
                Ok(Ok(bytes)) => {
                    preview.send_replace(Some(bytes.into()));
                }
                Ok(Err(error)) => tracing::warn!(%error, "no preview of this frame"),
                Err(error) => tracing::warn!(%error, "no preview of this frame"),
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
