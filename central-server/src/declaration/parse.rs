//! Values as they stand in tables that people make: times, yes and no, lists.

use gate_core::clock::UtcMicros;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::clock::ZONE;

/// A time: `2026-11-24T07:30:00Z`, or `2026-11-24 14:30` (also with seconds), which is Vietnam's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(pub UtcMicros);

impl Moment {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Ok(Self(UtcMicros(at.as_microsecond())));
        }
        let local = text.parse::<jiff::civil::DateTime>().ok();
        let at = local.and_then(|local| local.in_tz(ZONE).ok());
        at.map(|at| Self(UtcMicros(at.timestamp().as_microsecond())))
            .ok_or_else(|| format!("time {text:?}: write 2026-11-24T07:30:00Z, or 2026-11-24 14:30 for Vietnam's time"))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Yes or no: `true`, `yes`, `1`, `có`, and their opposites; nothing is no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Flag(bool),
            Number(i64),
            Text(String),
        }
        let text = match Written::deserialize(from)? {
            Written::Flag(flag) => return Ok(Self(flag)),
            Written::Number(number) => number.to_string(),
            Written::Text(text) => text.trim().to_lowercase(),
        };
        match text.as_str() {
            "true" | "yes" | "1" | "có" => Ok(Self(true)),
            "" | "false" | "no" | "0" | "không" => Ok(Self(false)),
            _ => Err(D::Error::custom(format!("{text:?} is neither yes nor no"))),
        }
    }
}

/// Several texts: an array in JSON, separated by `;` in CSV.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listed(pub Vec<String>);

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Many(Vec<String>),
            One(String),
        }
        Ok(Self(match Written::deserialize(from)? {
            Written::Many(many) => many,
            Written::One(text) => text.split(';').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_zone_is_vietnams() {
        let utc = Moment::parse("2026-11-24T07:30:00Z").unwrap();
        assert_eq!(Moment::parse("2026-11-24 14:30").unwrap(), utc);
        assert_eq!(Moment::parse("2026-11-24T14:30:00+07:00").unwrap(), utc);
        assert!(Moment::parse("24/11/2026").unwrap_err().contains("24/11/2026"));
    }
}
