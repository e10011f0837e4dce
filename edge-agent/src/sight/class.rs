//! The vehicle's class, by the votes of all looks.

use std::collections::BTreeMap;

use gate_core::vehicle::VehicleClass;
use gate_vision::{Look, VehicleBox};

/// Votes before a class is settled.
const VOTES: u32 = 2;
/// Least share of the votes' weight.
const SHARE: f32 = 0.6;

/// The votes so far.
#[derive(Default)]
pub(super) struct Classes {
    votes: BTreeMap<VehicleClass, (u32, f32)>,
    told: Option<VehicleClass>,
}

impl Classes {
    /// Adds a look's vote: the vehicle that carries the best plate, or the largest one.
    pub(super) fn add(&mut self, look: &Look) {
        let carries = look.plates.iter().find_map(|p| look.vehicles.get(p.vehicle?));
        let largest = |person: bool| {
            let weight = |v: &VehicleBox| v.area.size() * v.confidence;
            let vehicles = look.vehicles.iter().filter(move |v| (v.class == VehicleClass::Person) == person);
            vehicles.max_by(|a, b| weight(a).total_cmp(&weight(b)))
        };
        // A person carries no plate: where one was read, a vehicle was missed, and nobody is its class.
        let plate = look.plates.iter().any(|p| p.fate.is_none());
        let person = || largest(true).filter(|_| !plate);
        let Some(seen) = carries.or_else(|| largest(false)).or_else(person) else { return };
        let vote = self.votes.entry(seen.class).or_default();
        vote.0 += 1;
        vote.1 += seen.confidence;
        // Whose container was read is no plain lorry, whatever other looks say.
        if seen.class == VehicleClass::ContainerLorry
            && let Some((count, weight)) = self.votes.remove(&VehicleClass::Lorry)
        {
            let vote = self.votes.entry(VehicleClass::ContainerLorry).or_default();
            vote.0 += count;
            vote.1 += weight;
        }
    }

    /// The leading class and how sure it is, settled or not.
    fn leading(&self) -> Option<(VehicleClass, u32, f32, f32)> {
        let all: f32 = self.votes.values().map(|v| v.1).sum();
        let (class, (count, weight)) = self.votes.iter().max_by(|a, b| a.1.1.total_cmp(&b.1.1))?;
        let share = weight / all.max(f32::EPSILON);
        let mean = weight / f32::from(u16::try_from(*count).unwrap_or(u16::MAX));
        Some((*class, *count, share, (share * mean).clamp(0.0, 1.0)))
    }

    /// The class to tell: settled and not told yet. `now_or_never`: the leading one will do.
    pub(super) fn tell(&mut self, now_or_never: bool) -> Option<(VehicleClass, f32)> {
        let (class, count, share, confidence) = self.leading()?;
        let settled = count >= VOTES && share >= SHARE;
        let good = settled || (now_or_never && self.told.is_none());
        (good && self.told.replace(class) != Some(class)).then_some((class, confidence))
    }

    /// Whether a class was told.
    pub(super) fn told(&self) -> bool {
        self.told.is_some()
    }
}
