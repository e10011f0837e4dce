//! I12: a history is played again with information taken away; nothing may move then that did not move
//! with it. Plays the recorded inputs of an agent (open loop) into the same machines.

use gate_core::barrier::config::BarrierConfig;
use gate_core::barrier::io::{InputName, InputReading, Motion, Output};
use gate_core::barrier::machine::{Barrier, BarrierInput};
use gate_core::barrier::round::Round;
use gate_core::barrier::state::BarrierNews;
use gate_core::decision::Verdict;
use gate_core::ids::LaneSession;
use gate_core::lane::effect::{Act, LaneEffect, LaneInput, Order, StepIds};
use gate_core::lane::joint::{Joint, JointEffect, JointInput};
use gate_core::lane::machine::Lane;
use gate_core::message::command::LaneMode;
use gate_core::vehicle::Direction;

use crate::agent::at;
use crate::rng::Rng;

/// With less to look at a passage may be begun or ended sooner, and the same permission be heard sooner.
const EARLIER_MS: u64 = 10_000;

/// One input of an agent, as it was given.
#[derive(Clone, Debug)]
pub struct Given {
    pub now: u64,
    pub input: JointInput,
    pub ids: StepIds,
    pub session: LaneSession,
}

/// An agent's life.
#[derive(Clone, Debug)]
pub struct Life {
    pub config: BarrierConfig,
    pub began: u64,
    pub given: Vec<Given>,
}

/// What is taken away between two times.
#[derive(Clone, Copy, Debug)]
enum Lost {
    /// One input cannot be read.
    Input(InputName),
    /// Nothing is read.
    Reads,
    /// Answers and permissions do not arrive.
    Permissions,
    /// Nothing arrives, and time jumps; but a word that forbids is repeated until it is heard.
    Everything,
}

/// What moved: time and direction; and when the stop was dropped by order, and by the machine itself.
#[derive(Debug, Default, PartialEq)]
struct Moves {
    pulses: Vec<(u64, Motion)>,
    stops: Vec<u64>,
    own_stops: Vec<u64>,
}

impl Moves {
    /// Until when the world of `whole` is that of these moves. Where the machine stopped or lowered the boom by what it
    /// saw and does not see now, the boom went on, or stayed up, and what was recorded afterwards is of another world.
    fn one_world_until(&self, whole: &Self) -> u64 {
        let stop = whole.own_stops.iter().find(|t| !self.own_stops.contains(t));
        let close = whole.pulses.iter().find(|pulse| pulse.1 == Motion::Close && !self.pulses.contains(pulse));
        stop.into_iter().chain(close.map(|(t, _)| t)).min().copied().unwrap_or(u64::MAX)
    }
}

impl Life {
    fn play(&self, show: bool, mut taken: impl FnMut(&Given) -> Option<JointInput>) -> Moves {
        let began = at(self.began);
        let lane = Lane::new(Direction::Entry, LaneMode::Automatic, began);
        let mut joint = Joint::new(lane, Barrier::new(self.config.clone(), began));
        let mut moves = Moves::default();
        let mut effects = Vec::new();
        for given in &self.given {
            let Some(mut input) = taken(given) else { continue };
            meant_for_whoever_stands_there(&mut input, &joint);
            let ordered = matches!(input, JointInput::Barrier(BarrierInput::Stop { .. }));
            joint.step(input, &given.session, given.ids, at(given.now), &mut effects);
            for effect in effects.drain(..) {
                if show && !matches!(effect, JointEffect::Lane(LaneEffect::Show(_))) {
                    eprintln!("{:>7} {effect:?}", given.now);
                }
                match effect {
                    JointEffect::Told { news: BarrierNews::Commanded { motion, .. }, .. } => {
                        moves.pulses.push((given.now, motion))
                    }
                    JointEffect::Output(Output::DropStop) if ordered => moves.stops.push(given.now),
                    JointEffect::Output(Output::DropStop) => moves.own_stops.push(given.now),
                    _ => {}
                }
            }
        }
        moves
    }

    /// An officer with the boom in view said anew that the way is empty: what follows is by that word.
    fn word(&self, from: u64, until: u64) -> bool {
        self.given.iter().any(|given| {
            (from..=until).contains(&given.now) && matches!(given.input, JointInput::Barrier(BarrierInput::WayIsEmpty))
        })
    }

