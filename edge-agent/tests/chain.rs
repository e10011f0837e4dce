//! From a real camera stream to a plate that is ready, through the real worker and the real models, on
//! photographs that no training has seen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod sight_common;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gate_vision::{Eyes, manifest};
use sight_common::{Lane, Server, ready};

/// Photographs shown, and how many of them must be read right at least.
const SHOWN: usize = 5;
const RIGHT: usize = 3;

/// Dev photographs with their texts.
fn photographs(test: &str) -> Option<Vec<(PathBuf, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/datasets/vn-greenparking");
    let Ok(labels) = std::fs::read_to_string(folder.join("labels.csv")) else {
        println!("SKIPPED {test}: ../shared/datasets/vn-greenparking is not here");
        return None;
    };
    let mut lines = labels.lines();
    let head: Vec<&str> = lines.next()?.split(',').collect();
    let at = |name: &str| head.iter().position(|h| *h == name).unwrap();
    let (file, text, suspect, split) = (at("file"), at("text"), at("suspect"), at("split"));
    let rows = lines.map(|line| line.split(',').collect::<Vec<&str>>());
    let dev = rows.filter(|r| r.len() == head.len() && r[split] == "dev" && r[suspect] == "0");
    let plain = |text: &str| text.chars().filter(|c| !"-. ".contains(*c)).collect::<String>();
    Some(dev.take(SHOWN).map(|r| (folder.join(r[file]), plain(r[text]))).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plate_in_a_stream_is_read_and_its_evidence_kept() {
    let test = "a_plate_in_a_stream_is_read";
    let Some(photographs) = photographs(test) else { return };
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    if !models.join(manifest::FILE).is_file() {
        println!("SKIPPED {test}: no models");
        return;
    }
    let eyes = Eyes::load(&models, None).unwrap_or_else(|e| panic!("{e}"));
    let Some(server) = Server::start(test, &photographs[0].0) else { return };
    let mut lane = Lane::new(&server.url, Box::new(eyes)).await;
    lane.until_it_sees().await;
    let mut right = 0;
    for (number, (photograph, truth)) in photographs.iter().enumerate() {
        server.show(photograph);
        // It drives up for two seconds.
        tokio::time::sleep(Duration::from_millis(2500)).await;
        let begun = Instant::now();
        lane.watch_passage(number as u64 + 1, 1);
        let reading = tokio::time::timeout(Duration::from_secs(8), lane.next("a ready plate", ready)).await;
        let took_ms = begun.elapsed().as_millis();
        match reading {
            Ok(reading) => {
                println!(
                    "{truth}: read {} ({:.3}), {} looks, {took_ms} ms",
                    reading.text, reading.probability, reading.looks
                );
                right += usize::from(reading.text == *truth);
                let evidence = reading.evidence.expect("a reading has its evidence");
                assert_eq!(lane.kept(&evidence.frame).width, 1280);
                lane.kept(&evidence.plate);
            }
            Err(_) => println!("{truth}: not ready within 8 s"),
        }
        lane.sight.watch.send_replace(None);
        while lane.sight.sights.try_recv().is_ok() {}
    }
    assert!(right >= RIGHT, "{right} of {SHOWN} read right");
    lane.end().await;
}
