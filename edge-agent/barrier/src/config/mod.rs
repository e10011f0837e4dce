//! Configuration files with errors that a technician can mend: file, line, value and remedy of every
//! fault, all of them at once, before anything starts.
//!
//! A file's shape is judged by the JSON Schema made from its Rust type, so that all faults are found
//! together; what the schema cannot say is checked by the type's own code through [`Document::problem`].

mod document;
mod problem;
mod schema;

pub use document::Document;
pub use problem::{ConfigErrors, Problem};
pub use schema::{json_schema, json_schema_text};

#[cfg(test)]
mod tests;
