//! The JSON Schema of a configuration type, as committed beside the files for editors, and as the judge
//! of them at start.

use schemars::{JsonSchema, schema_for};
use serde_json::Value;

/// The schema of `T` for TOML files: TOML has no null, so an optional key is a key that may be absent.
#[must_use]
pub fn json_schema<T: JsonSchema>() -> Value {
    let mut schema = schema_for!(T).to_value();
    without_null(&mut schema);
    schema
}

/// The schema as it is committed: indented, with a newline at the end.
#[must_use]
pub fn json_schema_text<T: JsonSchema>() -> String {
    format!("{:#}\n", json_schema::<T>())
}

fn without_null(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        if let Some(Value::Array(types)) = object.get_mut("type") {
            types.retain(|t| t != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                object.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
            choices.retain(|c| c.get("type") != Some(&Value::from("null")));
            if let [Value::Object(only)] = choices.as_slice() {
                let only = only.clone();
                object.remove("anyOf");
                for (key, value) in only {
                    object.entry(key).or_insert(value);
                }
            }
        }
    }
    match schema {
        Value::Object(object) => object.values_mut().for_each(without_null),
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}
