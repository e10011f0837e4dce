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

    pub fn of_input(fault: InputFault) -> Self {
        match fault {
            InputFault::Stuck(false) => Self::StuckFree,
            InputFault::Stuck(true) => Self::StuckActive,
            InputFault::Flapping => Self::Flapping,
            InputFault::Unreadable => Self::Unreadable,
        }
    }
}

/// Which faults were in force together, and how often one began while another was.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    until: [u64; Trouble::ALL.len()],
    begun: [u64; Trouble::ALL.len()],
    met: [[u64; Trouble::ALL.len()]; Trouble::ALL.len()],
    /// Faults of inputs by input.
    inputs: [u64; InputName::ALL.len()],
}

impl Pairs {
    pub fn begin(&mut self, trouble: Trouble, now: u64, until: u64) {
        self.begun[trouble as usize] += 1;
        for other in Trouble::ALL.into_iter().filter(|&other| other != trouble && self.until[other as usize] > now) {
            let (a, b) = ((trouble as usize).min(other as usize), (trouble as usize).max(other as usize));
            self.met[a][b] += 1;
        }
        self.until[trouble as usize] = self.until[trouble as usize].max(until);
    }

    pub fn input(&mut self, name: InputName) {
        self.inputs[name as usize] += 1;
    }

    /// It is over before its time.
    pub fn end(&mut self, trouble: Trouble) {
        self.until[trouble as usize] = 0;
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
