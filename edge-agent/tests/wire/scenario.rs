//! What happens to one passage: which fault, at which moment of it, and whether the agent is killed there.

use gate_simulators::plant::{Drive, LanePlant, SWEEP_M, Sensor, SensorFault, Vehicle};
use gate_simulators::wire::WireFaultKind;

/// A moment of a passage, as the plant shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nobody is there.
    Idle,
    /// A vehicle is on the loop and drives up.
    Approach,
    /// It stands at the stop line.
    Waiting,
    /// The order to open is on its way.
    Ordered,
    /// The boom rises.
    Opening,
    /// The boom is up, the vehicle before it.
    Open,
    /// The vehicle is under the boom.
    Passing,
    /// The vehicle is through, the boom is up.
    Through,
    /// The boom comes down.
    Closing,
    /// Somebody pressed STOP while the boom rose.
    Stopped,
}

pub const MOMENTS: [Moment; 10] = [
    Moment::Idle,
    Moment::Approach,
    Moment::Waiting,
    Moment::Ordered,
    Moment::Opening,
    Moment::Open,
    Moment::Passing,
    Moment::Through,
    Moment::Closing,
    Moment::Stopped,
];

impl Moment {
    /// Whether it is now, for this vehicle.
    pub fn is_now(self, plant: &LanePlant, vehicle: u64) -> bool {
        let boom = plant.boom();
        let found = plant.vehicles().iter().find(|v| v.id == vehicle);
        let through = found.is_none_or(|v| v.rear_m() > SWEEP_M.1);
        let waits = found.is_some_and(Vehicle::waits_at_line);
        match self {
            Self::Idle => true,
            Self::Approach => plant.truth(Sensor::ApproachLoop) && !waits && !through,
            Self::Waiting => waits,
            Self::Ordered => false, // the person strikes with the order
            Self::Opening | Self::Stopped => boom.drive() == Drive::Up && boom.angle_deg() > 5.0,
            Self::Open => boom.at_open() && !plant.body_in_sweep() && !through,
            Self::Passing => plant.body_in_sweep(),
            Self::Through => through && boom.at_open(),
            Self::Closing => through && boom.drive() == Drive::Down && !boom.at_open(),
        }
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    Nothing,
    Wire(WireFaultKind),
    Sensor(Sensor, SensorFault),
}

/// Every fault of the lines and of the contacts.
pub fn troubles() -> Vec<Trouble> {
    use Trouble::{Nothing, Sensor as Contact, Wire};
    vec![
        Nothing,
        Wire(WireFaultKind::Late { late_ms: 250 }),
        Wire(WireFaultKind::Late { late_ms: 700 }),
        Wire(WireFaultKind::Silent),
        Wire(WireFaultKind::Deaf),
        Wire(WireFaultKind::Doubled),
        Wire(WireFaultKind::Corrupt),
        Wire(WireFaultKind::ForeignUnit),
        Wire(WireFaultKind::Exception { code: 4 }),
        Wire(WireFaultKind::HangUp),
        Contact(Sensor::BoomLoop, SensorFault::StuckActive),
        Contact(Sensor::BoomLoop, SensorFault::StuckInactive),
        Contact(Sensor::Photocell, SensorFault::Bouncing),
        Contact(Sensor::ApproachLoop, SensorFault::Bouncing),
        Contact(Sensor::OpenLimit, SensorFault::StuckActive),
        Contact(Sensor::ClosedLimit, SensorFault::StuckInactive),
    ]
}

/// One passage to play.
#[derive(Clone, Debug)]
pub struct Job {
    pub number: usize,
    pub moment: Moment,
    pub trouble: Trouble,
    pub kill: bool,
}

/// The first `count` jobs that are written with `only` in them: each moment with each trouble, once with a kill and
/// once without, then again. Any run of them is spread over all.
pub fn jobs(count: usize, only: &str) -> Vec<Job> {
    let troubles = troubles();
    let pairs = MOMENTS.len() * troubles.len();
    // 37 has no factor in common with the number of pairs.
    let job = |number: usize| {
        let pair = number * 37 % pairs;
        Job {
            number,
            moment: MOMENTS[pair % MOMENTS.len()],
            trouble: troubles[pair / MOMENTS.len()].clone(),
            kill: (number + number / pairs).is_multiple_of(2),
        }
    };
    let all = (0..1000 * pairs).map(job);
    all.filter(|job| format!("{job:?}").contains(only)).take(count).collect()
}
