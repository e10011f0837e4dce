//! The stop: OPEN and CLOSE cleared, the normally-closed chain dropped and held until a reset at the lane
//! (`domain.md` section 4, rule 2). It is repeated until the board has confirmed it.

use std::time::Duration;

use gate_core::barrier::io::DeviceNews;
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
/// Time from one attempt to the next.
const AGAIN: Duration = Duration::from_millis(50);

const STOP: Terms = Terms { urgency: Urgency::Stop, timeout: ANSWER, patience: None };

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

/// Drops the chain and keeps it dropped as long as it is wanted. Once confirmed nothing more is written:
/// a board that loses its power drops the chain by itself.
async fn hold(shared: &Shared, chain: &Relay, wanted: &mut watch::Receiver<bool>) {
    let mut told = false;
    while *wanted.borrow_and_update() {
        clear_motion(shared).await;
        if drop_chain(shared, chain).await {
            told = false;
            if wanted.changed().await.is_err() {
                return;
            }
            continue;
        }
        if !told {
            shared.tell(DeviceNews::StopFailed).await;
        }
        told = true;
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

/// Clears OPEN and CLOSE, or halts the controller; a failure here does not keep the chain from dropping.
async fn clear_motion(shared: &Shared) {
    match &shared.wiring.motion {
        MotionWiring::Relays { open, close } => {
            for terminal in [open, close] {
                let Some(relay) = Relay::at(shared, terminal) else { continue };
                if let Err(error) = relay.set(false, STOP).await {
                    shared.trouble(&error).await;
                }
            }
        }
        MotionWiring::Controller(device) => {
            let Some(station) = shared.station(device) else { return };
            let profile = &station.wired.profile;
            let work = match (profile.kind, &profile.controller) {
                (DeviceKind::SimpleRs485, _) => Work::Frame(simple_rs485::Command::Stop.encode().to_vec()),
                (_, Some(controller)) => Work::WriteCoil(controller.stop_coil, true),
                (_, None) => return,
            };
            if let Err(error) = station.bus.ask(station.wired.unit, work, STOP).await {
                shared.trouble(&error).await;
            }
        }
    }
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
