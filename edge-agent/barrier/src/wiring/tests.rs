use std::path::PathBuf;

use super::*;
use crate::config::json_schema_text;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../firmware-config")
}

fn example() -> String {
    std::fs::read_to_string(folder().join("lanes/example.toml")).unwrap()
}

fn faults(text: &str) -> Vec<String> {
    match LaneWiring::parse("lane.toml", text, &folder()) {
        Ok(_) => Vec::new(),
        Err(e) => e.0.iter().map(ToString::to_string).collect(),
    }
}

/// The example with `from` replaced by `to`; both must differ.
fn changed(from: &str, to: &str) -> Vec<String> {
    let text = example();
    assert!(text.contains(from), "{from:?} is not in the example");
    faults(&text.replacen(from, to, 1))
}

#[test]
fn every_committed_lane_is_good() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder().join("lanes")).unwrap() {
        LaneWiring::load(&entry.unwrap().path(), &folder()).unwrap_or_else(|e| panic!("{e}"));
        seen += 1;
    }
    assert!(seen >= 3);
}

#[test]
fn the_committed_schema_is_current() {
    let path = folder().join("schema/lane-wiring.schema.json");
    let now = json_schema_text::<LaneFile>();
    if std::env::var_os("GATE_WRITE_SCHEMAS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), now, "run this test once with GATE_WRITE_SCHEMAS=1");
}

#[test]
fn a_board_without_a_pulse_timer_is_refused_for_a_barrier_and_for_green() {
    let dir = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plain-fc05-board.toml");
    std::fs::copy(fixture, dir.path().join("plain-fc05-board.toml")).unwrap();
    let text = example().replace("waveshare-relay-8ch", "plain-fc05-board");
    let found = LaneWiring::parse("lane.toml", &text, dir.path()).unwrap_err().0;
    assert_eq!(found.len(), 3, "{found:#?}");
    for (problem, key) in found.iter().zip(["barrier.open", "barrier.close", "light.green"]) {
        assert_eq!(problem.key, key);
        assert!(problem.wrong.contains("has no hardware pulse timer"), "{problem}");
        assert!(text.lines().nth(problem.line - 1).unwrap().contains(key.split('.').nth(1).unwrap()), "{problem}");
    }
}

#[test]
fn loops_must_be_energised_when_free() {
    let found = changed("input = 2, energised = \"inactive\"", "input = 2, energised = \"active\"");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("input.loop_under.energised: a broken wire would read as free"), "{found:#?}");
}

#[test]
fn names_that_lead_nowhere_are_told_together() {
    let text = example().replacen("bus = \"barrier\"", "bus = \"barier\"", 1).replacen("relay = 4", "relay = 9", 1);
    let found = faults(&text.replacen("device = \"board\", input = 3", "device = \"bord\", input = 3", 1));
    assert!(found.iter().any(|e| e.contains("there is no bus \"barier\"; buses here: barrier")), "{found:#?}");
    assert!(found.iter().any(|e| e.contains("has 8 relays, not 9")), "{found:#?}");
    assert!(found.iter().any(|e| e.contains("there is no device \"bord\"; devices here: board, led")), "{found:#?}");
}

#[test]
fn one_relay_has_one_use_and_one_contact_one_meaning() {
    let found = changed("relay = 3", "relay = 2");
    assert!(found.iter().any(|e| e.contains("already serves /barrier/close")), "{found:#?}");
    let found = changed("input = 2,", "input = 1,");
    assert!(found.iter().any(|e| e.contains("is the same contact as")), "{found:#?}");
}

#[test]
fn both_limits_and_one_way_to_move_are_needed() {
    let lines: Vec<_> = example().lines().filter(|l| !l.starts_with("open_limit")).map(str::to_owned).collect();
    let found = faults(&lines.join("\n"));
    assert!(found.iter().any(|e| e.contains("input.open_limit: is missing")), "{found:#?}");
    let found = changed("stop_chain =", "controller = \"board\"\nstop_chain =");
    assert!(found.iter().any(|e| e.contains("names no way to move the boom, or two")), "{found:#?}");
}

#[test]
fn a_line_has_one_setting_and_one_protocol() {
    let text = example()
        .replacen(
            "[device.led]\nprofile = \"led-voice-display\"\nbus = \"display\"",
            "[device.led]\nprofile = \"led-voice-display\"\nbus = \"barrier\"",
            1,
        )
        .replacen("[bus.display]", "[bus.unused]", 1);
    let found = faults(&text);
    assert!(found.iter().any(|e| e.contains("devices that do not speak Modbus share no line")), "{found:#?}");
    assert!(found.iter().any(|e| e.contains("no device hangs on this bus")), "{found:#?}");
}

#[test]
fn unknown_inputs_and_bad_addresses_are_named_at_their_line() {
    let found = changed("loop_exit =", "loop_ext =");
    assert_eq!(found.len(), 1, "{found:#?}");
    let line = example().lines().position(|l| l.starts_with("loop_exit")).unwrap() + 1;
    assert!(found[0].starts_with(&format!("lane.toml:{line}: input.loop_ext: ")), "{found:#?}");
    assert!(found[0].contains("expected one of"), "{found:#?}");
    let came = std::fs::read_to_string(folder().join("lanes/example-came.toml")).unwrap();
    let found = faults(&came.replace("10.1.0.22:502", "10.1.0.22"));
    assert!(found[0].contains("bus.board.modbus_tcp: "), "{found:#?}");
}

/// The example as a lane that can be turned.
fn both_ways(end: &str) -> String {
    format!("{}\n[other_end]\n{end}\n", example())
}

#[test]
fn the_two_ends_of_a_lane_share_no_light_and_no_display() {
    let light = |relay: u8| format!("light = {{ green = {{ device = \"board\", relay = {relay} }} }}");
    let good = LaneWiring::parse("lane.toml", &both_ways(&light(5)), &folder()).unwrap();
    assert!(good.end(false).unwrap().light.is_some() && good.end(true).unwrap().light.is_some());
    assert!(LaneWiring::parse("lane.toml", &example(), &folder()).unwrap().end(true).is_none());
    let found = faults(&both_ways(&light(4)));
    assert!(found.iter().any(|e| e.contains("relay 4 of \"board\" already serves /light/green")), "{found:#?}");
    let found = faults(&both_ways(""));
    assert!(found.iter().any(|e| e.contains("one end has a light and the other has none")), "{found:#?}");
    let found = faults(&both_ways(&format!("{}\ndisplay = \"led\"", light(5))));
    assert!(found.iter().any(|e| e.contains("both ends have the same display")), "{found:#?}");
    let found = faults(&both_ways(&light(5)).replace("loop_exit = {", "# {"));
    assert!(found.iter().any(|e| e.contains("a lane that can be turned needs loop_exit")), "{found:#?}");
}
