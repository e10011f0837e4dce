use std::path::PathBuf;

use super::*;
use crate::config::json_schema_text;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../firmware-config")
}

fn faults(text: &str) -> Vec<String> {
    match DeviceProfile::parse("board.toml", text) {
        Ok(_) => Vec::new(),
        Err(e) => e.0.iter().map(ToString::to_string).collect(),
    }
}

const LINE: &str = "[line]\nbaud = 9600\ndata_bits = 8\nparity = 'none'\nstop_bits = 1\nunit = 1\ntimeout_ms = 600\nturnaround_ms = 0\n";

fn board(rest: &str) -> String {
    format!("schema = 1\nname = 'b'\ntitle = 'B'\nsource = 's'\nkind = 'relay_board'\n{LINE}{rest}")
}

#[test]
fn every_committed_profile_is_good_and_named_as_its_file() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap();
        if name.ends_with(".toml") && !name.ends_with(".example.toml") {
            let profile = DeviceProfile::load(&path).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(Some(profile.name.as_str()), path.file_stem().and_then(|s| s.to_str()));
            seen += 1;
        }
    }
    assert!(seen >= 8, "only {seen} profiles in {}", folder().display());
}

#[test]
fn the_committed_schema_is_current() {
    let path = folder().join("schema/device-profile.schema.json");
    let now = json_schema_text::<DeviceProfile>();
    if std::env::var_os("GATE_WRITE_SCHEMAS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), now, "run this test once with GATE_WRITE_SCHEMAS=1");
}

#[test]
fn sections_that_a_kind_needs_are_missed_and_others_refused() {
    let found = faults(&board("[display]\nlines = 2\ncolumns = 8\nvoice = true\n"));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("relays: is missing"), "{found:#?}");
    assert!(found[1].starts_with("board.toml:14: display: has no meaning here"), "{found:#?}");
}

#[test]
fn words_belong_to_register_boards() {
    let found = faults(&board("[relays]\ncount = 8\ntable = 'holding_registers'\nfirst = 1\non = 0x0100\n"));
    assert_eq!(found, ["board.toml:14: relays.off: is missing; holding_registers need the words on and off"]);
}

#[test]
fn a_controller_whose_commands_stay_on_is_refused() {
    let came = std::fs::read_to_string(folder().join("came-modbus.toml")).unwrap();
    let held = came.replace("commands_are_one_shot = true", "commands_are_one_shot = false");
    assert_ne!(held, came);
    let found = faults(&held);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("commands_are_one_shot: false"), "{found:#?}");
}

#[test]
fn pulses_are_rounded_to_the_boards_unit() {
    use std::time::Duration;
    let pulse = PulseProfile { form: PulseForm::CoilJog, first: 0x200, stride: 1, unit_ms: 100, word: None };
    assert_eq!(pulse.length(Duration::from_millis(700)), (Duration::from_millis(700), 7));
    assert_eq!(pulse.length(Duration::from_millis(20)), (Duration::from_millis(100), 1));
    let fixed = PulseProfile { form: PulseForm::RegisterWord, unit_ms: 1000, word: Some(0x0500), ..pulse };
    assert_eq!(fixed.length(Duration::from_millis(300)).0, Duration::from_millis(1000));
}

#[test]
fn silence_follows_the_rtu_rule() {
    use std::time::Duration;
    let line = DeviceProfile::load(&folder().join("waveshare-relay-8ch.toml")).unwrap().line;
    assert_eq!((line.baud, line.turnaround_ms), (9600, 5));
    let silence = line.silence();
    assert!(silence > Duration::from_micros(8600) && silence < Duration::from_micros(8700), "{silence:?}");
}
