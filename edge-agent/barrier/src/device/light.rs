//! The driver's light: green is a pulse of the board's own timer, red is what remains without it.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::Shared;
use super::relay::Relay;
use crate::bus::{BusError, Urgency};
use crate::wiring::EndFile;

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

/// The relays of the light at one end.
struct Lamp {
    green: Relay,
    red_off: Option<Relay>,
}

impl Lamp {
    fn of(shared: &Shared, end: Option<&EndFile>) -> Option<Self> {
        let wiring = end?.light.as_ref()?;
        let red_off = wiring.red_off.as_ref().and_then(|terminal| Relay::at(shared, terminal));
        Some(Self { green: Relay::at(shared, &wiring.green)?, red_off })
    }

    async fn show(&self, light: Light) -> Result<(), BusError> {
        let patience = match light {
            Light::Green(_) => GREEN_PATIENCE,
            Light::Red => RED_PATIENCE,
        };
        // Red goes out before green comes on, and green before red comes back.
        let relays = match light {
            Light::Green(_) => [self.red_off.as_ref(), Some(&self.green)],
            Light::Red => [Some(&self.green), self.red_off.as_ref()],
        };
        for relay in relays.into_iter().flatten() {
            let terms = relay.terms(Urgency::Background, Some(patience));
            match light {
                Light::Green(length) => {
                    if let Some((_, work)) = relay.pulse(length.min(LONGEST_GREEN)) {
                        relay.ask(work, terms).await?;
                    }
                }
                Light::Red => drop(relay.set(false, terms).await?),
            }
        }
        Ok(())
    }
}

/// Shows lights, the newest that waits; what it takes the place of is not shown. Green is shown where vehicles drive in
/// now, red at both ends.
pub(super) async fn run(shared: Shared, mut lights: mpsc::Receiver<Light>, turned: watch::Receiver<bool>) {
    let Some(lamp) = Lamp::of(&shared, shared.wiring.end(false)) else { return std::future::pending().await };
    let other = Lamp::of(&shared, shared.wiring.end(true));
    while let Some(mut light) = lights.recv().await {
        while let Ok(newer) = lights.try_recv() {
            light = newer;
        }
        let lamps = match (light, *turned.borrow()) {
            (Light::Green(_), false) => [Some(&lamp), None],
            (Light::Green(_), true) => [None, other.as_ref()],
            (Light::Red, _) => [Some(&lamp), other.as_ref()],
        };
        for lamp in lamps.into_iter().flatten() {
            if let Err(error) = lamp.show(light).await {
                shared.trouble(&error).await;
            }
        }
    }
}
