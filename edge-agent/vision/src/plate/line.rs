//! The line of a plate or code, read in as many cuts as it needs: a little tighter or looser, each cut errs elsewhere.

use opencv::core::Mat;

use super::read::Reader;
use super::slots::{Heads, Slots};
use super::{choose, rectify};
use crate::container;
use crate::error::VisionError;
use crate::geometry::Quad;
use crate::picture::Picture;

/// How much wider a plate is cut when its end may be missing, as a share of its width, over both ends.
const WIDER: f32 = 0.25;
/// A plate of which a text is so probable at the first cut needs no further ones.
const CLEAR_PLATE: f64 = 0.995;
/// Further cuts of a plate: longer and higher than found, by these shares. Chosen on plates of `train` that are held out
/// of training, among five such sets: `docs/decisions.md`, 18.
const PLATE_CUTS: [(f32, f32); 2] = [(0.1, 0.16), (-0.05, -0.1)];
/// A container number so probable at the first cut needs no further ones.
const CLEAR_CODE: f32 = 0.9;
/// What is so improbable to be a container number at the first cut needs none either.
const NO_CODE: f32 = 0.02;
/// Cuts of a container number, whose outline is long and thin.
const CODE_CUTS: [(f32, f32); 3] = [(0.0, 0.5), (-0.02, -0.1), (0.12, 1.0)];

/// A plate as it was read.
#[derive(Clone)]
pub(crate) struct Line {
    /// What was cut out.
    corners: Quad,
    /// The reader's view of it.
    pub view: Mat,
    pub slots: Slots,
    pub heads: Heads,
}

impl Line {
    /// Whether further cuts would change nothing: a text is clear, or there is none.
    pub(crate) fn is_sure(&self) -> bool {
        self.slots.ceiling() >= CLEAR_PLATE || choose::is_surely_none(&self.heads)
    }
}

/// Reads a plate in one cut, or in a wider one where its end may be missing.
pub(crate) fn first(reader: &mut Reader, picture: &Picture, corners: Quad) -> Result<Line, VisionError> {
    let line = cut(reader, picture, corners)?;
    if choose::may_be_cut(&line.slots, &line.heads) {
        let more = cut(reader, picture, corners.stretched(WIDER, 0.0))?;
        if choose::goes_on(&line.slots.raw(), &more.slots.raw()) {
            return Ok(more);
        }
    }
    Ok(line)
}

/// A plate that the first cut did not read surely, with what further cuts say, pooled.
pub(crate) fn surer(reader: &mut Reader, picture: &Picture, line: Line) -> Result<Line, VisionError> {
    if line.is_sure() {
        return Ok(line);
    }
    let (mut slots, mut heads) = (vec![line.slots.clone()], vec![line.heads]);
    for (along, across) in PLATE_CUTS {
        let more = cut(reader, picture, line.corners.stretched(along, across))?;
        slots.push(more.slots);
        heads.push(more.heads);
    }
    Ok(Line { slots: line.slots.pooled(&slots), heads: Heads::pooled(&heads), ..line })
}

/// Reads a code in several cuts, pooled, unless the first one is clear.
pub(crate) fn code(reader: &mut Reader, picture: &Picture, corners: Quad) -> Result<Slots, VisionError> {
    let [first, further @ ..] = CODE_CUTS;
    let Line { slots, heads, .. } = cut(reader, picture, corners.stretched(first.0, first.1))?;
    let clear = container::number(&slots).is_some_and(|n| n.valid && n.probability >= CLEAR_CODE);
    if clear || heads.is_code() < NO_CODE {
        return Ok(slots);
    }
    let mut all = vec![slots.clone()];
    for (along, across) in further {
        all.push(cut(reader, picture, corners.stretched(along, across))?.slots);
    }
    Ok(slots.pooled(&all))
}

fn cut(reader: &mut Reader, picture: &Picture, corners: Quad) -> Result<Line, VisionError> {
    let view = rectify::flat(picture, corners)?;
    let (slots, heads) = reader.read(&view)?;
    Ok(Line { corners, view, slots, heads })
}