    /// Takes something away at random, and tells what moved that should not have.
    pub fn with_less(&self, rng: &mut Rng, show: bool) -> Result<(), String> {
        let whole = self.play(false, |given| Some(given.input.clone()));
        let last = self.given.last().map_or(0, |g| g.now);
        // Half a second of silence is bridged, and may hide a vehicle (see `barrier::latch::BRIDGED`).
        let length = rng.between(700, 20_000);
        let from = rng.between(self.began, last);
        let lost = match rng.between(0, 5) {
            0..3 => Lost::Input(rng.pick(&InputName::ALL)),
            3 => Lost::Reads,
            4 => Lost::Permissions,
            _ => Lost::Everything,
        };
        let within = |given: &Given| (from..from + length).contains(&given.now);
        let some = |given: &Given| if within(given) { taken(given, lost) } else { Some(given.input.clone()) };
        let less = self.play(false, some);
        let horizon = less.one_world_until(&whole);
        for motion in [Motion::Open, Motion::Close] {
            let until = |moves: &Moves, t: u64| moves.pulses.iter().filter(|(p, m)| *p <= t && *m == motion).count();
            for (t, _) in less.pulses.iter().filter(|(t, m)| *m == motion && *t < horizon) {
                if self.word(from, *t) && motion == Motion::Close {
                    break;
                }
                if until(&less, *t) > until(&whole, *t + EARLIER_MS) {
                    if show {
                        eprintln!("the whole life:");
                        self.play(true, |given| Some(given.input.clone()));
                        eprintln!("with less:");
                        self.play(true, some);
                    }
                    let moves = (&whole.pulses, &less.pulses);
                    return Err(format!(
                        "{motion:?} at {t} ms that did not come, with {lost:?} from {from} for {length} ms: {moves:?}"
                    ));
                }
            }
        }
        if less.stops != whole.stops {
            return Err(format!("a STOP that was ordered did not come with {lost:?} lost from {from} for {length} ms"));
        }
        Ok(())
    }
}

fn taken(given: &Given, lost: Lost) -> Option<JointInput> {
    let input = given.input.clone();
    match (lost, input) {
        // STOP is never lost here: it comes by wire, panel or network, each for itself.
        (_, input @ JointInput::Barrier(BarrierInput::Stop { .. })) => Some(input),
        (Lost::Input(name), JointInput::Barrier(BarrierInput::Read(round))) => {
            let without = |less: Round, r: InputReading| less.with(r.name, r.active.filter(|_| r.name != name));
            let less = round.readings().fold(Round::new(round.read_at), without);
            Some(JointInput::Barrier(BarrierInput::Read(less)))
        }
        (Lost::Reads, JointInput::Barrier(BarrierInput::Read(_))) => None,
        (Lost::Everything, input) => Some(input).filter(forbids),
        (Lost::Permissions, input) => Some(input).filter(|input| !permits(input)),
        (_, input) => Some(input),
    }
}

/// A grant that lies in the barrier is no such thing: while it is alive no other is taken, so that its loss permits.
fn permits(input: &JointInput) -> bool {
    match input {
        // Who is refused is none of a convoy: that word forbids.
        JointInput::Lane(LaneInput::Replied { decision: (decision, _), .. }) => decision.verdict != Verdict::Refuse,
        JointInput::Lane(LaneInput::Order(order)) => matches!(order.act, Act::Open { .. } | Act::Convoy(_)),
        JointInput::Barrier(input) => matches!(input, BarrierInput::Open { .. }),
        JointInput::Lane(_) => false,
    }
}

/// With less information passages have other ids; whoever refuses or holds means the vehicle that he sees.
fn meant_for_whoever_stands_there(input: &mut JointInput, joint: &Joint) {
    if let JointInput::Lane(LaneInput::Order(Order { act: Act::Refuse(meant) | Act::Hold(meant), .. })) = input {
        *meant = joint.lane().vehicle().map(|v| v.passage);
    }
}

/// Refusals, modes, locks: whoever says so sees at once whether it was heard.
fn forbids(input: &JointInput) -> bool {
    match input {
        JointInput::Lane(LaneInput::Order(order)) => !matches!(order.act, Act::Open { .. } | Act::Convoy(_)),
        JointInput::Lane(LaneInput::TrackChanged) => true,
        JointInput::Barrier(input) => matches!(
            input,
            BarrierInput::Maintenance(_)
                | BarrierInput::HoldOpen(_)
                | BarrierInput::VoidGrant(_)
                | BarrierInput::BodySeen
                | BarrierInput::Grant(_)
        ),
        _ => false,
    }
}
