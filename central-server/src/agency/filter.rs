//! What an agency asks for: `from,to,plate,lane,cursor,limit`, each checked, each fault named with its
//! value.

use axum::extract::Query;
use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gate_core::clock::UtcMicros;
use gate_core::ids::LaneId;
use gate_core::plate::text::normalise;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::refusal::Refusal;
use crate::crossing::core;

/// Records in an answer where the agency does not say.
pub const DEFAULT_LIMIT: u32 = 20;
/// Most records in an answer.
pub const MAX_LIMIT: u32 = 100;
/// Of a value that is not good, so much stands in message and record.
const SHOWN: usize = 100;

/// A plate as asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedPlate {
    /// Normalised.
    pub text: String,
    /// Without the province of a Chinese plate.
    pub core: String,
}

/// Where a page ends: the key of its last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When the record began.
    pub at: i64,
    /// Its id.
    pub id: Uuid,
}

/// The filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Began then or later.
    pub from: Option<UtcMicros>,
    /// Began before.
    pub to: Option<UtcMicros>,
    /// Of this vehicle or trailer.
    pub plate: Option<AskedPlate>,
    /// Through this lane.
    pub lane: Option<LaneId>,
    /// After this place.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: u32,
}

impl Place {
    /// As it stands in `next` and `cursor`.
    #[must_use]
    pub fn to_cursor(self) -> String {
        let mut bytes = self.at.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn of_cursor(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|b| b.len() == 24)?;
        let at = i64::from_be_bytes(bytes[..8].try_into().ok()?);
        Some(Self { at, id: Uuid::from_slice(&bytes[8..]).ok()? })
    }
}

/// What was asked, word by word, for the record; and the filters, or what is wrong with them.
pub fn read(uri: &Uri) -> (Value, Result<Filters, Refusal>) {
    let pairs = match Query::<Vec<(String, String)>>::try_from_uri(uri) {
        Ok(Query(pairs)) => pairs,
        Err(error) => return (Value::Null, Err(Refusal::Filter(format!("the filters cannot be read: {error}")))),
    };
    let asked: Map<String, Value> =
        pairs.iter().take(16).map(|(name, value)| (shown(name), Value::from(shown(value)))).collect();
    (Value::Object(asked), filters(&pairs).map_err(Refusal::Filter))
}

fn filters(pairs: &[(String, String)]) -> Result<Filters, String> {
    let mut filters = Filters { limit: DEFAULT_LIMIT, ..Filters::default() };
    for (n, (name, value)) in pairs.iter().enumerate() {
        if pairs[..n].iter().any(|(other, _)| other == name) {
            return Err(format!("filter {:?} stands twice; give it once", shown(name)));
        }
        match name.as_str() {
            "from" => filters.from = Some(time(name, value)?),
            "to" => filters.to = Some(time(name, value)?),
            "plate" => filters.plate = Some(plate(value)?),
            "lane" => filters.lane = Some(LaneId::new(shown(value)).map_err(|e| e.to_string())?),
            "cursor" => filters.after = Some(cursor(value)?),
            "limit" => filters.limit = limit(value)?,
            other => {
                return Err(format!("{:?} is no filter; known are from, to, plate, lane, cursor, limit", shown(other)));
            }
        }
    }
    if let (Some(from), Some(to)) = (filters.from, filters.to)
        && from >= to
    {
        return Err("to is not after from: from is included, to is not".to_owned());
    }
    Ok(filters)
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

fn time(name: &str, text: &str) -> Result<UtcMicros, String> {
    if let Ok(micros) = text.parse::<i64>() {
        return Ok(UtcMicros(micros));
    }
    // A plus that was not written as %2B comes as a space.
    let at = text.parse::<jiff::Timestamp>().or_else(|_| text.replace(' ', "+").parse());
    at.map(|at| UtcMicros(at.as_microsecond())).map_err(|_| {
        format!(
            "{name} {:?} is no time: write 2026-11-24T07:30:00Z or 2026-11-24T14:30:00%2B07:00, or microseconds since 1970",
            shown(text)
        )
    })
}

fn plate(text: &str) -> Result<AskedPlate, String> {
    let normal = normalise(text);
    let good = (4..=10).contains(&normal.chars().count())
        && normal.chars().all(char::is_alphanumeric)
        && normal.chars().any(|c| c.is_ascii_digit());
    if !good {
        return Err(format!(
            "plate {:?} is none: 4 to 10 letters and digits, as 24C-123.45, 云G12345 or G12345",
            shown(text)
        ));
    }
    Ok(AskedPlate { core: core(&normal), text: normal })
}

fn cursor(text: &str) -> Result<Place, String> {
    Place::of_cursor(text)
        .ok_or_else(|| format!("cursor {:?} is none that an answer gave; begin again without it", shown(text)))
}

fn limit(text: &str) -> Result<u32, String> {
    let limit = text.parse().ok().filter(|n| (1..=MAX_LIMIT).contains(n));
    limit.ok_or_else(|| format!("limit {:?} is not a number of 1 to {MAX_LIMIT}", shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<Filters, String> {
        let uri: Uri = format!("/api/v1/passages?{query}").parse().unwrap();
        read(&uri).1.map_err(|e| e.to_string())
    }

    #[test]
    fn times_are_read_as_people_and_programs_write_them() {
        let expected = Some(UtcMicros(1_795_591_800_000_000));
        for text in
            ["2026-11-25T07:30:00Z", "2026-11-25T14:30:00%2B07:00", "2026-11-25T14:30:00+07:00", "1795591800000000"]
        {
            assert_eq!(asked(&format!("from={text}")).unwrap().from, expected, "{text}");
        }
    }

    #[test]
    fn a_filter_that_is_not_good_names_its_value() {
        for (query, named) in [
            ("from=yesterday", "yesterday"),
            ("plate=x", "\"x\""),
            ("plate=24C%00123", "24C"),
            ("lane=In/1", "In/1"),
            ("cursor=abc", "abc"),
            ("limit=0", "\"0\""),
            ("limit=101", "101"),
            ("colour=red", "colour"),
            ("lane=in-1&lane=in-2", "lane"),
            ("from=2&to=1", "to is not after from"),
        ] {
            let said = asked(query).unwrap_err();
            assert!(said.contains(named), "{query}: {said}");
        }
    }

    #[test]
    fn a_cursor_is_read_back() {
        let place = Place { at: -5, id: Uuid::now_v7() };
        assert_eq!(Place::of_cursor(&place.to_cursor()), Some(place));
        assert_eq!(asked("").unwrap(), Filters { limit: DEFAULT_LIMIT, ..Filters::default() });
        assert_eq!(asked("plate=云G·12345").unwrap().plate.unwrap().core, "G12345");
    }
}
