//! Reads the file and the environment and names **all** that is wrong at once, each with its line,
//! its value and what to do.

use std::fmt;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Env, Format as _, Serialized, Toml};
use figment::value::{Dict, Value};
use thiserror::Error;

use super::{Config, ENV, FILE, check};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, as `broker.listen`.
    pub key: String,
    /// What is wrong, with the value, and what to do.
    pub what: String,
}

impl Problem {
    pub(super) fn new(key: &str, what: impl Into<String>) -> Self {
        Self { key: key.to_owned(), what: what.into() }
    }
}

/// All that is wrong with the configuration.
#[derive(Debug, Error)]
pub enum ConfigErrors {
    /// There is no file.
    #[error("{path}: {source}; make one with `central-server --data {data} init`")]
    Missing {
        /// The file.
        path: PathBuf,
        /// The data folder.
        data: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("{path}: {detail}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// With line and column.
        detail: String,
    },
    /// Values are wrong.
    #[error("{}", Listed(.0))]
    Values(Vec<Located>),
}

/// A problem and where its value comes from.
#[derive(Debug)]
pub struct Located {
    /// `FILE:LINE`, the environment variable, or the file alone for what is missing.
    pub place: String,
    /// What.
    pub problem: Problem,
}

struct Listed<'a>(&'a [Located]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the configuration has {} problem(s):", self.0.len())?;
        for Located { place, problem } in self.0 {
            writeln!(f, "  {place}: {}: {}", problem.key, problem.what)?;
        }
        Ok(())
    }
}

/// Reads `<data>/central.toml` with the environment over it, and checks it.
///
/// # Errors
/// [`ConfigErrors`] with everything that is wrong.
pub fn load(data: &Path) -> Result<Config, ConfigErrors> {
    let path = data.join(FILE);
    let text = std::fs::read_to_string(&path).map_err(|source| ConfigErrors::Missing {
        path: path.clone(),
        data: data.to_owned(),
        source,
    })?;
    toml::from_str::<toml::Table>(&text)
        .map_err(|e| ConfigErrors::Syntax { path: path.clone(), detail: e.to_string() })?;
    // GATE_CENTRAL_DATA is the command line's: it says where this file is.
    let figment = Figment::from(Toml::string(&text)).merge(Env::prefixed(ENV).ignore(&["data"]).split("__"));
    let (mut config, mut problems) = values(&figment);
    config.data = data.to_owned();
    problems.extend(
        check::check(&config).into_iter().filter(|p| !problems.iter().any(|q| q.key == p.key)).collect::<Vec<_>>(),
    );
    if problems.is_empty() {
        return Ok(config);
    }
    Err(ConfigErrors::Values(
        problems.into_iter().map(|problem| Located { place: place(&path, &text, &problem.key), problem }).collect(),
    ))
}

/// Takes every value that fits; each that does not becomes a problem and its default stands in, so
/// that the rest is looked at too.
fn values(figment: &Figment) -> (Config, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut dict: Dict = figment.extract().unwrap_or_default();
    // Each round takes one key out: the number of keys bounds the rounds.
    loop {
        let error = match Figment::from(Serialized::defaults(&dict)).extract::<Config>() {
            Ok(config) => return (config, problems),
            Err(error) => error,
        };
        let mut path = error.path.clone();
        if let Kind::UnknownField(name, _) = &error.kind
            && path.last() != Some(name)
        {
            path.push(name.clone());
        }
        let what = match &error.kind {
            Kind::UnknownField(_, known) => format!("no such key; known are {}", known.join(", ")),
            kind => kind.to_string(),
        };
        problems.push(Problem::new(&path.join("."), what));
        if !remove(&mut dict, &path) {
            return (Config::default(), problems);
        }
    }
}

fn remove(dict: &mut Dict, path: &[String]) -> bool {
    match path {
        [] => false,
        [last] => dict.remove(last).is_some(),
        [first, rest @ ..] => match dict.get_mut(first) {
            Some(Value::Dict(_, inner)) => remove(inner, rest) || dict.remove(first).is_some(),
            // An item of a list: the whole list goes.
            Some(_) => dict.remove(first).is_some(),
            None => false,
        },
    }
}

fn place(path: &Path, text: &str, key: &str) -> String {
    let variable = format!("{ENV}{}", key.replace('.', "__").to_uppercase());
    if std::env::vars().any(|(name, _)| name.to_uppercase() == variable) {
        return format!("environment variable {variable}");
    }
    match line(text, key) {
        Some(line) => format!("{}:{line}", path.display()),
        None => path.display().to_string(),
    }
}

/// The line on which a key (or the table it would stand in) is set.
fn line(text: &str, key: &str) -> Option<usize> {
    let table = toml::de::DeTable::parse(text).ok()?;
    let mut inside = table.get_ref();
    let mut found = None;
    for part in key.split('.') {
        let Some((name, value)) = inside.get_key_value(part) else { break };
        found = Some(name.span().start);
        let toml::de::DeValue::Table(inner) = value.get_ref() else { break };
        inside = inner;
    }
    found.map(|at| text[..at].matches('\n').count() + 1)
}
