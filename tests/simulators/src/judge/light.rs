//! Green only while the boom is up and an opening lives (I10); a dead agent is red within three seconds.

use super::meaning::Meaning;
use super::{Event, Life, Scene, Verdict};
use crate::wire::WireFaultKind;

/// The boom counts as up at this angle; it may have begun to leave since the newest read.
const UP_DEG: f64 = 89.0;
const READ_MS: u64 = 300;
/// Longest green of one that died.
const GREEN_MS: u64 = 3000;

#[derive(Debug, Default)]
pub(super) struct Light {
    /// An OPEN was given in this life and the boom was not stopped or down since.
    opened: bool,
    up_ms: Option<u64>,
}

impl Light {
    pub fn event(&mut self, event: &Event<'_>, scene: &Scene) -> Verdict {
        match event {
            Event::Told(Meaning::Open, _) => self.opened = true,
            Event::Told(Meaning::DropChain, _) | Event::Agent(Life::Killed) => self.opened = false,
            Event::Told(Meaning::Green, heard) => {
                let up = heard.boom_deg >= UP_DEG
                    || self.up_ms.is_some_and(|at| heard.at_ms.saturating_sub(at) <= scene.limit(READ_MS));
                if !up || !self.opened {
                    let opening = if self.opened { "alive" } else { "not alive" };
                    return Err(("I10", format!("GREEN at {:.0} degrees, its opening {opening}", heard.boom_deg)));
                }
            }
            Event::Told(_, heard) if heard.boom_deg >= UP_DEG => self.up_ms = Some(heard.at_ms),
            // Without a check sum a bent answer may have told of anything.
            Event::Told(Meaning::Read, heard)
                if !scene.rules.checked && heard.fault == Some(WireFaultKind::Corrupt) =>
            {
                self.up_ms = Some(heard.at_ms);
            }
            // A contact that lies is read as it is.
            Event::Read(seen) if seen.limits.is_some_and(|(open, _)| open) => self.up_ms = Some(seen.at_ms),
            Event::Plant(_) | Event::Agent(Life::Started) => {
                let dead = scene.killed_ms.map(|at| scene.now_ms.saturating_sub(at));
                let green = scene.plant.is_some_and(|p| p.green);
                if let Some(ms) = dead.filter(|ms| green && *ms > scene.limit(GREEN_MS)) {
                    return Err(("I10", format!("green {ms} ms after the agent died")));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
