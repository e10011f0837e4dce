//! The centre is dead: the person at the lane's own panel works on, and nothing is lost or counted twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::time::Duration;

use gate_tests::people::{Officer, Panel};
use gate_tests::scenes::Scenes;
use gate_tests::site::{Database, Lists, Site};
use serde_json::Value;

const LANE: &str = "in-1";

async fn let_in_by_hand(site: &Site, scenes: &Scenes, panel: &Panel) {
    let before = passed(&site.plant.state(LANE).await);
    site.plant.show(LANE, &scenes.unreadable.picture).await;
    let id = site.plant.arrive(LANE, "lorry").await;
    site.plant
        .until(LANE, "the lorry at the stop line", 20, |s| {
            s["vehicles"].as_array().unwrap().iter().any(|v| v["id"] == id && v["at_stop_line"] == true)
        })
        .await;
    for _ in 0..60 {
        let (status, said) = panel.act(LANE, "open", "trung tâm mất kết nối").await;
        if status.is_success() {
            break;
        }
        println!("not yet: {said}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    site.plant.until(LANE, "the lorry gone through", 30, |s| passed(s) > before).await;
    site.plant.show(LANE, &scenes.empty).await;
    site.settle(LANE).await;
}

fn passed(state: &Value) -> usize {
    state["notes"].as_array().unwrap().iter().filter(|n| n["kind"] == "passed").count()
}

async fn stop_and_reset(site: &Site, panel: &Panel) {
    let nobody = site.panel();
    let status = nobody.stop(LANE).await;
    assert!(status.is_success(), "STOP needs no sign-in: {status}");
    site.plant.until(LANE, "the stop chain dropped", 2, |s| s["stop_chain_closed"] == false).await;
    let (status, said) = panel.act(LANE, "reset", "thử nút dừng").await;
    assert!(status.is_success(), "{status} {said}");
    site.plant.until(LANE, "the stop chain whole again", 5, |s| s["stop_chain_closed"] == true).await;
    // A reset is a new beginning: nothing moves for 5 s.
    tokio::time::sleep(Duration::from_secs(6)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_at_the_lane_works_on_without_the_centre() {
    let folder = tempfile::tempdir().unwrap();
    let scenes = Scenes::make(folder.path());
    let mut site = Site::start(Database::Sqlite, &scenes, &Lists::default()).await;
    let first = site.officer(1).await;
    drop(first);
    site.stop_central();
    let mut panel = site.panel();
    assert!(panel.page().await.contains("<html"), "the panel is there without the centre");
    panel.sign_in("lan", &site.pin).await;
    let_in_by_hand(&site, &scenes, &panel).await;
    stop_and_reset(&site, &panel).await;
    let_in_by_hand(&site, &scenes, &panel).await;
    let waiting = site.waiting_at_the_edge().await;
    println!("{waiting} events wait at the edge");
    assert!(waiting > 0);
    site.start_central().await;
    site.all_arrived().await;
    let officer = Officer::sign_in(site.http.clone(), &site.central_address, "lan.nguyen").await;
    let kept = officer.passages().await;
    let ids: BTreeSet<_> = kept.iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((kept.len(), ids.len()), (2, 2), "each passage stands once: {kept:#?}");
    for record in &kept {
        assert_eq!(record["outcome"], "passed", "{record:#}");
    }
    assert_eq!(site.plant.wrong_openings().await, Vec::<String>::new());
    println!("passages 2, without the centre 2, wrong openings 0; {}", site.central_says(&["audit", "verify"]));
}
