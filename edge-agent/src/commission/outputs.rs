//! Stop chain, OPEN, CLOSE and the light, each after the technician's word.

use std::time::Duration;

use gate_core::barrier::config::{CLOSE_READ_AGE, GREEN, SETTLE, STALE};
use gate_core::barrier::io::{DeviceNews, InputName, Motion, Output};
use tokio::io::AsyncRead;
use tokio::time::Instant;

use super::{CommissionError, CommissioningReport, Hands, Travel};
use crate::config::LaneConfig;

/// The driver says within this that a stop was not confirmed.
const STOP_TOLD: Duration = Duration::from_secs(1);
/// All safety inputs are read free for so long before CLOSE (rule 7).
const FREE: Duration = Duration::from_secs(2);
/// Longest travel that is waited for.
const TRAVEL: Duration = Duration::from_secs(30);
/// Motions each way.
const ROUNDS: usize = 3;

pub(super) async fn test<R: AsyncRead + Unpin, S: FnMut(&str)>(
    hands: &mut Hands<R, S>,
    lane: &LaneConfig,
    report: &mut CommissioningReport,
) -> Result<(), CommissionError> {
    let settled = SETTLE.saturating_sub(hands.started().elapsed());
    hands.until(settled, |_| false).await;
    report.stop_chain = stop(hands).await?;
    if report.stop_chain {
        travel(hands, lane, report).await?;
    }
    if lane.wiring.end.light.is_some() && report.faults.is_empty() {
        let mut good = green(hands, "the light", "green").await?;
        if lane.wiring.other_end.is_some() {
            hands.turn(true);
            good &= green(hands, "the light at the other end", "other green").await?;
            hands.turn(false);
        }
        report.light = Some(good);
    }
    report.faults.extend(hands.troubles());
    Ok(())
}

async fn green<R: AsyncRead + Unpin, S: FnMut(&str)>(
    hands: &mut Hands<R, S>,
    light: &str,
    word: &'static str,
) -> Result<bool, CommissionError> {
    hands.agree(&format!("{light} is about to show green for three seconds"), word).await?;
    hands.apply(Output::Green { length: GREEN })?;
    hands.until(GREEN, |_| false).await;
    hands.saw(&format!("{light} alone green for three seconds, then red by itself")).await
}

/// The chain is dropped, confirmed, seen at the controller, and made whole again.
async fn stop<R: AsyncRead + Unpin, S: FnMut(&str)>(hands: &mut Hands<R, S>) -> Result<bool, CommissionError> {
    hands.agree("the stop chain is about to be dropped", "stop").await?;
    hands.forget_news();
    hands.apply(Output::DropStop)?;
    let failed = hands.until(STOP_TOLD, |h| h.heard(DeviceNews::StopFailed)).await;
    let seen = hands.saw("the controller shows its stop input open, and its own OPEN button moves nothing").await?;
    if failed || !seen {
        hands.say("the stop chain stays dropped; mend it before anything moves");
        return Ok(false);
    }
    hands.agree("the stop chain is about to be made whole again; nothing moves by it", "whole").await?;
    hands.forget_news();
    hands.apply(Output::RestoreStop)?;
    if hands.until(STOP_TOLD, |h| h.heard(DeviceNews::BusError) || h.heard(DeviceNews::StopFailed)).await {
        hands.say("the stop chain was not confirmed whole; nothing is moved");
        return Ok(false);
    }
    Ok(true)
}

async fn travel<R: AsyncRead + Unpin, S: FnMut(&str)>(
    hands: &mut Hands<R, S>,
    lane: &LaneConfig,
    report: &mut CommissioningReport,
) -> Result<(), CommissionError> {
    let (mut opens, mut closes) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for motion in [Motion::Open, Motion::Close] {
            match one(hands, lane, motion).await? {
                Ok(took) if motion == Motion::Open => opens.push(took),
                Ok(took) => closes.push(took),
                Err(fault) => {
                    hands.forget_news();
                    hands.apply(Output::DropStop)?;
                    report.faults.push(fault.clone());
                    // The driver is given the time to drop the chain and to confirm it.
                    if hands.until(STOP_TOLD, |h| h.heard(DeviceNews::StopFailed)).await {
                        let unstopped = "the stop chain could not be dropped by software: press the wired STOP now";
                        hands.say(&format!("{fault}; {unstopped}"));
                        report.faults.push(unstopped.to_owned());
                    } else {
                        hands.say(&format!("{fault}; the stop chain is dropped and stays so"));
                    }
                    return Ok(());
                }
            }
        }
    }
    let longest = |times: &[Duration]| {
        u32::try_from(times.iter().max().copied().unwrap_or_default().as_millis()).unwrap_or(u32::MAX)
    };
    report.travel = Some(Travel { open_ms: longest(&opens), close_ms: longest(&closes) });
    Ok(())
}

