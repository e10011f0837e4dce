//! The stop: OPEN and CLOSE cleared, the normally-closed chain dropped and held until a reset at the lane
//! (`domain.md` section 4, rule 2). It is repeated until the board has confirmed it.

use std::time::Duration;

use gate_core::barrier::io::DeviceNews;
use tokio::join;
use tokio::sync::watch;
use tokio::time::timeout;

use super::Shared;
use super::relay::Relay;
use crate::bus::{Terms, Urgency, Work};
use crate::codec::simple_rs485;
use crate::profile::DeviceKind;
use crate::wiring::MotionWiring;

/// A stop waits no longer for one answer: it is repeated instead.
const ANSWER: Duration = Duration::from_millis(200);
/// The chain waits no longer for the answers of what is cleared first; a board answers in a tenth of it.
const CLEAR_ANSWER: Duration = Duration::from_millis(80);
/// Time from one attempt to the next.
const AGAIN: Duration = Duration::from_millis(50);
/// Rounds in which OPEN and CLOSE, or the controller, are asked once the chain is down. It holds without them; after
/// that many the bus is left to the others.
const CLEARINGS: u32 = 5;

const STOP: Terms = Terms { urgency: Urgency::Stop, timeout: ANSWER, patience: None };
const CLEAR: Terms = Terms { urgency: Urgency::Stop, timeout: CLEAR_ANSWER, patience: None };

/// Keeps the chain as it is wanted.
pub(super) async fn run(shared: Shared, mut wanted: watch::Receiver<bool>) {
    let Some(chain) = Relay::at(&shared, &shared.wiring.stop_chain) else { return };
    loop {
        if wanted.wait_for(|stop| *stop).await.is_err() {
            return;
        }
        hold(&shared, &chain, &mut wanted).await;
        restore(&shared, &chain, &mut wanted).await;
    }
}

/// Drops the chain and keeps it dropped as long as it is wanted. Once both are confirmed nothing more is written:
/// a board that loses its power drops the chain by itself.
async fn hold(shared: &Shared, chain: &Relay, wanted: &mut watch::Receiver<bool>) {
    let (mut told, mut rounds) = (false, 0);
    while *wanted.borrow_and_update() {
        let (cleared, dropped) = match (&shared.wiring.motion, rounds) {
            (MotionWiring::Relays { .. }, 0) => {
                let cleared = clear_motion(shared).await;
                if !*wanted.borrow() {
                    // A reset came meanwhile: what was not dropped need not be.
                    return;
                }
                (cleared, drop_chain(shared, chain).await)
            }
            // A controller has a bus of its own, and the chain does not wait for its answer.
            (MotionWiring::Controller(_), 0) => join!(clear_motion(shared), drop_chain(shared, chain)),
            // The line is bad or the board slow: the chain goes first.
            _ => {
                let (dropped, cleared) = join!(drop_chain(shared, chain), clear_motion(shared));
                (cleared, dropped)
            }
        };
        rounds += 1;
        if dropped && (cleared || rounds >= CLEARINGS) {
            (told, rounds) = (false, 0);
            if wanted.changed().await.is_err() {
                return;
            }
            continue;
        }
        if !dropped && !told {
            shared.tell(DeviceNews::StopFailed).await;
            told = true;
        }
        let _ = timeout(AGAIN, wanted.changed()).await;
    }
}

/// True when the board confirmed that the chain's relay is off.
async fn drop_chain(shared: &Shared, chain: &Relay) -> bool {
    let off = match chain.set(false, STOP).await {
        Ok(set) => chain.is_on(STOP).await.map(|on| set && !on),
        Err(error) => Err(error),
    };
    match off {
        Ok(off) => off,
        Err(error) => {
            shared.trouble(&error).await;
            false
        }
    }
}

/// Clears OPEN and CLOSE, or halts the controller; true when all of it is confirmed. After one failure the rest
/// waits for the next round: a line that loses an answer must not keep the chain from dropping.
async fn clear_motion(shared: &Shared) -> bool {
    match &shared.wiring.motion {
        MotionWiring::Relays { open, close } => {
            for relay in [open, close].into_iter().filter_map(|terminal| Relay::at(shared, terminal)) {
                if let Err(error) = relay.set(false, CLEAR).await {
                    shared.trouble(&error).await;
                    return false;
                }
            }
        }
        MotionWiring::Controller(device) => {
            let Some(station) = shared.station(device) else { return true };
            let profile = &station.wired.profile;
            let work = match (profile.kind, &profile.controller) {
                (DeviceKind::SimpleRs485, _) => Work::Frame(simple_rs485::Command::Stop.encode().to_vec()),
                (_, Some(controller)) => Work::WriteCoil(controller.stop_coil, true),
                (_, None) => return true,
            };
            if let Err(error) = station.bus.ask(station.wired.unit, work, CLEAR).await {
                shared.trouble(&error).await;
                return false;
            }
        }
    }
    true
}

/// Closes the chain again as long as no new stop comes.
async fn restore(shared: &Shared, chain: &Relay, wanted: &mut watch::Receiver<bool>) {
    while !*wanted.borrow_and_update() {
        match chain.set(true, chain.terms(Urgency::Command, None)).await {
            Ok(_) => return,
            Err(error) => shared.trouble(&error).await,
        }
        let _ = timeout(AGAIN, wanted.changed()).await;
    }
}
