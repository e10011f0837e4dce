//! Models on trial beside those that decide: two real folders of models look at real photographs through the real
//! worker. They differ, it is reported, and what the lane is told stays the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod sight_common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use edge_agent::sight::{EyesPool, Looks, Trial};
use gate_core::ids::PassageId;
use gate_core::message::envelope::TrustedKeys;
use gate_core::message::event::EventBody;
use gate_core::reading::{PlateReading, ShadowReading};
use gate_vision::manifest::{self, Manifest};
use gate_vision::{Eyes, Look, Picture, signature};
use sight_common::{Lane, ready};

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")
}

/// A photograph with a plate, by itself in a folder; `None`, said aloud, without the data or the models' runtime.
fn photograph(test: &str) -> Option<tempfile::TempDir> {
    let set = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/datasets/vn-greenparking");
    if let Err(error) = Eyes::load(&models(), None) {
        println!("SKIPPED {test}: {error}");
        return None;
    }
    let Ok(labels) = std::fs::read_to_string(set.join("labels.csv")) else {
        println!("SKIPPED {test}: ../shared/datasets/vn-greenparking is not here");
        return None;
    };
    let file = labels.lines().find(|line| line.ends_with("dev") || line.contains(",dev,"))?.split(',').next()?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(set.join(file), folder.path().join("a.jpg")).unwrap();
    Some(folder)
}

