use std::path::PathBuf;

use super::*;

fn firmware() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../firmware-config")
}

/// A data folder with the wiring of lanes `in-1` and `out-1`.
fn data() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lanes = folder.path().join("lanes");
    std::fs::create_dir_all(&lanes).unwrap();
    for (example, lane) in [("example.toml", "in-1"), ("example-simple-rs485.toml", "out-1")] {
        std::fs::copy(firmware().join("lanes").join(example), lanes.join(format!("{lane}.toml"))).unwrap();
    }
    std::fs::create_dir_all(folder.path().join("secrets")).unwrap();
    for name in ["in-1-front", "in-1-rear"] {
        std::fs::write(folder.path().join("secrets").join(name), "word\n").unwrap();
    }
    folder
}

fn faults(text: &str) -> Vec<String> {
    let folder = data();
    match Config::parse("edge.toml", text, folder.path()) {
        Ok(_) => Vec::new(),
        Err(e) => e.0.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_documented_example_is_good() {
    let text = std::fs::read_to_string(firmware().join("edge.example.toml")).unwrap();
    let folder = data();
    let config = Config::parse("edge.toml", &text, folder.path()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(config.lanes.len(), 2);
    assert_eq!(config.lanes[0].cameras.len(), 2);
    assert_eq!(config.lanes[0].barrier.travel_open_ms, 2400);
    assert!(config.profiles.ends_with("firmware-config"), "{}", config.profiles.display());
}

#[test]
fn every_fault_is_named_at_once_with_its_line() {
    let text = "schema = 1\ncentral = 'http://c'\n[panel]\nlisten = '127.0.0.1:0'\n\n[[lane]]\nname = 'in-1'\ndirection = 'entry'\n\
        wiring = 'lanes/out-1.toml'\n[lane.barrier]\nclosing = 'agent'\ntravel_open_ms = 1\ntravel_close_ms = 2600\npulse_ms = 500\n\
        min_open_ms = 3000\nclear_ms = 2000\nphotocell = true\nthree_loops = true\nforce_limitation_recorded = false\n\n\
        [[lane]]\nname = 'in-1'\ndirection = 'exit'\nwiring = 'lanes/none.toml'\n[[lane.cameras]]\nname = 'a'\nurl = 'rtsp://u:p@h/1'\n";
    let found = faults(text);
    for (line, part) in [
        (2, "central"),
        (9, "is the wiring of lane out-1"),
        (11, "force limitation"),
        (12, "travel_open_ms: 1 is outside"),
        (22, "there twice"),
        (24, "none.toml is of no use"),
        (27, "url"),
    ] {
        let named = found.iter().any(|f| f.starts_with(&format!("edge.toml:{line}: ")) && f.contains(part));
        assert!(named, "line {line} {part:?} is not in {found:#?}");
    }
    assert!(!found.iter().any(|f| f.contains("u:p@")), "a password is repeated: {found:#?}");
}

#[test]
fn unknown_and_missing_keys_are_named() {
    let found = faults("schema = 1\nkeep_days = 0\nhello = 1\n[panel]\n");
    assert!(found.iter().any(|f| f.contains("edge.toml:2: keep_days: 0 is too small")), "{found:#?}");
    assert!(found.iter().any(|f| f.contains("edge.toml:3: hello: is not a key")), "{found:#?}");
    assert!(found.iter().any(|f| f.contains("panel.listen: is missing")), "{found:#?}");
    assert!(found.iter().any(|f| f.contains("lane: is missing")), "{found:#?}");
}

#[test]
fn models_are_trusted_by_the_keys_that_are_named() {
    let folder = data();
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key();
    std::fs::write(folder.path().join("operator.pub"), format!("{}\n", hex::encode(key.as_bytes()))).unwrap();
    let text = |head: &str, recognition: &str| {
        format!(
            "schema = 1\n{head}\n[recognition]\n{recognition}\n[panel]\nlisten = '127.0.0.1:0'\n[[lane]]\nname = 'in-1'\n\
             direction = 'entry'\nwiring = 'lanes/in-1.toml'\n[[lane.cameras]]\nname = 'a'\nurl = 'rtsp://h/1'\n"
        )
    };
    let read = |head: &str, recognition: &str| {
        Config::parse("edge.toml", &text(head, recognition), folder.path()).map_err(|e| e.to_string())
    };
    let open = read("", "").unwrap().recognition;
    assert!(open.trusted.is_none() && open.shadow.is_none());
    let named =
        read("profile = 'production'", "trusted = ['operator.pub']\nshadow = 'models-next'").unwrap().recognition;
    assert!(named.trusted.is_some());
    let shadow = named.shadow.unwrap();
    assert_eq!((shadow.models, shadow.share), (folder.path().join("models-next"), 0.25));
    let wrong = read("profile = 'production'", "").unwrap_err();
    assert!(wrong.contains("edge.toml:2: profile") && wrong.contains("[recognition] trusted"), "{wrong}");
    let wrong = read("", "trusted = ['nobody.pub']\nshadow_share = 0.0").unwrap_err();
    assert!(wrong.contains("shadow_share"), "{wrong}");
    let wrong = read("", "trusted = ['nobody.pub']").unwrap_err();
    assert!(wrong.contains("edge.toml:4: recognition.trusted") && wrong.contains("nobody.pub"), "{wrong}");
}

/// The schema beside the file, for editors; made anew with `GATE_WRITE_SCHEMAS=1`.
#[test]
fn the_committed_schema_is_current() {
    let path = firmware().join("schema/edge.schema.json");
    let now = gate_barrier::config::json_schema_text::<EdgeFile>();
    if std::env::var_os("GATE_WRITE_SCHEMAS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == now, "{} is not current: run this test with GATE_WRITE_SCHEMAS=1", path.display());
}
