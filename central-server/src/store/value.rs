//! What goes into a query: values of the four kinds that both engines store alike.

use gate_core::clock::UtcMicros;
use uuid::Uuid;

/// A bound value. `None` is SQL's NULL of that kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `BIGINT`: counts, times in microseconds UTC, flags (0 and 1).
    Int(Option<i64>),
    /// `TEXT`.
    Text(Option<String>),
    /// `BLOB` in SQLite, `BYTEA` in PostgreSQL: ids (16 bytes), hashes (32 bytes), bytes.
    Blob(Option<Vec<u8>>),
    /// `DOUBLE PRECISION`.
    Real(Option<f64>),
}

macro_rules! from {
    ($($type:ty => $variant:ident($value:ident) $to:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self::$variant(Some($to))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $to))
            }
        }
    )*};
}

from! {
    i64 => Int(v) v;
    i32 => Int(v) i64::from(v);
    u32 => Int(v) i64::from(v);
    u8 => Int(v) i64::from(v);
    bool => Int(v) i64::from(v);
    // Counts and sizes stay far below 2^63; a larger one is kept as the largest that fits.
    u64 => Int(v) i64::try_from(v).unwrap_or(i64::MAX);
    usize => Int(v) i64::try_from(v).unwrap_or(i64::MAX);
    UtcMicros => Int(v) v.0;
    f64 => Real(v) v;
    f32 => Real(v) f64::from(v);
    String => Text(v) v;
    &String => Text(v) v.clone();
    &str => Text(v) v.to_owned();
    Uuid => Blob(v) v.as_bytes().to_vec();
    Vec<u8> => Blob(v) v;
    &[u8] => Blob(v) v.to_vec();
    [u8; 32] => Blob(v) v.to_vec();
    &[u8; 32] => Blob(v) v.to_vec();
}

macro_rules! names {
    ($($type:ty),*) => {$(
        impl From<&$type> for Value {
            fn from(name: &$type) -> Self {
                Self::Text(Some(name.as_str().to_owned()))
            }
        }
        impl From<Option<&$type>> for Value {
            fn from(name: Option<&$type>) -> Self {
                Self::Text(name.map(|n| n.as_str().to_owned()))
            }
        }
    )*};
}
names!(gate_core::ids::EdgeId, gate_core::ids::LaneId, gate_core::ids::SiteId, gate_core::ids::ZoneId);

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl From<$type> for Value {
            fn from(id: $type) -> Self {
                Self::from(id.0)
            }
        }
        impl From<Option<$type>> for Value {
            fn from(id: Option<$type>) -> Self {
                Self::from(id.map(|i| i.0))
            }
        }
    )*};
}
numbers!(
    gate_core::ids::EventId,
    gate_core::ids::PassageId,
    gate_core::ids::CrossingId,
    gate_core::ids::GrantId,
    gate_core::ids::RequestId,
    gate_core::ids::CommandId
);

/// A query with its values: the same text for both engines, parameters `$1`, `$2` ...
#[derive(Clone, Debug)]
pub struct Query {
    pub(super) text: std::borrow::Cow<'static, str>,
    pub(super) values: Vec<Value>,
}

impl Query {
    /// A query whose text stands in the program.
    #[must_use]
    pub fn new(text: &'static str, values: Vec<Value>) -> Self {
        Self { text: text.into(), values }
    }

    /// A query put together at run time **from pieces that stand in the program**; whatever came
    /// from outside goes into `values`, never into `text`.
    #[must_use]
    pub fn assembled(text: String, values: Vec<Value>) -> Self {
        Self { text: text.into(), values }
    }
}

/// `sql!("select a from t where b = $1", b)`: a [`Query`] with its values converted.
#[macro_export]
macro_rules! sql {
    ($text:literal $(, $value:expr)* $(,)?) => {
        $crate::store::Query::new($text, vec![$($crate::store::Value::from($value)),*])
    };
}
