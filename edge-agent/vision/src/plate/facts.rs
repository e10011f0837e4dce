//! What belongs to one reader: its characters, the grammar over them, its limits and its name. Every
//! look carries them, so that looks can be fused far from the network that made them.

use gate_core::plate::template::{Template, templates};

use crate::manifest::Model;

/// Most characters of a reader's line.
pub const MAX_SLOTS: usize = 16;
/// Temperature where the manifest names none.
const TEMPERATURE: f32 = 1.0;
/// Limit where the manifest names none.
const MIN_PROBABILITY: f32 = 0.9;

/// A template over the reader's own numbers of characters.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub template: &'static Template,
    /// For each place, the output indices that may stand there.
    pub places: Vec<Vec<u16>>,
}

/// The facts of one reader.
#[derive(Debug)]
pub struct Facts {
    /// Characters by output index; index 0 is "nothing".
    pub(crate) alphabet: Vec<char>,
    /// Every plate template.
    pub(crate) grammar: Vec<Compiled>,
    /// Places of a container number.
    pub(crate) code: Vec<Vec<u16>>,
    /// Every index but 0.
    pub(crate) any: Vec<u16>,
    /// Temperature of the characters' probabilities.
    pub(crate) temperature: f32,
    /// Below it a reading does not count by itself.
    pub min_probability: f32,
    /// First 12 digits of the SHA-256 of the reader's file.
    pub model: String,
}

impl Facts {
    /// The facts that stand in the manifest.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn of(model: &Model) -> Result<Self, String> {
        let text = model.alphabet.as_deref().ok_or("the manifest names no alphabet")?;
        let temperature = model.temperature.unwrap_or(TEMPERATURE);
        let min_probability = model.min_probability.unwrap_or(MIN_PROBABILITY);
        if !(0.1..=10.0).contains(&temperature) {
            return Err(format!("temperature = {temperature} must lie within 0.1 and 10"));
        }
        if !(0.0..=1.0).contains(&min_probability) {
            return Err(format!("min_probability = {min_probability} must lie within 0 and 1"));
        }
        Self::new(text, temperature, min_probability, model.short_hash())
    }

    /// Facts for an alphabet.
    ///
    /// # Errors
    /// When a character stands twice in it, or it lacks those of container numbers.
    pub fn new(alphabet: &str, temperature: f32, min_probability: f32, model: String) -> Result<Self, String> {
        let alphabet: Vec<char> = alphabet.chars().collect();
        if let Some(twice) = alphabet.iter().enumerate().find(|(i, c)| alphabet[..*i].contains(c)) {
            return Err(format!("the alphabet holds {:?} twice", twice.1));
        }
        let count = u16::try_from(alphabet.len()).map_err(|_| "the alphabet is longer than 65535".to_owned())?;
        let index =
            |c: char| alphabet.iter().position(|&a| a == c).and_then(|i| u16::try_from(i).ok()).filter(|&i| i > 0);
        let places = |set: &str| set.chars().filter_map(index).collect::<Vec<u16>>();
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let code: Vec<Vec<u16>> = [letters, letters, letters, "UJZ"]
            .into_iter()
            .chain(std::iter::repeat_n("0123456789", 7))
            .map(places)
            .collect();
        if code.iter().zip([26, 26, 26, 3, 10]).any(|(found, asked)| found.len() != asked) {
            return Err("the alphabet lacks digits or letters".to_owned());
        }
        let grammar = templates()
            .map(|template| Compiled { template, places: template.positions.iter().map(|set| places(set.0)).collect() })
            .filter(|c| c.places.iter().all(|p| !p.is_empty()))
            .collect();
        Ok(Self { grammar, code, any: (1..count).collect(), alphabet, temperature, min_probability, model })
    }
}
