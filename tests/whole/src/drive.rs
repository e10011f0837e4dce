//! One vehicle through one lane: it comes, the gate decides, an officer acts where it must, it goes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::people::Officer;
use crate::scenes::{Scenes, Vehicle};
use crate::site::Site;

/// What the officer does when the lane waits for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Corrects the plate where it was misread, and opens.
    LetIn,
    /// Sends it back; the driver turns round.
    SendBack,
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Driven {
    pub passage: String,
    pub verdict: String,
    pub reasons: Vec<String>,
    /// What was read, normalised; empty when nothing was.
    pub read: String,
    pub passed: bool,
    /// No officer had to act.
    pub by_itself: bool,
    pub took: Duration,
    /// What the driver read while the lane waited.
    pub sign: String,
}

/// The lane's decision must be there within this.
const DECIDES_WITHIN: Duration = Duration::from_secs(30);

/// Drives `vehicle` through `lane`.
pub async fn drive(site: &Site, scenes: &Scenes, officer: &Officer, lane: &str, vehicle: &Vehicle, act: Act) -> Driven {
    let begun = Instant::now();
    let passed_before = passed(site, lane).await;
    let last = officer.lane(lane).await["passage"]["record"]["id"].as_str().map(str::to_owned);
    site.plant.show(lane, &vehicle.picture).await;
    let id = site.plant.arrive(lane, &vehicle.plant).await;
    let (passage, mut view) = decided(site, officer, lane, last.as_deref()).await;
    if verdict_of(&view) != "open" {
        site.plant.until(lane, "the vehicle at the stop line", 20, |s| at_line(s, id) || gone_through(s, id)).await;
        // More looks may still change what was decided.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        view = officer.passage(&passage).await;
    }
    let record = &view["record"];
    let verdict = verdict_of(&view);
    let reasons = record["decision"]["reasons"].as_array().into_iter().flatten();
    let reasons: Vec<String> = reasons.map(|r| r["code"].as_str().unwrap_or_default().to_owned()).collect();
    let read = tractor(record);
    let sign = site.plant.state(lane).await["display"]["lines"].to_string();
    let by_itself = verdict == "open";
    if !by_itself {
        act_on(site, officer, lane, &passage, vehicle, &read, act).await;
    }
    let passes = by_itself || act == Act::LetIn;
    if passes {
        site.plant.until(lane, "the vehicle gone through", 30, |s| count(s, "passed") > passed_before).await;
    } else {
        site.plant.turn_back(lane, id).await;
    }
    site.plant.show(lane, &scenes.empty).await;
    site.settle(lane).await;
    ended(officer, lane, &passage).await;
    let took = begun.elapsed();
    println!(
        "{lane:6} {:10} read {:10} {verdict:7} {reasons:?} {} {:.1} s ({})",
        vehicle.plate,
        read,
        if by_itself { "by itself" } else { "with an officer" },
        took.as_secs_f32(),
        vehicle.seen
    );
    Driven { passage, verdict, reasons, read, passed: passes, by_itself, took, sign }
}

async fn act_on(site: &Site, officer: &Officer, lane: &str, passage: &str, vehicle: &Vehicle, read: &str, act: Act) {
    if act == Act::SendBack {
        let (status, said) =
            officer.act(lane, "refuse", json!({ "passage": passage, "reason": "không khai báo" })).await;
        assert_eq!(status, 202, "{said}");
        return;
    }
    if !vehicle.plate.is_empty() && read != vehicle.plate {
        officer.correct(passage, &vehicle.plate).await;
    }
    let before = opens(&site.plant.state(lane).await);
    let end = Instant::now() + Duration::from_secs(60);
    let mut last = Value::Null;
    while opens(&site.plant.state(lane).await) == before {
        assert!(Instant::now() < end, "{lane}: the officer's OPEN does not reach the boom: {last}");
        let (status, said) = officer.act(lane, "open", json!({ "passage": passage, "reason": "đã kiểm tra" })).await;
        // What the lane refused (its barrier reads its limits anew, say) an officer asks for again.
        if status != 202 {
            last = said;
        }
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(4) && opens(&site.plant.state(lane).await) == before {
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }
}

fn opens(state: &Value) -> usize {
    state["pulses"].as_array().unwrap().iter().filter(|p| p["name"] == "open").count()
}

/// Waits for the lane's next passage and its decision.
async fn decided(site: &Site, officer: &Officer, lane: &str, last: Option<&str>) -> (String, Value) {
    let end = Instant::now() + DECIDES_WITHIN;
    loop {
        let seen = officer.lane(lane).await;
        let view = &seen["passage"];
        if let Some(id) = view["record"]["id"].as_str().filter(|id| Some(*id) != last)
            && (!view["record"]["decision"].is_null())
            && matches!(seen["status"]["state"].as_str(), Some("referred" | "refused" | "granted" | "passing"))
        {
            return (id.to_owned(), view.clone());
        }
        if seen["status"]["state"] == "tailgated" {
            let (status, said) = site.person.act(lane, "was_trailer", "rơ moóc của xe trước").await;
            println!("{lane}: tailgating was told; a person says it was the trailer: {status} {said}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert!(Instant::now() < end, "{lane}: nothing was decided within {DECIDES_WITHIN:?}: {seen:#}");
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

async fn ended(officer: &Officer, lane: &str, passage: &str) {
    let end = Instant::now() + Duration::from_secs(20);
    while officer.passage(passage).await["record"]["outcome"].is_null() {
        assert!(Instant::now() < end, "{lane}: passage {passage} does not end at the centre");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The tractor's plate as it was read.
pub fn tractor(record: &Value) -> String {
    let parts = record["parts"].as_array().into_iter().flatten();
    let tractor = parts.filter(|p| p["part"] == "tractor").find_map(|p| p["text"].as_str());
    tractor.unwrap_or_default().to_owned()
}

fn verdict_of(view: &Value) -> String {
    view["record"]["decision"]["verdict"].as_str().unwrap_or("unread").to_owned()
}

fn gone_through(state: &Value, id: u64) -> bool {
    let rear = |v: &Value| v["rear_m"].as_f64().unwrap_or_default();
    state["vehicles"].as_array().unwrap().iter().all(|v| v["id"] != id || rear(v) > 0.0)
}

fn at_line(state: &Value, id: u64) -> bool {
    state["vehicles"].as_array().unwrap().iter().any(|v| v["id"] == id && v["at_stop_line"] == true)
}

fn count(state: &Value, kind: &str) -> usize {
    state["notes"].as_array().unwrap().iter().filter(|n| n["kind"] == kind).count()
}

async fn passed(site: &Site, lane: &str) -> usize {
    count(&site.plant.state(lane).await, "passed")
}
