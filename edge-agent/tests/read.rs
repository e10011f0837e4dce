//! `edge-agent read` as a person or a tool calls it: lines, errors for themselves, exit codes.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may stop where it stands and says what it skips")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gate_vision::{Picture, runtime};
use opencv::core::{Mat, Scalar, Size, Vec3b};
use opencv::prelude::*;
use opencv::videoio::VideoWriter;
use serde_json::Value;

fn read(args: &[&str]) -> Output {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    Command::new(env!("CARGO_BIN_EXE_edge-agent")).arg("read").args(args).env("GATE_MODELS", models).output().unwrap()
}

/// The JSON lines of standard output.
fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{l}: {e}"))).collect()
}

/// Whether ONNX Runtime is there; says so when not.
fn can_read(test: &str) -> bool {
    match runtime::find(None) {
        Ok(_) => true,
        Err(error) => {
            println!("SKIPPED {test}: {error}");
            false
        }
    }
}

fn picture(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let jpeg = Picture::from_bgr(320, 200, [60, 90, 120].repeat(320 * 200)).unwrap().to_jpeg(90).unwrap();
    std::fs::write(&path, jpeg).unwrap();
    path
}

/// Ten frames, five a second.
fn video(folder: &Path) -> PathBuf {
    let path = folder.join("drive.avi");
    let size = Size::new(160, 120);
    let code = VideoWriter::fourcc('M', 'J', 'P', 'G').unwrap();
    let mut writer = VideoWriter::new(&path, code, 5.0, size, true).unwrap();
    assert!(writer.is_opened().unwrap());
    for n in 0..10 {
        let kind = <Vec3b as opencv::core::DataType>::opencv_type();
        let frame = Mat::new_size_with_default(size, kind, Scalar::all(f64::from(n) * 20.0)).unwrap();
        writer.write(&frame).unwrap();
    }
    writer.release().unwrap();
    path
}

#[test]
fn a_bad_file_has_a_line_of_its_own_and_the_rest_goes_on() {
    if !can_read("a_bad_file_has_a_line_of_its_own_and_the_rest_goes_on") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (picture(folder.path(), "good.jpg"), folder.path().join("bad.jpg"));
    std::fs::write(&bad, b"no picture at all").unwrap();
    let names = [&bad, &good].map(|p| p.display().to_string());
    let output = read(&["--json", &names[0], &names[1], "/nowhere/x.png", "ftp://user:secret@host/x"]);
    assert_eq!(output.status.code(), Some(1));
    let lines = lines(&output);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[0]["source"], names[0].as_str());
    assert!(lines[0]["error"].as_str().unwrap().contains("neither JPEG nor PNG"));
    assert_eq!((lines[1]["width"].as_u64(), lines[1]["frame"].as_u64()), (Some(320), Some(0)));
    assert!(lines[1]["time_ms"].as_f64().unwrap() > 0.0 && lines[1]["media_ms"].is_null());
    for field in ["vehicles", "plates", "containers"] {
        assert!(lines[1][field].is_array(), "{field}");
    }
    assert!(lines[2]["error"].is_string() && lines[3]["error"].is_string());
    assert!(!String::from_utf8_lossy(&output.stdout).contains("secret"));
    let fine = read(&[&names[1]]);
    assert_eq!(fine.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&fine.stdout).contains("good.jpg: "));
}

#[test]
fn of_a_video_each_nth_frame_is_read_with_its_place() {
    if !can_read("of_a_video_each_nth_frame_is_read_with_its_place") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = video(folder.path()).display().to_string();
    let output = read(&["--json", "--every", "4", &path]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let lines = lines(&output);
    let frames: Vec<u64> = lines.iter().map(|l| l["frame"].as_u64().unwrap()).collect();
    assert_eq!(frames, [0, 4, 8]);
    let places: Vec<f64> = lines.iter().map(|l| l["media_ms"].as_f64().unwrap()).collect();
    assert!(places.windows(2).all(|w| (w[1] - w[0] - 800.0).abs() < 50.0), "{places:?}");
}

#[test]
fn wrong_usage_and_missing_models_are_told_apart() {
    assert_eq!(read(&[]).status.code(), Some(2));
    assert_eq!(read(&["--every", "0", "x.jpg"]).status.code(), Some(2));
    assert_eq!(read(&["--no-such-option", "x.jpg"]).status.code(), Some(2));
    let empty = tempfile::tempdir().unwrap();
    let output = read(&["--models", &empty.path().display().to_string(), "x.jpg"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("GATE_MODELS"), "{output:?}");
    let help = read(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&help.stdout).contains("container_lorry"));
}
