//! What must be true of all passages afterwards: each stands exactly once, its evidence is what its hash
//! says, nothing opened that should not have, the record verifies.

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::drive::Driven;
use crate::people::Officer;
use crate::site::Site;

/// Checks everything and prints the account.
pub async fn close(site: &Site, officer: &Officer, driven: &[Driven]) {
    site.all_arrived().await;
    let kept = officer.passages().await;
    let ids: BTreeSet<&str> = kept.iter().map(|p| p["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), kept.len(), "a passage stands twice");
    let expected: BTreeSet<&str> = driven.iter().map(|d| d.passage.as_str()).collect();
    assert!(expected.is_subset(&ids), "a passage that was driven is missing: {expected:?} {ids:?}");
    for extra in ids.difference(&expected) {
        // A lane that took a trailer for a second vehicle, and was told so by a person, keeps that alarm.
        let record = officer.passage(extra).await["record"].clone();
        println!("a passage that nobody drove: {} {} {}", record["lane"], record["outcome"], record["began_at"]);
        assert_ne!(record["outcome"], "passed", "a passage that nobody drove passed: {record:#}");
    }
    for one in driven {
        let record = officer.passage(&one.passage).await["record"].clone();
        let outcome = record["outcome"].as_str().unwrap_or_default().to_owned();
        assert_eq!(outcome == "passed", one.passed, "{record:#}");
    }
    let pictures = evidence(officer, &kept).await;
    let wrong = site.plant.wrong_openings().await;
    let tailgated = site.plant.notes("tailgated").await;
    let verified = site.central_says(&["audit", "verify"]);
    println!(
        "passages {}, passed {}, without an officer {}, pictures {pictures} with the right hash, wrong openings {}",
        driven.len(),
        driven.iter().filter(|d| d.passed).count(),
        driven.iter().filter(|d| d.passed && d.by_itself).count(),
        wrong.len()
    );
    println!("the record: {verified}");
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(tailgated, Vec::<String>::new());
    let opened = site.plant.notes("passed").await.len();
    assert_eq!(opened, driven.iter().filter(|d| d.passed).count(), "vehicles passed that nobody let in");
}

/// Every picture that a passage names is held, and is what its hash says; how many.
async fn evidence(officer: &Officer, kept: &[Value]) -> usize {
    let mut named = BTreeSet::new();
    for record in kept {
        let id = record["id"].as_str().unwrap();
        let view = officer.passage(id).await;
        named.extend(view["evidence"].as_object().unwrap().keys().cloned());
    }
    for sha256 in &named {
        let mut tries = 0;
        let bytes = loop {
            let (status, bytes) = officer.picture(sha256).await;
            if status.is_success() {
                break bytes;
            }
            tries += 1;
            assert!(tries < 40, "picture {sha256} is not at the centre: {status}");
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        };
        assert_eq!(hex::encode(Sha256::digest(&bytes)), *sha256, "the picture is not what was recorded");
        assert!(bytes.starts_with(&[0xFF, 0xD8]), "the picture is no JPEG");
    }
    named.len()
}
