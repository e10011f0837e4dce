//! An officer at the console in Chromium: the first sign-in, correct and open, refuse, stop, all by keys.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::process::Command;

use gate_tests::people::PASSWORD;
use gate_tests::programs::{self, Running};
use gate_tests::scenes::Scenes;
use gate_tests::site::{Database, Lists, Site};
use serde_json::Value;

const LANE: &str = "in-1";
/// What the officer types for the plate that no camera could read.
const READ_BY_EYE: &str = "24C12345";

fn browser(site: &Site, shots: &std::path::Path) -> Running {
    let folder = programs::root().join("tests/whole/console");
    let (name, invite) = &site.invites[1];
    let mut command = Command::new("node");
    command.arg("officer.mjs").current_dir(folder);
    command.env("GATE_CONSOLE", &site.central_address).env("GATE_LANE", LANE).env("GATE_PLATE", READ_BY_EYE);
    command.env("GATE_NAME", name).env("GATE_INVITE", invite).env("GATE_PASSWORD", PASSWORD).env("GATE_SHOTS", shots);
    Running::start("browser", &mut command, &site.folder.path().join("logs"))
}

async fn says(browser: &mut Running, line: &'static str) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(90);
    while !browser.told().lines().any(|l| l == line) {
        browser.must_run();
        assert!(std::time::Instant::now() < end, "the browser does not say {line:?}: {}", browser.tail(40));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    println!("the officer's browser: {line}");
}

fn gone(state: &Value) -> bool {
    state["vehicles"].as_array().unwrap().is_empty()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_works_by_keys_in_chromium() {
    let folder = tempfile::tempdir().unwrap();
    let scenes = Scenes::make(folder.path());
    let site = Site::start(Database::Sqlite, &scenes, &Lists::default()).await;
    let shots = programs::root().join("target/console-shots");
    let mut browser = browser(&site, &shots);
    says(&mut browser, "signed in").await;
    site.plant.show(LANE, &scenes.unreadable.picture).await;
    site.plant.arrive(LANE, "lorry").await;
    says(&mut browser, "opened").await;
    site.plant.until(LANE, "the lorry gone", 40, gone).await;
    site.plant.show(LANE, &scenes.empty).await;
    site.settle(LANE).await;
    says(&mut browser, "next").await;
    site.plant.show(LANE, &scenes.unreadable.picture).await;
    let second = site.plant.arrive(LANE, "lorry").await;
    says(&mut browser, "refused").await;
    site.plant.turn_back(LANE, second).await;
    site.plant.until(LANE, "the lorry gone", 40, gone).await;
    site.plant.show(LANE, &scenes.empty).await;
    says(&mut browser, "stopped").await;
    site.plant.until(LANE, "the stop chain dropped", 5, |s| s["stop_chain_closed"] == false).await;
    let officer = site.officer(0).await;
    let kept = officer.passages().await;
    let outcomes: Vec<_> = kept.iter().map(|p| (p["outcome"].clone(), p["corrected"].clone())).collect();
    assert_eq!(kept.len(), 2, "{kept:#?}");
    assert!(outcomes.iter().any(|(o, plate)| o == "passed" && plate == READ_BY_EYE), "{outcomes:?}");
    assert!(outcomes.iter().any(|(o, _)| o == "turned_away" || o == "backed_out"), "{outcomes:?}");
    assert_eq!(site.plant.wrong_openings().await, Vec::<String>::new());
    println!("passages 2, wrong openings 0; screenshots in {}", shots.display());
}