/// One motion from limit to limit; a fault in words.
async fn one<R: AsyncRead + Unpin, S: FnMut(&str)>(
    hands: &mut Hands<R, S>,
    lane: &LaneConfig,
    motion: Motion,
) -> Result<Result<Duration, String>, CommissionError> {
    let (word, from, to) = match motion {
        Motion::Open => ("open", InputName::ClosedLimit, InputName::OpenLimit),
        Motion::Close => ("close", InputName::OpenLimit, InputName::ClosedLimit),
    };
    hands.agree("nobody and nothing is under or beside the boom", word).await?;
    if hands.until(FREE, |h| refusal(h, lane, from, STALE).is_some()).await {
        let why = refusal(hands, lane, from, STALE);
        let why = why.unwrap_or_else(|| format!("an input was not free for {} s", FREE.as_secs()));
        return Ok(Err(format!("{word} was not sent: {why}")));
    }
    // The newest reading decides (rule 7), as soon as there is one; anything else is told.
    hands.until(STALE, |h| refusal(h, lane, from, CLOSE_READ_AGE).is_none()).await;
    if let Some(why) = refusal(hands, lane, from, CLOSE_READ_AGE) {
        return Ok(Err(format!("{word} was not sent: {why}")));
    }
    hands.forget_news();
    let sent = Instant::now();
    hands.apply(Output::Pulse { motion, length: lane.barrier.pulse() })?;
    let moved = hands.until(TRAVEL, |h| ended(h, lane, motion, to)).await;
    let took = sent.elapsed();
    if !moved {
        return Ok(Err(format!("{word}: {} was not reached within {} s", to.as_str(), TRAVEL.as_secs())));
    }
    if let Some(why) = broken(hands, lane, motion) {
        return Ok(Err(format!("{word}: {why}")));
    }
    let off = hands.until(lane.barrier.pulse() + STOP_TOLD, |h| h.heard(DeviceNews::PulseDone(motion))).await;
    Ok(if off { Ok(took) } else { Err(format!("{word}: the relay was not read off again")) })
}

fn ended<R: AsyncRead + Unpin, S: FnMut(&str)>(
    hands: &Hands<R, S>,
    lane: &LaneConfig,
    motion: Motion,
    to: InputName,
) -> bool {
    hands.active(to) == Some(true) || broken(hands, lane, motion).is_some()
}

/// What ends a motion at once.
fn broken<R: AsyncRead + Unpin, S: FnMut(&str)>(
    hands: &Hands<R, S>,
    lane: &LaneConfig,
    motion: Motion,
) -> Option<String> {
    if hands.heard(DeviceNews::PulseFailed(motion)) || hands.heard(DeviceNews::PulseStuck(motion)) {
        return Some("the relay failed".to_owned());
    }
    let name = lane.wiring.inputs.keys().find(|n| n.is_safety() && hands.active(**n) != Some(false))?;
    (motion == Motion::Close).then(|| format!("{} is not read free while the boom comes down", name.as_str()))
}

/// Why a motion may not begin, by readings of at most this age.
fn refusal<R: AsyncRead + Unpin, S: FnMut(&str)>(
    hands: &Hands<R, S>,
    lane: &LaneConfig,
    from: InputName,
    age: Duration,
) -> Option<String> {
    if hands.active_within(from, age) != Some(true) {
        return Some(format!("the boom is not read at {}", from.as_str()));
    }
    let must_be_free = |n: &&InputName| n.is_safety() || matches!(n, InputName::ManualKey | InputName::Emergency);
    let name = lane.wiring.inputs.keys().filter(must_be_free).find(|n| hands.active_within(**n, age) != Some(false))?;
    Some(format!("{} is active or cannot be read", name.as_str()))
}