/// A copy of the shipped models with another manifest, signed by the operator of these tests.
fn changed(change: impl Fn(&str) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(models()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "onnx") {
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let text = std::fs::read_to_string(models().join(manifest::FILE)).unwrap();
    let other = change(&text);
    assert_ne!(text, other);
    std::fs::write(folder.path().join(manifest::FILE), other).unwrap();
    signature::sign(folder.path(), &operator()).unwrap();
    folder
}

fn operator() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

/// Digits change places in the reader's alphabet: it reads every digit as another.
fn other_digits(manifest: &str) -> String {
    manifest.replace("-0123456789", "-1032547698")
}

/// The reader's probability is never told above that of 0.9 there.
fn less_sure(manifest: &str) -> String {
    let line = manifest.lines().find(|line| line.starts_with("calibration")).unwrap();
    manifest.replace(line, "calibration = [0.5, 1.1, 0.0, 0.9]")
}

fn trial(eyes: Box<dyn Looks>, models: &str) -> Option<Trial> {
    let eyes = EyesPool::on_trial(eyes).unwrap();
    Some(Trial { eyes, models: models.to_owned(), beside: "0123456789ab".to_owned(), share: 0.5 })
}

fn signed(folder: &Path) -> (Box<dyn Looks>, String) {
    let manifest = Manifest::trusted(folder, Some(&TrustedKeys::new([operator().verifying_key()]))).unwrap();
    (Box::new(Eyes::of(&manifest, folder, None).unwrap()), manifest.name)
}

/// What the lane is told of the photograph's vehicle, and how long that took.
async fn told(lane: &mut Lane) -> (PlateReading, Duration) {
    lane.until_it_sees().await;
    let begun = Instant::now();
    lane.watch(1);
    let reading = lane.next("a ready plate", ready).await;
    let took = begun.elapsed();
    // The vehicle stands a while: the models on trial get their share.
    tokio::time::sleep(Duration::from_secs(4)).await;
    lane.sight.watch.send_replace(None);
    (reading, took)
}

/// The next report.
async fn next(lane: &mut Lane) -> EventBody {
    let next = tokio::time::timeout(Duration::from_secs(15), lane.reports.recv());
    let (of, passage, body) = next.await.expect("a report").unwrap();
    assert_eq!((of.as_str(), passage), ("in-1", PassageId::from_parts(1, [1; 10])));
    body
}

async fn reported(lane: &mut Lane) -> ShadowReading {
    loop {
        if let EventBody::ShadowRead { reading } = next(lane).await {
            println!("reported: {reading:?}");
            return reading;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn models_on_trial_report_and_the_lane_is_told_the_same() {
    let Some(folder) = photograph("models_on_trial_report") else { return };
    let url = folder.path().to_str().unwrap();
    let live = || -> Box<dyn Looks> { Box::new(Eyes::load(&models(), None).unwrap()) };
    let mut alone = Lane::new(url, live()).await;
    let (without, _) = told(&mut alone).await;
    let EventBody::Looked { fates, looks } = next(&mut alone).await else { panic!("how the looks fared") };
    let count: u32 = fates.iter().map(|(_, n)| n).sum();
    assert!(count as usize >= looks.len() && looks.len() > 3, "{fates:?}");
    assert!(looks.iter().any(|l| l.fate == "read" && l.text.as_ref() == Some(&without.text)), "{looks:?}");
    alone.end().await;

    let wrong = changed(other_digits);
    let (eyes, name) = signed(wrong.path());
    let order = trial(eyes, &name);
    let mut lane = Lane::with_trial(url, live(), order).await;
    let (with, _) = told(&mut lane).await;
    assert_eq!((&with.text, &with.raw, &with.model), (&without.text, &without.raw, &without.model));
    let report = reported(&mut lane).await;
    assert!(!report.agrees() && report.agreeing == 0 && report.looks > 0, "every digit was read as another");
    assert_eq!((report.camera.as_str(), report.models, report.beside.as_str()), ("front", name, "0123456789ab"));
    assert_eq!(report.live.unwrap().text, without.text);
    lane.kept(&report.frame.expect("the frame is kept where the two differ"));
    lane.end().await;

    let unsure = changed(less_sure);
    let (eyes, name) = signed(unsure.path());
    let order = trial(eyes, &name);
    let mut lane = Lane::with_trial(url, live(), order).await;
    assert_eq!(told(&mut lane).await.0.text, without.text);
    let report = reported(&mut lane).await;
    assert!(report.agrees() && report.frame.is_none(), "the same text, less sure");
    assert!(report.trial.unwrap().probability < report.live.unwrap().probability);
    lane.end().await;
}

/// Takes three seconds for a look.
struct Slow;

impl Looks for Slow {
    fn look(&mut self, _: &Picture) -> Result<Look, String> {
        std::thread::sleep(Duration::from_secs(3));
        Err("too slow".to_owned())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_models_on_trial_delay_nothing() {
    let Some(folder) = photograph("slow_models_on_trial") else { return };
    let url = folder.path().to_str().unwrap();
    let live = || -> Box<dyn Looks> { Box::new(Eyes::load(&models(), None).unwrap()) };
    let mut alone = Lane::new(url, live()).await;
    let (without, took_alone) = told(&mut alone).await;
    alone.end().await;
    let order = trial(Box::new(Slow), "feedbeef0123");
    let mut lane = Lane::with_trial(url, live(), order).await;
    let (with, took) = told(&mut lane).await;
    println!("ready after {took_alone:?} alone, {took:?} with slow models on trial");
    assert_eq!(with.text, without.text);
    assert!(took < took_alone + Duration::from_millis(1500), "{took:?}, alone {took_alone:?}");
    tokio::time::sleep(Duration::from_secs(3)).await;
    while let Ok((_, _, body)) = lane.reports.try_recv() {
        assert!(matches!(body, EventBody::Looked { .. }), "nothing was compared: {body:?}");
    }
    lane.end().await;
}

#[test]
fn an_operator_signs_models_and_a_cabinet_checks_them() {
    let here = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_edge-agent")).args(arguments).current_dir(&here).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        (out.status.success(), said)
    };
    let folder = changed(less_sure);
    std::fs::remove_file(folder.path().join(signature::FILE)).unwrap();
    let models = folder.path().to_str().unwrap();
    let (good, said) = run(&["models", "key", "operator.pem"]);
    assert!(good && said.contains("trusted = [\""), "{said}");
    let (good, said) = run(&["models", "key", "operator.pem"]);
    assert!(!good && said.contains("never replaced"), "{said}");
    let (good, said) = run(&["models", "check", models, "--trust", "operator.pem.pub"]);
    assert!(!good && said.contains("manifest.sig") && said.contains("models sign"), "unsigned: {said}");
    let (good, said) = run(&["models", "sign", models, "--key", "operator.pem"]);
    assert!(good && said.contains("signed by"), "{said}");
    let (good, said) = run(&["models", "check", models, "--trust", "operator.pem.pub"]);
    assert!(good && said.contains("signed by") || said.contains("libonnxruntime.so was not found"), "{said}");
    std::fs::write(folder.path().join("plate-reader.onnx"), b"other weights").unwrap();
    let (good, said) = run(&["models", "sign", models, "--key", "operator.pem"]);
    assert!(!good && said.contains("SHA-256"), "what would not load is not signed: {said}");
}
