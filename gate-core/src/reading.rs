//! What the eyes say: looks fused into a reading, with the probability that its text is right.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::UtcMicros;
use crate::ids::Sha256Hex;
use crate::plate::template::kinds_fitting;
use crate::plate::{Country, PlateColor, PlateKind};
use crate::vehicle::{Role, View};

/// One plate of a passage, from all looks at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlateReading {
    /// The text as the network gave it, before the grammar spoke.
    pub raw: String,
    /// Normalised: upper case, no separators, Hanzi and Đ kept.
    pub text: String,
    /// Which country's plate; `None` when the reader could not tell.
    pub country: Option<Country>,
    /// Which kind; `None` when no grammar fits the text.
    pub kind: Option<PlateKind>,
    /// Ground colour; `None` when it could not be told.
    pub color: Option<PlateColor>,
    /// Rows of text: 1 or 2.
    pub rows: u8,
    /// Probability in 0..=1 that `text` is right as a whole.
    pub probability: f32,
    /// Other texts and their probabilities, best first, at most [`PlateReading::MAX_OTHERS`].
    pub others: Vec<(String, f32)>,
    /// Tractor's or trailer's plate.
    pub role: Role,
    /// Which side of the vehicle was seen; `None` when the camera's place does not tell.
    pub view: Option<View>,
    /// How many looks voted.
    pub looks: u32,
    /// SHA-256 of the reader's file, short form (first 12 digits).
    pub model: String,
    /// The frame that was read and the plate cut from it.
    pub evidence: Option<ReadingEvidence>,
    /// Where it comes from; `None` from an edge that did not tell yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ReadingSource>,
}

impl PlateReading {
    /// Most runner-up texts kept.
    pub const MAX_OTHERS: usize = 5;

    /// A tractor's plate by an officer's word, in place of what was read.
    #[must_use]
    pub fn by_officer(plate: &str, read: Option<&Self>) -> Self {
        let countries: Vec<Country> = kinds_fitting(plate).into_iter().map(|(country, _)| country).collect();
        let country = match countries.as_slice() {
            [one, rest @ ..] if rest.iter().all(|c| c == one) => Some(*one),
            _ => read.and_then(|r| r.country),
        };
        Self {
            raw: plate.to_owned(),
            text: plate.to_owned(),
            country,
            kind: None,
            color: read.and_then(|r| r.color),
            rows: read.map_or(1, |r| r.rows),
            probability: 1.0,
            others: Vec::new(),
            role: Role::Tractor,
            view: read.and_then(|r| r.view),
            looks: 0,
            model: String::new(),
            evidence: read.and_then(|r| r.evidence.clone()),
            source: None,
        }
    }
}

/// The pictures that vouch for a reading: the very frame that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadingEvidence {
    /// The frame, JPEG.
    pub frame: Sha256Hex,
    /// The plate cut out of that frame, JPEG.
    pub plate: Sha256Hex,
}

/// Which camera made a reading, and how large the plate was to it: what tells over weeks that a camera gets worse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadingSource {
    /// The camera's name within its lane.
    pub camera: String,
    /// Height of the plate in pixels of its best frame; `None` where that frame is not held any more.
    pub height_px: Option<f32>,
}

/// One container number of a passage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContainerReading {
    /// `CSQU3054383`: 4 letters, 6 digits, check digit.
    pub code: String,
    /// The check digit agrees.
    pub valid: bool,
    /// Probability in 0..=1 that `code` is right as a whole.
    pub probability: f32,
    /// A doubtful character was settled by the check digit.
    pub settled_by_check_digit: bool,
    /// The frame that was read, JPEG.
    pub frame: Option<Sha256Hex>,
}

/// One look at a vehicle and what became of it: a plate that was found in one frame, or a frame without one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LookFate {
    /// When the frame came.
    pub at: UtcMicros,
    /// Which camera of the lane.
    pub camera: String,
    /// `read` where it counted; else why not, as `blurred`, `too_small`, `outside`, `below_limit`, `no_plate`,
    /// `disagreement`, or `nothing` where no plate was found.
    pub fate: String,
    /// What it read by itself.
    pub text: Option<String>,
    /// Probability in 0..=1 that this is right as a whole.
    pub probability: Option<f32>,
    /// Height of the plate in pixels.
    pub height_px: Option<f32>,
    /// Sharpness of the plate as it was read; more is sharper.
    pub sharpness: Option<f32>,
}

/// What models on trial ("shadow") made of a passage at one camera, beside the models that decide. It reports: no
/// rule, machine or list looks at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShadowReading {
    /// Which camera of the lane.
    pub camera: String,
    /// The models on trial: SHA-256 of their manifest, short form (first 12 digits).
    pub models: String,
    /// The models that decide, named alike.
    pub beside: String,
    /// How many looks both made, of the same frames.
    pub looks: u32,
    /// At how many of them both read the same text, or none.
    pub agreeing: u32,
    /// What the models on trial read from these looks together.
    pub trial: Option<ShadowText>,
    /// What the models that decide read from the same looks together.
    pub live: Option<ShadowText>,
    /// Where the two differ: the frame on which they differ most clearly, JPEG.
    pub frame: Option<Sha256Hex>,
    /// The plate cut from it, JPEG.
    pub plate: Option<Sha256Hex>,
}

impl ShadowReading {
    /// Whether both made the same of the passage.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let text = |read: &Option<ShadowText>| read.as_ref().map(|r| r.text.clone());
        text(&self.trial) == text(&self.live)
    }
}

/// A text with its probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShadowText {
    /// Normalised, as in [`PlateReading::text`].
    pub text: String,
    /// Probability in 0..=1 that it is right as a whole.
    pub probability: f32,
}
