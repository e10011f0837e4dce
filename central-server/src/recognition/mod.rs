//! How well plates are read in the field, for those who keep the cameras and the models: what models on trial make of
//! passages, how each camera's figures drift, and officers' corrections as labelled pictures.
//!
//! All of it is worked out from what the edges told and officers did. Nothing here decides, and nothing that decides
//! looks here.

mod drift;
mod export;
mod passages;
mod trial;
mod watch;

use gate_core::plate::text::{core, normalise, province};

pub use drift::{CameraDrift, Drift, Figures};
pub use export::{ExportError, Exported, corrections};
pub use passages::{Periods, cameras};
pub use trial::{Disagreement, Trial, disagreements, keep, picture, trials};
pub use watch::{ALARM, watch};

/// Whether an officer gave another plate than was read. A Chinese plate without its province, as it is declared, is no
/// other plate.
fn differs(given: &str, read: &str) -> bool {
    let (given, read) = (normalise(given), normalise(read));
    if province(&given).is_none() { core(&given) != core(&read) } else { given != read }
}

#[cfg(test)]
mod tests {
    use super::differs;

    #[test]
    fn a_plate_as_it_is_declared_is_no_correction() {
        assert!(!differs("G12345", "云G12345") && !differs("24C-123.45", "24C12345"));
        assert!(differs("贵G12345", "云G12345") && differs("G12346", "云G12345") && differs("24C12346", "24C12345"));
    }
}
