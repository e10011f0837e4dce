//! The agent as a process: starts with central and network dead, serves its panel over TLS, stops a boom,
//! ends in time, and says clearly why it cannot start.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
mod process_common;

use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Plant, until};
use process_common::{Running, agent, client, data_folder, done, free_port};

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_works_alone_and_ends_in_time() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let plant = Plant::start().await;
    let port = free_port();
    let authority = data_folder(folder.path(), plant.wiring(), "", port);
    let (good, said) = done(folder.path(), &["check", "--devices"]);
    assert!(said.contains("input loop_under: not active") && said.contains("bus barrier: answers"), "{good} {said}");
    assert_eq!(plant.sim().now().plant.journal.pulses().len(), 0, "check writes no output");
    let (good, pin) = done(folder.path(), &["pin", "lan"]);
    assert!(good && pin.trim().len() == 6, "{pin}");

    let mut running =
        Running(agent(folder.path(), &["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let client = client(&authority);
    let base = format!("https://localhost:{port}");
    let end = Instant::now() + Duration::from_secs(20);
    while client.get(format!("{base}/healthz")).send().await.is_err() {
        assert!(Instant::now() < end, "the panel did not come up");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let health = client.get(format!("{base}/healthz")).send().await.unwrap();
    assert_eq!(health.status(), 200);
    assert!(health.text().await.unwrap().contains("\"central\":false"));

    let (good, said) = done(folder.path(), &["run"]);
    assert!(!good && said.contains("another edge-agent runs"), "{said}");

    let stopped = client.post(format!("{base}/api/lanes/in-1/stop")).send().await.unwrap();
    assert_eq!(stopped.status(), 204);
    until("the chain dropped", 1, || !plant.chain_closed()).await;
    let metrics = client.get(format!("{base}/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("edge_"), "{metrics}");

    let asked = Instant::now();
    let pid = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let status = loop {
        if let Some(status) = running.0.try_wait().unwrap() {
            break status;
        }
        assert!(asked.elapsed() < Duration::from_secs(5), "it did not end within 5 s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(status.success(), "{status}");
    let (good, said) = done(folder.path(), &["replay", &folder.path().join("journal/in-1").to_string_lossy()]);
    assert!(good && said.contains("differences 0"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_it_from_starting_is_said_with_its_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let (good, said) = done(folder.path(), &["run"]);
    assert!(!good && said.contains("edge.toml:1: cannot be read"), "{said}");
    let plant = Plant::start().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    data_folder(folder.path(), plant.wiring(), "", taken.local_addr().unwrap().port());
    let (good, said) = done(folder.path(), &["run"]);
    assert!(!good && said.contains("cannot listen on") && said.contains("panel.listen"), "{said}");
    std::fs::remove_file(folder.path().join("identity/enrolment.json")).unwrap();
    let (good, said) = done(folder.path(), &["run"]);
    assert!(!good && said.contains("not enrolled") && said.contains("enrol"), "{said}");
    let (good, said) = done(folder.path(), &["explain", "00000000-0000-7000-8000-000000000000"]);
    assert!(!good && said.contains("outbox.db"), "{said}");
    let status = agent(folder.path(), &["--no-such-flag"]).output().unwrap().status;
    assert_eq!(status.code(), Some(2), "wrong usage");
}

#[test]
fn check_and_devices_read_every_committed_file() {
    let firmware = common::profiles();
    let folder = tempfile::tempdir().unwrap();
    let mut checked = 0;
    for entry in std::fs::read_dir(firmware.join("lanes")).unwrap() {
        let path = entry.unwrap().path();
        let wiring = std::fs::read_to_string(&path).unwrap();
        let lane = wiring.lines().find_map(|l| l.strip_prefix("lane = ")).unwrap().replace('"', "");
        data_folder(folder.path(), &wiring.replace(&format!("lane = \"{lane}\""), "lane = \"in-1\""), "", 0);
        let (good, said) = done(folder.path(), &["check"]);
        assert!(good && said.contains("edge.toml: good"), "{}: {said}", path.display());
        checked += 1;
    }
    let (good, said) = done(folder.path(), &["devices"]);
    assert!(good, "{said}");
    for entry in std::fs::read_dir(&firmware).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".toml").filter(|n| !n.ends_with(".example")) else { continue };
        assert!(said.lines().any(|l| l.trim_start().starts_with(&format!("{name} "))), "{name} is not listed: {said}");
        checked += 1;
    }
    assert!(checked >= 13, "only {checked} files");
}
