//! The kinds of faults, and which of them were in force at the same time.

use gate_core::barrier::io::InputName;

use crate::wire::InputFault;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    StuckFree,
    StuckActive,
    Flapping,
    Unreadable,
    BusDown,
    Disorder,
    Jam,
    StrangeMove,
    RelayStuck,
    NoPower,
    Manual,
    Emergency,
    ControllerBlind,
    Killed,
    Frozen,
    Locked,
}

impl Trouble {
    pub const ALL: [Self; 16] = [
        Self::StuckFree,
        Self::StuckActive,
        Self::Flapping,
        Self::Unreadable,
        Self::BusDown,
        Self::Disorder,
        Self::Jam,
        Self::StrangeMove,
        Self::RelayStuck,
        Self::NoPower,
        Self::Manual,
        Self::Emergency,
        Self::ControllerBlind,
        Self::Killed,
        Self::Frozen,
        Self::Locked,
    ];

    /// What it means for an input.
    pub fn of_input(self) -> InputFault {
        match self {
            Self::StuckFree => InputFault::Stuck(false),
            Self::StuckActive => InputFault::Stuck(true),
            Self::Flapping => InputFault::Flapping,
            _ => InputFault::Unreadable,
        }
    }

    /// Whether it is over in the plant itself at its time.
    pub fn is_of_the_plant(self) -> bool {
        matches!(
            self,
            Self::Jam
                | Self::StrangeMove
                | Self::RelayStuck
                | Self::NoPower
                | Self::Manual
                | Self::Emergency
                | Self::ControllerBlind
        )
    }
}

/// Until when each kind is in force.
pub type InForce = [u64; Trouble::ALL.len()];

/// Which faults were in force together, and how often one began while another was.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    begun: [u64; Trouble::ALL.len()],
    met: [[u64; Trouble::ALL.len()]; Trouble::ALL.len()],
    /// Faults of inputs by input.
    inputs: [u64; InputName::ALL.len()],
}

impl Pairs {
    /// The pair of a number: each comes round again.
    pub fn numbered(n: u64) -> (Trouble, Trouble) {
        let all = Trouble::ALL;
        let (first, step) = (n as usize % all.len(), 1 + (n as usize / all.len()) % (all.len() - 1));
        (all[first], all[(first + step) % all.len()])
    }

    pub fn begin(&mut self, trouble: Trouble, in_force: &mut InForce, now: u64, until: u64) {
        self.begun[trouble as usize] += 1;
        for other in Trouble::ALL.into_iter().filter(|&other| other != trouble && in_force[other as usize] > now) {
            let (a, b) = ((trouble as usize).min(other as usize), (trouble as usize).max(other as usize));
            self.met[a][b] += 1;
        }
        in_force[trouble as usize] = in_force[trouble as usize].max(until);
    }

    pub fn input(&mut self, name: InputName) {
        self.inputs[name as usize] += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for a in 0..Trouble::ALL.len() {
            self.begun[a] += other.begun[a];
            for b in 0..Trouble::ALL.len() {
                self.met[a][b] += other.met[a][b];
            }
        }
        for (mine, theirs) in self.inputs.iter_mut().zip(other.inputs) {
            *mine += theirs;
        }
    }

    pub fn faults(&self) -> u64 {
        self.begun.iter().sum()
    }

    /// All pairs of different kinds, with how often they met.
    pub fn all(&self) -> impl Iterator<Item = (Trouble, Trouble, u64)> {
        let all = Trouble::ALL;
        (0..all.len()).flat_map(move |a| (a + 1..all.len()).map(move |b| (all[a], all[b], self.met[a][b])))
    }

    /// Inputs that never failed.
    pub fn sound_inputs(&self) -> Vec<InputName> {
        InputName::ALL.into_iter().filter(|&name| self.inputs[name as usize] == 0).collect()
    }
}

impl std::fmt::Display for Pairs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "faults: {}, pairs at the same time: {}", self.faults(), self.all().filter(|p| p.2 > 0).count())?;
        for trouble in Trouble::ALL {
            writeln!(f, "  {:>8}  {trouble:?}", self.begun[trouble as usize])?;
        }
        for (a, b, n) in self.all() {
            writeln!(f, "  {n:>8}  {a:?} with {b:?}")?;
        }
        Ok(())
    }
}
