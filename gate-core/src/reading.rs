//! What the eyes say: looks fused into a reading, with the probability that its text is right.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::Sha256Hex;
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
}

impl PlateReading {
    /// Most runner-up texts kept.
    pub const MAX_OTHERS: usize = 5;
}

/// The pictures that vouch for a reading: the very frame that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadingEvidence {
    /// The frame, JPEG.
    pub frame: Sha256Hex,
    /// The plate cut out of that frame, JPEG.
    pub plate: Sha256Hex,
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
