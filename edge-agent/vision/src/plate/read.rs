//! The plate reader: one line or two, laid flat, to distributions over characters.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use opencv::core::Mat;

use super::facts::{Facts, MAX_SLOTS};
use super::rectify::{HEIGHT, WIDTH};
use super::slots::{Heads, Slots};
use crate::error::{ModelError, VisionError};
use crate::manifest::{Manifest, PLATE_READER};
use crate::pixels::{self, Order};
use crate::runtime::Network;

const OUTPUTS: [&str; 4] = ["characters", "kind", "color", "rows"];

pub(crate) struct Reader {
    network: Network,
    facts: Arc<Facts>,
}

impl Reader {
    pub(crate) fn open(manifest: &Manifest, folder: &Path, library: Option<&Path>) -> Result<Self, ModelError> {
        let (model, bytes) = manifest.load(folder, PLATE_READER)?;
        let facts = Facts::of(model).map_err(|why| ModelError::BadModel { name: PLATE_READER, why })?;
        let network = Network::open(PLATE_READER, &bytes, library)?;
        network.check("plate", &[1, 3, i64::from(HEIGHT), i64::from(WIDTH)], &OUTPUTS)?;
        Ok(Self { network, facts: Arc::new(facts) })
    }

    /// Time that the network's runs took so far.
    pub(crate) fn ran(&self) -> Duration {
        self.network.ran()
    }

    pub(crate) fn facts(&self) -> &Arc<Facts> {
        &self.facts
    }

    /// Reads a view that [`super::rectify::flat`] made.
    pub(crate) fn read(&mut self, view: &Mat) -> Result<(Slots, Heads), VisionError> {
        let input = pixels::to_planes(view, Order::Rgb)?;
        let shape = [1, 3, HEIGHT as usize, WIDTH as usize];
        let [characters, kind, color, rows] = self.network.run(shape, &input, OUTPUTS)?;
        let bad = |why: String| VisionError::Inference { name: PLATE_READER, why };
        let letters = self.facts.alphabet.len();
        if characters.shape.last() != Some(&letters) || characters.values.len() > MAX_SLOTS * letters {
            let why = format!("output characters {:?}, the manifest's alphabet has {letters}", characters.shape);
            return Err(bad(why));
        }
        let slots = Slots::new(Arc::clone(&self.facts), characters.values)
            .ok_or_else(|| bad("output characters holds values that are no numbers".to_owned()))?;
        let heads = Heads {
            kind: take(&kind.values).ok_or_else(|| bad(format!("output kind {:?}, asked is [1, 4]", kind.shape)))?,
            color: take(&color.values)
                .ok_or_else(|| bad(format!("output color {:?}, asked is [1, 6]", color.shape)))?,
            rows: take(&rows.values).ok_or_else(|| bad(format!("output rows {:?}, asked is [1, 2]", rows.shape)))?,
        };
        Ok((slots, heads))
    }
}

/// A head's values when they are as many as asked and all numbers.
fn take<const N: usize>(values: &[f32]) -> Option<[f32; N]> {
    let values: [f32; N] = values.try_into().ok()?;
    values.iter().all(|v| v.is_finite()).then_some(values)
}
