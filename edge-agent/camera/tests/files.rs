//! Videos and folders as cameras, broken ones among them; and workers that misbehave.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use common::{Running, script, shared, street};
use gate_camera::{Activity, Rate};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_with_a_broken_picture_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    street(&folder.path().join("a.jpg"), 640, 360);
    std::fs::write(folder.path().join("b.jpg"), b"\xff\xd8\xff no picture").unwrap();
    street(&folder.path().join("c.jpg"), 320, 240);
    std::fs::write(folder.path().join("notes.txt"), b"not a picture").unwrap();
    let toml = format!("url = '{}'\nlimits = {{ show_s = 0.5 }}", folder.path().display());
    let mut running = Running::new(&toml, common::worker());
    running.camera.set_rate(Rate::Watch);
    let mut widths = BTreeSet::new();
    for _ in 0..20 {
        running.camera.frames.changed().await.unwrap();
        widths.insert(running.camera.frames.borrow_and_update().as_ref().unwrap().picture.width);
    }
    assert_eq!(widths, BTreeSet::from([320, 640]));
    let state = running.until(1, "watching", |s| s.activity == Activity::Watching).await;
    assert_eq!((state.restarts, state.faults.len()), (0, 0));
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_video_is_told_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("lane.mp4");
    std::fs::write(&broken, vec![7; 50_000]).unwrap();
    let mut running = Running::of(broken.to_str().unwrap());
    let state = running.until(10, "told", |s| s.restarts > 1).await;
    let error = state.last_error.unwrap();
    assert!(error.contains("lane.mp4") && error.contains("does not know it as a video"), "{error}");
    running.end().await;

    let empty = folder.path().join("pictures");
    std::fs::create_dir(&empty).unwrap();
    let mut running = Running::of(empty.to_str().unwrap());
    let state = running.until(10, "told", |s| s.last_error.is_some()).await;
    assert!(state.last_error.unwrap().contains("no picture in it can be read"));
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_video_plays_at_its_own_pace_and_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let video = folder.path().join("lane.mp4");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=10:duration=2", "-pix_fmt", "yuv420p"])
        .arg(&video)
        .status();
    if !made.is_ok_and(|status| status.success()) {
        println!("SKIPPED a_video_plays_at_its_own_pace: ffmpeg is not here");
        return;
    }
    let mut running = Running::of(video.to_str().unwrap());
    running.camera.set_rate(Rate::Watch);
    running.until(10, "the first frame", |s| s.activity == Activity::Watching).await;
    let frames = running.count(Duration::from_secs(4)).await;
    assert!((32..=48).contains(&frames), "{frames} frames in 4 s of 10 a second");
    assert!(running.camera.frames.borrow().as_ref().unwrap().media.is_some_and(|m| m < Duration::from_secs(2)));
    assert_eq!(running.camera.state.borrow().restarts, 0, "it began again without a new worker");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_filmed_car_is_seen() {
    let Some(video) = shared("the_filmed_car_is_seen", "datasets/video/license_plate.mp4") else { return };
    let mut running = Running::of(video.to_str().unwrap());
    running.camera.set_rate(Rate::Watch);
    let state = running.until(10, "the first frame", |s| s.activity == Activity::Watching).await;
    assert_eq!(state.size, Some((1280, 720)));
    let frames = running.count(Duration::from_secs(2)).await;
    assert!((15..=30).contains(&frames), "{frames} frames in 2 s of 30 a second, at most 12 wanted");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_hang_lie_or_grow_are_ended() {
    let silent = "url = 'rtsp://127.0.0.1:1/x'\nlimits = { start_s = 1.0 }";
    let mut running = Running::new(silent, script("read order; sleep 600"));
    let state = running.until(6, "the silent one ended", |s| s.restarts > 0).await;
    assert!(state.last_error.unwrap().contains("no frame for"));
    running.end().await;

    let lying = "url = 'rtsp://127.0.0.1:1/x'";
    let mut running = Running::new(lying, script("read order; yes 'this is no frame of any camera at all'; sleep 600"));
    let state = running.until(6, "the lying one ended", |s| s.restarts > 0).await;
    assert!(state.last_error.unwrap().contains("where a frame begins"));
    running.end().await;

    let growing = "url = 'rtsp://127.0.0.1:1/x'\nlimits = { memory_mb = 64 }";
    let hungry = "exec /usr/bin/python3 -c 'import time; x = bytearray(b\"1\") * 120_000_000; time.sleep(600)'";
    let mut running = Running::new(growing, script(hungry));
    let state = running.until(8, "the growing one ended", |s| s.restarts > 0).await;
    assert!(state.last_error.unwrap().contains("its memory grew to"));
    running.end().await;

    let loud = "url = 'rtsp://127.0.0.1:1/x'\nlimits = { start_s = 2.0 }";
    let flood = "read order; (yes error | head -n 800000) >&2; echo 'camera worker: the lens fell off' >&2; exit 1";
    let mut running = Running::new(loud, script(flood));
    let state = running.until(6, "the loud one read to its end", |s| s.last_error.is_some()).await;
    assert_eq!(state.last_error.as_deref(), Some("the lens fell off"));
    running.end().await;

    let mut running = Running::new(lying, gate_camera::WorkerProgram { program: "/nowhere".into(), arguments: vec![] });
    let state = running.until(6, "a missing program told", |s| s.last_error.is_some()).await;
    assert!(state.last_error.unwrap().contains("/nowhere cannot be started"));
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_does_not_outlive_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    street(&folder.path().join("a.jpg"), 320, 240);
    let order = format!(
        r#"{{"source":{{"kind":"pictures","path":"{}","show_ms":1000}},"watch_fps":5,"rest_fps":1,"watching":true}}"#,
        folder.path().display()
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_camera-worker"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, format!("{order}\n").as_bytes()).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(child.try_wait().unwrap().is_none(), "it works while its parent is there");
    drop(input);
    for _ in 0..50 {
        if child.try_wait().unwrap().is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it outlives the end of its standard input");
}
