use schemars::JsonSchema;
use serde::Deserialize;

use super::*;

#[derive(Debug, PartialEq, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shelf {
    name: String,
    /// Height.
    #[schemars(range(min = 1, max = 9))]
    height: u8,
    colour: Colour,
    inner: Option<Inner>,
}

#[derive(Debug, PartialEq, JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Colour {
    /// Like snow.
    White,
    /// Like coal.
    Black,
}

#[derive(Debug, PartialEq, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    depth: u16,
}

fn errors(text: &str) -> Vec<String> {
    let document = match Document::parse("shelf.toml", text) {
        Ok(document) => document,
        Err(e) => return e.0.iter().map(ToString::to_string).collect(),
    };
    match document.typed::<Shelf>() {
        Ok(_) => Vec::new(),
        Err(e) => e.0.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_good_file_is_read() {
    assert_eq!(errors("name = 'a'\nheight = 0x9\ncolour = 'white'\n[inner]\ndepth = 3\n"), Vec::<String>::new());
}

#[test]
fn every_fault_is_named_with_its_line_value_and_remedy() {
    let found = errors("name = 7\nheight = 12\nhight = 3\ncolour = 'red'\n[inner]\ndepth = -1\ndept = 2\n");
    assert_eq!(found.len(), 6, "{found:#?}");
    assert!(found[0].starts_with("shelf.toml:1: name: 7 is not of type \"string\""), "{}", found[0]);
    assert_eq!(found[1], "shelf.toml:2: height: 12 is too large; use at most 9");
    assert_eq!(
        found[2],
        "shelf.toml:3: hight: is not a key of this section; known keys here: colour, height, inner, name"
    );
    assert_eq!(found[3], "shelf.toml:4: colour: \"red\" is not known; use one of \"white\", \"black\"");
    assert_eq!(found[4], "shelf.toml:6: inner.depth: -1 is too small; use at least 0");
    assert_eq!(found[5], "shelf.toml:7: inner.dept: is not a key of this section; known keys here: depth");
}

#[test]
fn missing_keys_are_named_at_their_section() {
    let found = errors("\nname = 'a'\n\n[inner]\n");
    assert!(found.iter().any(|e| e.starts_with("shelf.toml:4: inner.depth: is missing")), "{found:#?}");
    assert!(found.iter().any(|e| e.starts_with("shelf.toml:1: height: is missing")), "{found:#?}");
    assert!(found.iter().any(|e| e.starts_with("shelf.toml:1: colour: is missing")), "{found:#?}");
}

#[test]
fn broken_toml_is_named_by_line() {
    let found = errors("name = \nheight = 3\nheight = 4\n");
    assert!(found.iter().any(|e| e.starts_with("shelf.toml:1: not TOML")), "{found:#?}");
    assert!(found.iter().any(|e| e.starts_with("shelf.toml:3: not TOML")), "{found:#?}");
}
