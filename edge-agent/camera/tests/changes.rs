//! Real streams that change under way: another size, frame rate or codec, bytes spoiled on the way, silence on an open
//! connection. Each is lived through or told, and the stream is well again when the cause is gone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::time::Duration;

use common::{Running, Server, has, street};
use gate_camera::{Activity, CameraState, FaultCode, Rate};

/// A stream of the street picture, and a camera of this configuration that is watched.
async fn watched(test: &str, toml: &str) -> Option<(Server, Running, tempfile::TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("street.jpg");
    street(&picture, 1280, 720);
    let server = Server::start(test, 0, &[("lane", picture.to_str().unwrap())])?;
    let mut running = Running::new(&format!("url = '{}'\n{toml}", server.url("lane")), common::worker());
    running.camera.set_rate(Rate::Watch);
    running.until(10, "the first frame", |s| s.activity == Activity::Watching).await;
    Some((server, running, folder))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_is_set_up_to_another_size_is_told() {
    let Some((server, mut running, _folder)) = watched("another_size", "width = 1280\nheight = 720").await else {
        return;
    };
    for size in [(640, 360), (1920, 1080)] {
        // A camera ends its streams when its size is changed.
        server.order("lane", &format!(r#"{{"size": [{}, {}], "codec": "h264"}}"#, size.0, size.1));
        let told = |s: &CameraState| s.size == Some(size) && has(s, FaultCode::CameraWrongSize);
        let state = running.until(15, "the other size told", told).await;
        println!("{}", state.faults[0]);
    }
    server.order("lane", r#"{"size": [1280, 720], "codec": "h264"}"#);
    let state = running.until(15, "well again", |s| s.size == Some((1280, 720)) && s.well()).await;
    assert!(state.memory_mb.is_none_or(|mb| mb < 300), "{state:?}");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_size_that_changes_inside_the_stream_is_noticed_before_a_picture_of_two_is_made() {
    let Some((server, mut running, _folder)) = watched("size_inside", "width = 1280\nheight = 720").await else {
        return;
    };
    for size in [(640, 360), (1920, 1080), (1280, 720)] {
        let before = running.camera.state.borrow().restarts;
        server.order("lane", &format!(r#"{{"size": [{}, {}]}}"#, size.0, size.1));
        let state = running.until(15, "the other size", |s| s.size == Some(size) && s.restarts > before).await;
        let said = state.last_error.unwrap_or_default();
        assert!(said.contains("its size changed within the stream from"), "{size:?}: {said}");
        let wrong = size != (1280, 720);
        running.until(5, "what that means", |s| has(s, FaultCode::CameraWrongSize) == wrong && s.well() != wrong).await;
    }
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_frame_rate_is_no_fault_until_no_frame_comes() {
    let Some((server, mut running, _folder)) = watched("another_frame_rate", "").await else { return };
    server.order("lane", r#"{"fps": 2}"#);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let slow = running.count(Duration::from_secs(4)).await;
    assert!((6..=11).contains(&slow), "{slow} frames in 4 s of 2 a second");
    let state = running.until(1, "well", |s| s.well()).await;
    let pid = state.pid;
    server.order("lane", r#"{"fps": 25}"#);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let quick = running.count(Duration::from_secs(3)).await;
    assert!((24..=45).contains(&quick), "{quick} frames in 3 s of 25 a second, at most 12 wanted");
    assert_eq!(running.until(1, "well", |s| s.well()).await.pid, pid, "the same worker all the time");
    server.order("lane", r#"{"fps": 0}"#);
    running.until(5, "silence noticed", |s| has(s, FaultCode::CameraLost)).await;
    server.order("lane", r#"{"fps": 10}"#);
    running.until(20, "found again", |s| s.well()).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_codec_is_decoded_once_the_stream_is_found_again() {
    let Some((server, mut running, _folder)) = watched("another_codec", "").await else { return };
    for codec in ["h265", "jpeg", "h264"] {
        let before = running.camera.state.borrow().clone();
        server.order("lane", &format!(r#"{{"codec": "{codec}"}}"#));
        running.until(5, "sent away", |s| s.restarts > before.restarts).await;
        let state = running.until(15, codec, |s| s.well() && s.frames > before.frames).await;
        assert_eq!(state.size, Some((1280, 720)), "{codec}");
    }
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spoiled_bytes_break_nothing_and_the_picture_comes_back() {
    let Some((server, mut running, _folder)) = watched("spoiled_bytes", "").await else { return };
    for share in [0.0005, 0.02, 0.3] {
        server.order("lane", &format!(r#"{{"garbage": {share}}}"#));
        tokio::time::sleep(Duration::from_secs(5)).await;
        let state = running.camera.state.borrow().clone();
        println!(
            "{share}: {} frames, {} restarts, {:?}, {:?}",
            state.frames, state.restarts, state.faults, state.last_error
        );
        assert!(state.memory_mb.is_none_or(|mb| mb < 300), "{state:?}");
        server.order("lane", r#"{"garbage": 0}"#);
        let state = running.until(25, "well again", |s| s.well()).await;
        assert!(!state.last_error.is_some_and(|e| e.contains("panicked")));
    }
    running.end().await;
}
