//! The driver's light: green is a pulse of the board's own timer, red is what remains without it.

use std::time::Duration;

use tokio::sync::mpsc;

use super::Shared;
use super::relay::Relay;
use crate::bus::Urgency;

/// A red that waited longer is not shown: a newer light follows, or the green before it ends by itself.
const RED_PATIENCE: Duration = Duration::from_millis(500);
/// A green that waited longer was earned by a boom that may be up no more.
const GREEN_PATIENCE: Duration = Duration::from_millis(150);
/// Longest green of one pulse: 3 s (`domain.md` section 4, rule 3).
const LONGEST_GREEN: Duration = Duration::from_secs(3);

/// What the driver shall see.
#[derive(Clone, Copy, Debug)]
pub(super) enum Light {
    /// Green for so long, then red.
    Green(Duration),
    /// Red now.
    Red,
}

/// Shows lights, the newest that waits; what it takes the place of is not shown.
pub(super) async fn run(shared: Shared, mut lights: mpsc::Receiver<Light>) {
    let Some(wiring) = shared.wiring.light.clone() else { return std::future::pending().await };
    let red_off = wiring.red_off.as_ref().and_then(|terminal| Relay::at(&shared, terminal));
    let Some(green) = Relay::at(&shared, &wiring.green) else { return };
    while let Some(mut light) = lights.recv().await {
        while let Ok(newer) = lights.try_recv() {
            light = newer;
        }
        let patience = match light {
            Light::Green(_) => GREEN_PATIENCE,
            Light::Red => RED_PATIENCE,
        };
        // Red goes out before green comes on, and green before red comes back.
        let relays = match light {
            Light::Green(_) => [red_off.as_ref(), Some(&green)],
            Light::Red => [Some(&green), red_off.as_ref()],
        };
        for relay in relays.into_iter().flatten() {
            let terms = relay.terms(Urgency::Background, Some(patience));
            let outcome = match light {
                Light::Green(length) => match relay.pulse(length.min(LONGEST_GREEN)) {
                    Some((_, work)) => relay.ask(work, terms).await.map(|_| true),
                    None => Ok(false),
                },
                Light::Red => relay.set(false, terms).await,
            };
            if let Err(error) = outcome {
                shared.trouble(&error).await;
                break;
            }
        }
    }
}
