//! What a vehicle is, which part of it a plate hangs on, and which side was seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The class of a road user in a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VehicleClass {
    /// A passenger car.
    Car,
    /// A van or light goods vehicle.
    Van,
    /// A bus or coach.
    Bus,
    /// A rigid lorry.
    Lorry,
    /// A lorry or articulated vehicle that carries a container.
    ContainerLorry,
    /// A tractor without a trailer.
    Tractor,
    /// A motorcycle.
    Motorcycle,
    /// A person on foot.
    Person,
}

/// Which vehicle of a combination a plate belongs to. Tractor and trailer carry different plates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The vehicle that drives: tractor, lorry, car.
    Tractor,
    /// The vehicle that is pulled.
    Trailer,
}

/// Which side of the vehicle the camera saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// The front.
    Front,
    /// The rear.
    Rear,
}

/// Which way a lane leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Into Vietnam.
    Entry,
    /// Out of Vietnam.
    Exit,
}

/// Which ways a lane may lead: one, or, in a lane that can be turned (làn hai chiều), the one and the other in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ways {
    /// Into Vietnam alone.
    Entry,
    /// Out of Vietnam alone.
    Exit,
    /// Either; the lane's status says which way it leads now.
    Both,
}

impl Ways {
    /// The way, where there is one alone.
    #[must_use]
    pub fn only(self) -> Option<Direction> {
        match self {
            Self::Entry => Some(Direction::Entry),
            Self::Exit => Some(Direction::Exit),
            Self::Both => None,
        }
    }

    /// Whether a vehicle may drive through this way.
    #[must_use]
    pub fn allow(self, direction: Direction) -> bool {
        self.only().is_none_or(|only| only == direction)
    }
}
