//! A real RTSP stream: read, at rest and watched, lost and found again, frozen and black; and a worker
//! that is killed. What changes under way is in `changes.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::time::Duration;

use common::{Running, Server, brightness, has, painted, street};
use gate_camera::{Activity, FaultCode, Rate};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_read_few_frames_at_rest_and_all_when_watched() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("street.jpg");
    street(&picture, 1280, 720);
    let test = "a_stream_is_read";
    let Some(server) = Server::start(test, 0, &[("lane", picture.to_str().unwrap())]) else { return };
    let mut running =
        Running::new(&format!("url = '{}'\nwidth = 1280\nheight = 720", server.url("lane")), common::worker());
    let state = running.until(10, "the first frame", |s| s.activity == Activity::Resting).await;
    assert_eq!(state.size, Some((1280, 720)));
    let rest = running.count(Duration::from_secs(3)).await;
    assert!((4..=8).contains(&rest), "{rest} frames in 3 s at rest");

    running.camera.set_rate(Rate::Watch);
    let begun = std::time::Instant::now();
    running.camera.frames.borrow_and_update();
    for _ in 0..3 {
        running.camera.frames.changed().await.unwrap();
    }
    println!("three frames {:.0} ms after the word", begun.elapsed().as_secs_f32() * 1000.0);
    assert!(begun.elapsed() < Duration::from_millis(900), "full rate within one GOP");
    let watched = running.count(Duration::from_secs(3)).await;
    assert!((18..=40).contains(&watched), "{watched} frames in 3 s watched, of 10 a second");
    let age = running.camera.frames.borrow().as_ref().unwrap().received.elapsed();
    assert!(age < Duration::from_millis(500), "the newest frame is {age:?} old");
    let state = running.until(3, "well", |s| s.well()).await;
    assert!(state.memory_mb.is_some_and(|mb| mb < 200), "{state:?}");
    println!("the worker takes {} MB", state.memory_mb.unwrap());
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_stream_is_noticed_and_found_again() {
    let test = "a_lost_stream_is_noticed";
    let Some(server) = Server::start(test, 0, &[("lane", "empty")]) else { return };
    let port = server.port;
    let mut running = Running::of(&server.url("lane"));
    running.until(10, "the first frame", |s| s.activity == Activity::Resting).await;
    drop(server);
    let state = running.until(5, "the loss noticed", |s| has(s, FaultCode::CameraLost)).await;
    assert_eq!(state.faults.len(), 1);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let state = running.until(5, "the reason known", |s| s.last_error.is_some()).await;
    println!("{}", state.last_error.unwrap());
    let Some(_server) = Server::start(test, port, &[("lane", "empty")]) else { return };
    running.until(12, "found again", |s| s.activity == Activity::Resting && s.faults.is_empty()).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_and_black_pictures_are_noticed_within_five_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("street.jpg");
    street(&picture, 1280, 720);
    let test = "frozen_and_black";
    let Some(server) = Server::start(test, 0, &[("lane", picture.to_str().unwrap())]) else { return };
    let mut running = Running::of(&server.url("lane"));
    running.until(10, "the first frame", |s| s.activity == Activity::Resting).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    running.until(1, "a swaying picture is well", |s| s.faults.is_empty()).await;
    server.order("lane", r#"{"moving": false}"#);
    let state = running.until(5, "frozen", |s| has(s, FaultCode::CameraFrozen)).await;
    println!("{}", state.faults[0]);
    server.order("lane", r#"{"moving": true}"#);
    running.until(6, "moving again", |s| s.faults.is_empty()).await;
    server.order("lane", r#"{"picture": "black"}"#);
    running.until(5, "black", |s| has(s, FaultCode::CameraBlack)).await;
    assert!(brightness(&running.camera) < 20.0);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dark_dazzled_and_covered_pictures_are_noticed_within_five_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    street(&path("street.jpg"), 1280, 720);
    let block = |x: u32, y: u32| if (x / 37 + y / 29).is_multiple_of(2) { 70 } else { 160 };
    painted(&path("dark.jpg"), |x, y| block(x, y) / 4);
    // The sun behind a gantry: most of the picture at its upper end, a part of the lane still there.
    painted(&path("glare.jpg"), |x, y| if x < 900 { 255 } else { block(x, y) });
    painted(&path("covered.jpg"), |_, _| 90);
    let street = path("street.jpg");
    let Some(server) = Server::start("dark_dazzled", 0, &[("lane", street.to_str().unwrap())]) else { return };
    let mut running = Running::of(&server.url("lane"));
    running.until(10, "the first frame", |s| s.activity == Activity::Resting).await;
    for (name, code) in [
        ("dark.jpg", FaultCode::CameraDark),
        ("glare.jpg", FaultCode::CameraGlare),
        ("covered.jpg", FaultCode::CameraCovered),
    ] {
        server.order("lane", &format!(r#"{{"picture": "{}"}}"#, path(name).display()));
        let state = running.until(5, name, |s| has(s, code)).await;
        println!("{}", state.faults[0]);
        assert_eq!(state.faults.iter().map(|f| f.code).collect::<Vec<_>>(), [code], "one cause, one fault");
        server.order("lane", &format!(r#"{{"picture": "{}"}}"#, street.display()));
        running.until(6, "well again", |s| s.faults.is_empty()).await;
    }
    running.end().await;
}

/// A yard of boxes here and there, seen from `pan` pixels beside and above.
fn yard(pan: u32) -> impl Fn(u32, u32) -> u8 {
    let mut state = 9u32;
    let mut drawn = |most: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 12) % most
    };
    let boxes: Vec<[u32; 5]> =
        (0..90).map(|_| [drawn(1500), drawn(900), 40 + drawn(170), 30 + drawn(120), 30 + drawn(190)]).collect();
    move |x, y| {
        let (x, y) = (x + pan, y + pan);
        let hit =
            boxes.iter().find(|[left, top, w, h, _]| (*left..left + w).contains(&x) && (*top..top + h).contains(&y));
        u8::try_from(hit.map_or(100, |b| b[4])).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turned_camera_is_noticed_within_five_seconds_of_an_empty_lane() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("aim")).unwrap();
    painted(&path("yard.jpg"), yard(0));
    painted(&path("aim/day.jpg"), yard(0));
    painted(&path("night.jpg"), |x, y| yard(0)(x, y) / 3 + 20);
    painted(&path("turned.jpg"), yard(170));
    let at = path("yard.jpg");
    let Some(server) = Server::start("a_turned_camera", 0, &[("lane", at.to_str().unwrap())]) else { return };
    let toml = format!("url = '{}'\naim = '{}'", server.url("lane"), path("aim").display());
    let mut running = Running::new(&toml, common::worker());
    running.until(10, "the first frame", |s| s.activity == Activity::Resting).await;
    let show = |name: &str| server.order("lane", &format!(r#"{{"picture": "{}"}}"#, path(name).display()));
    for well in ["yard.jpg", "night.jpg"] {
        show(well);
        tokio::time::sleep(Duration::from_secs(6)).await;
        running.until(1, well, |s| s.faults.is_empty()).await;
    }
    // A picture of the simulator drives up for two seconds before it stands.
    show("turned.jpg");
    let state = running.until(8, "turned", |s| has(s, FaultCode::CameraTurned)).await;
    println!("{}", state.faults[0]);
    assert_eq!(state.faults.len(), 1, "one cause, one fault");
    show("yard.jpg");
    running.until(10, "turned back", |s| s.faults.is_empty()).await;
    running.end().await;
}

/// What a lens out of focus makes of a picture: each pixel the mean of those around it, twice.
fn out_of_focus(sharp: impl Fn(u32, u32) -> u8, around: u32) -> impl Fn(u32, u32) -> u8 {
    const SIZE: (u32, u32) = (1280, 720);
    let sharp: Vec<u32> = (0..SIZE.0 * SIZE.1).map(|i| u32::from(sharp(i % SIZE.0, i / SIZE.0))).collect();
    let mean = |from: &[u32], across: bool| -> Vec<u32> {
        let at = |x: u32, y: u32| from[(y.min(SIZE.1 - 1) * SIZE.0 + x.min(SIZE.0 - 1)) as usize];
        let pixel = |i: u32| {
            let (x, y) = (i % SIZE.0, i / SIZE.0);
            let near = |n: u32| {
                if across { at((x + n).saturating_sub(around), y) } else { at(x, (y + n).saturating_sub(around)) }
            };
            (0..=2 * around).map(near).sum::<u32>() / (2 * around + 1)
        };
        (0..SIZE.0 * SIZE.1).map(pixel).collect()
    };
    let once = mean(&mean(&sharp, true), false);
    let twice = mean(&mean(&once, true), false);
    move |x, y| u8::try_from(twice[(y * SIZE.0 + x) as usize]).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lens_out_of_focus_is_noticed_through_the_encoder() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("aim")).unwrap();
    painted(&path("yard.jpg"), yard(0));
    painted(&path("soft.jpg"), out_of_focus(yard(0), 6));
    let at = path("yard.jpg");
    let Some(server) = Server::start("out_of_focus", 0, &[("lane", at.to_str().unwrap())]) else { return };
    // Commissioned: its picture is kept as it comes out of its own encoder.
    let mut running = Running::of(&server.url("lane"));
    running.until(10, "the first frame", |s| s.frames > 2).await;
    let frame = running.camera.frames.borrow().clone().unwrap();
    std::fs::write(path("aim/day.jpg"), frame.picture.to_jpeg(90).unwrap()).unwrap();
    running.end().await;
    let toml = format!("url = '{}'\naim = '{}'", server.url("lane"), path("aim").display());
    let mut running = Running::new(&toml, common::worker());
    running.until(10, "the first frame", |s| s.activity == Activity::Resting).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    running.until(1, "well", |s| s.faults.is_empty()).await;
    let show = |name: &str| server.order("lane", &format!(r#"{{"picture": "{}"}}"#, path(name).display()));
    // A picture of the simulator drives up for two seconds before it stands.
    show("soft.jpg");
    let state = running.until(7, "blurred", |s| has(s, FaultCode::CameraBlurred)).await;
    println!("{}", state.faults[0]);
    assert_eq!(state.faults.len(), 1, "one cause, one fault");
    show("yard.jpg");
    running.until(10, "focused again", |s| s.faults.is_empty()).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_stalls_with_its_connection_open_is_lost_and_goes_on() {
    let Some(server) = Server::start("a_stream_that_stalls", 0, &[("lane", "empty")]) else { return };
    let mut running = Running::of(&server.url("lane"));
    running.until(10, "the first frame", |s| s.activity == Activity::Resting).await;
    server.signal("STOP");
    let state = running.until(5, "the stall noticed", |s| has(s, FaultCode::CameraLost)).await;
    assert_eq!(state.faults.len(), 1);
    let state = running.until(8, "the reason known", |s| s.last_error.is_some()).await;
    println!("{}", state.last_error.unwrap());
    server.signal("CONT");
    running.until(25, "found again", |s| s.activity == Activity::Resting && s.faults.is_empty()).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_answers_without_being_a_camera_is_told_and_tried_again() {
    let garbage: Vec<u8> = (0..40_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let told = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\nContent-Length: 99999999\r\n\r\nv=0";
    for (what, answer) in [("garbage", garbage), ("a promise not kept", told.into()), ("an end", Vec::new())] {
        let port = common::answering(answer);
        let mut running = Running::of(&format!("rtsp://127.0.0.1:{port}/lane"));
        let state = running.until(20, what, |s| s.restarts > 1).await;
        let error = state.last_error.clone().unwrap();
        println!("{error}");
        assert!(error.contains(&format!("127.0.0.1:{port}")) && !error.contains("panicked"), "{what}: {error}");
        assert!(has(&state, FaultCode::CameraLost), "{what}: {state:?}");
        running.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_worker_is_started_again_and_numbers_go_on() {
    let Some(server) = Server::start("a_killed_worker", 0, &[("lane", "empty")]) else { return };
    let mut running = Running::of(&server.url("lane"));
    let state = running.until(10, "the first frame", |s| s.activity == Activity::Resting).await;
    let number = running.camera.frames.borrow().as_ref().unwrap().number;
    let first = state.pid.unwrap();
    let killed = std::process::Command::new("kill").args(["-KILL", &first.to_string()]).status().unwrap();
    assert!(killed.success());
    let again = |s: &gate_camera::CameraState| s.activity == Activity::Resting && s.pid.is_some_and(|p| p != first);
    let state = running.until(6, "started again", again).await;
    assert_eq!(state.restarts, 1);
    assert!(state.last_error.unwrap().contains("SIGKILL"));
    assert!(running.camera.frames.borrow().as_ref().unwrap().number > number);
    assert!(!std::path::Path::new(&format!("/proc/{first}")).exists(), "no zombie");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_refuses_says_why() {
    let Some(server) = Server::start("a_camera_that_refuses", 0, &[("lane", "empty")]) else { return };
    let mut running = Running::of(&server.url("other"));
    let state = running.until(10, "the wrong path", |s| s.last_error.is_some()).await;
    assert!(state.last_error.as_ref().unwrap().contains("check path, user and password"), "{state:?}");
    running.end().await;

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut running = Running::of(&format!("rtsp://127.0.0.1:{free}/lane"));
    let state = running.until(10, "nobody there", |s| s.last_error.is_some()).await;
    assert!(state.last_error.as_ref().unwrap().contains("takes no connection"), "{state:?}");
    assert!(has(&running.until(2, "lost", |s| has(s, FaultCode::CameraLost)).await, FaultCode::CameraLost));
    running.end().await;
}
