//! A TOML file with the line of every key.

use std::collections::BTreeMap;
use std::path::Path;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::problem::{ConfigErrors, Problem};
use super::schema::json_schema;

/// A parsed file.
#[derive(Clone, Debug)]
pub struct Document {
    file: String,
    value: Value,
    /// JSON pointer of a key -> its line, counted from 1.
    lines: BTreeMap<String, usize>,
}

impl Document {
    /// Reads and parses a file.
    ///
    /// # Errors
    /// When the file cannot be read, or with every fault of its TOML.
    pub fn read(path: &Path) -> Result<Self, ConfigErrors> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| {
            let remedy = "give the path of a readable file".to_owned();
            ConfigErrors(vec![Problem {
                file: file.clone(),
                line: 1,
                key: String::new(),
                wrong: format!("cannot be read: {e}"),
                remedy,
            }])
        })?;
        Self::parse(&file, &text)
    }

    /// Parses the text of a file; `file` names it in errors.
    ///
    /// # Errors
    /// Every fault of its TOML.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigErrors> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let problems: Vec<_> = errors
            .iter()
            .map(|e| Problem {
                file: file.to_owned(),
                line: line_at(text, e.span().map_or(0, |s| s.start)),
                key: String::new(),
                wrong: format!("not TOML: {}", e.message()),
                remedy: "write key = value, text in quotes, each key once".to_owned(),
            })
            .collect();
        ConfigErrors::unless_empty(problems)?;
        let mut lines = BTreeMap::from([(String::new(), 1)]);
        let value = Value::Object(table_value(table.get_ref(), "", text, &mut lines));
        Ok(Self { file: file.to_owned(), value, lines })
    }

    /// The file as its type, when the type's schema has nothing against it.
    ///
    /// # Errors
    /// Every fault that the schema finds.
    pub fn typed<T: JsonSchema + DeserializeOwned>(&self) -> Result<T, ConfigErrors> {
        let schema = json_schema::<T>();
        let validator = jsonschema::validator_for(&schema).map_err(|e| {
            ConfigErrors(vec![self.problem("", format!("has no valid schema: {e}"), "report this to the maintainers")])
        })?;
        let mut problems = Vec::new();
        for error in validator.iter_errors(&self.value) {
            self.collect(&error, &schema, &mut problems);
        }
        ConfigErrors::unless_empty(problems)?;
        serde_path_to_error::deserialize(&self.value).map_err(|e| {
            let mut pointer: String = e.path().iter().map(|segment| format!("/{segment}")).collect();
            let message = e.inner().to_string();
            if let (Some(table), Some(key)) = (pointer.strip_suffix("/?"), message.split('`').nth(1)) {
                // A key that its table does not know: serde names it in words alone.
                pointer = format!("{table}/{key}");
            }
            let remedy = "use a value of the kind that the schema beside the file tells";
            ConfigErrors(vec![self.problem(&pointer, message, remedy)])
        })
    }

    /// A fault at the key that `pointer` (a JSON pointer, as `/line/baud`) leads to, or at the table
    /// around it when the key is missing.
    #[must_use]
    pub fn problem(&self, pointer: &str, wrong: impl Into<String>, remedy: impl Into<String>) -> Problem {
        let mut around = pointer;
        let line = loop {
            if let Some(line) = self.lines.get(around) {
                break *line;
            }
            around = around.rsplit_once('/').map_or("", |(parent, _)| parent);
        };
        let key = pointer.trim_start_matches('/').replace('/', ".");
        Problem { file: self.file.clone(), line, key, wrong: wrong.into(), remedy: remedy.into() }
    }

    fn collect(&self, error: &ValidationError<'_>, schema: &Value, into: &mut Vec<Problem>) {
        let at = error.instance_path().as_str();
        let value = error.instance();
        let (wrong, remedy) = match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                let known = known_keys(schema, error.schema_path().as_str());
                for key in unexpected {
                    let remedy = format!("known keys here: {known}");
                    into.push(self.problem(&format!("{at}/{key}"), "is not a key of this section", remedy));
                }
                return;
            }
            Kind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                into.push(self.problem(&format!("{at}/{key}"), "is missing", "add it; the schema says what it means"));
                return;
            }
            Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
                let choices: Vec<String> = context
                    .iter()
                    .flatten()
                    .filter_map(|e| match e.kind() {
                        Kind::Constant { expected_value } => Some(expected_value.to_string()),
                        Kind::Enum { options } => Some(options.to_string()),
                        _ => None,
                    })
                    .collect();
                (format!("{value} is not known"), format!("use one of {}", choices.join(", ")))
            }
            Kind::Enum { options } => (format!("{value} is not known"), format!("use one of {options}")),
            Kind::Minimum { limit } => (format!("{value} is too small"), format!("use at least {limit}")),
            Kind::Maximum { limit } => (format!("{value} is too large"), format!("use at most {limit}")),
            _ => (format!("{error}"), "see the schema beside the file".to_owned()),
        };
        into.push(self.problem(at, wrong, remedy));
    }
}

/// The keys that the schema's object at `schema_path` (ending in `/additionalProperties`) knows.
fn known_keys(schema: &Value, schema_path: &str) -> String {
    let object = schema_path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let properties = schema.pointer(&format!("{object}/properties")).and_then(Value::as_object);
    properties.map(|p| p.keys().cloned().collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|b| *b == b'\n').count()
}

fn table_value(
    table: &DeTable<'_>,
    at: &str,
    text: &str,
    lines: &mut BTreeMap<String, usize>,
) -> serde_json::Map<String, Value> {
    let mut object = serde_json::Map::new();
    for (key, value) in table {
        let pointer = format!("{at}/{}", key.get_ref());
        lines.insert(pointer.clone(), line_at(text, key.span().start));
        object.insert(key.get_ref().to_string(), plain_value(value.get_ref(), &pointer, text, lines));
    }
    object
}

fn plain_value(value: &DeValue<'_>, at: &str, text: &str, lines: &mut BTreeMap<String, usize>) -> Value {
    match value {
        DeValue::String(s) => Value::from(s.as_ref()),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).map_or(Value::from(i.as_str()), Value::from),
        DeValue::Float(f) => f.as_str().parse::<f64>().map_or(Value::from(f.as_str()), Value::from),
        DeValue::Boolean(b) => Value::from(*b),
        DeValue::Datetime(d) => Value::from(d.to_string()),
        DeValue::Table(t) => Value::Object(table_value(t, at, text, lines)),
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .enumerate()
                .map(|(i, item)| {
                    let pointer = format!("{at}/{i}");
                    lines.insert(pointer.clone(), line_at(text, item.span().start));
                    plain_value(item.get_ref(), &pointer, text, lines)
                })
                .collect(),
        ),
    }
}
