//! The driver's light: green is a pulse of the board's own timer, red is what remains without it.

use std::time::Duration;

use tokio::sync::mpsc;

use super::Shared;
use super::relay::Relay;
use crate::bus::Urgency;

/// A light that waited longer is not shown: a newer one follows.
const PATIENCE: Duration = Duration::from_millis(500);
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

/// Shows lights one after the other.
pub(super) async fn run(shared: Shared, mut lights: mpsc::Receiver<Light>) {
    let Some(wiring) = shared.wiring.light.clone() else { return std::future::pending().await };
    let red_off = wiring.red_off.as_ref().and_then(|terminal| Relay::at(&shared, terminal));
    let Some(green) = Relay::at(&shared, &wiring.green) else { return };
    while let Some(light) = lights.recv().await {
        // Red goes out before green comes on, and green before red comes back.
        let relays = match light {
            Light::Green(_) => [red_off.as_ref(), Some(&green)],
            Light::Red => [Some(&green), red_off.as_ref()],
        };
        for relay in relays.into_iter().flatten() {
            let terms = relay.terms(Urgency::Background, Some(PATIENCE));
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
