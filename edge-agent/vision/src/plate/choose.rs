//! Which finds are worth a look, which looks need a closer or a wider one, and which of them show the same plate.

use gate_core::plate::PlateKind;

use super::detect::{self, Found};
use super::slots::{Heads, Slots};
use crate::geometry::{Area, Quad};
use crate::look::PlateLook;

/// A find with less than this share of the best one's score is not looked at further.
const FAINT_BESIDE: f32 = 0.42;
/// A plate so probable at the first look needs no closer one.
const CLEAR_PLATE: f32 = 0.95;
/// A find so long in the detector's view, in pixels, whose first look says with less than this probability that it is a
/// plate, is none.
const LARGE_ENOUGH: f32 = 45.0;
const SURELY_NONE: f32 = 0.05;

/// Whether a text may be a longer one that was cut at its end: the older Vietnamese plates have one digit less.
pub(crate) fn may_be_cut(slots: &Slots, heads: &Heads) -> bool {
    heads.row_count() == 1
        && gate_core::plate::template::kinds_fitting(&slots.raw()).iter().any(|f| f.1 == PlateKind::VnCarOld)
}

/// Whether a wider cut shows the same text and one character more at its end.
pub(crate) fn goes_on(cut: &str, wider: &str) -> bool {
    wider.strip_prefix(cut).is_some_and(|rest| rest.chars().count() == 1)
}

/// A first look so probable needs no closer one.
pub(crate) fn is_clear(look: &PlateLook) -> bool {
    look.fate.is_none() && look.read.as_ref().is_some_and(|r| r.probability >= CLEAR_PLATE)
}

/// Whether the reader holds what was found for no plate.
pub(crate) fn is_surely_none(heads: &Heads) -> bool {
    heads.is_plate() < SURELY_NONE
}

/// A find that is large enough to tell and surely no plate needs no closer look either.
pub(crate) fn is_nothing(look: &PlateLook, found: &Found) -> bool {
    found.seen >= LARGE_ENOUGH && is_surely_none(&look.heads)
}

/// One look a plate: two finds may come to the same plate when they are looked at closer.
pub(crate) fn apart(mut plates: Vec<PlateLook>) -> Vec<PlateLook> {
    plates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<PlateLook> = Vec::with_capacity(plates.len());
    for one in plates {
        let area = one.corners.around();
        if kept.iter().all(|k| k.corners.around().overlap(area) <= detect::SAME) {
            kept.push(one);
        }
    }
    kept
}

/// Without the finds that are faint beside the best: where a plate is clear, shadows of one are none.
pub(crate) fn worthy(found: Vec<Found>) -> Vec<Found> {
    let best = found.iter().map(|f| f.score).fold(0.0, f32::max);
    found.into_iter().filter(|f| f.score >= best * FAINT_BESIDE).collect()
}

/// Whether the edge of a part cuts a find, where the picture goes on beyond it.
pub(crate) fn cut_by(corners: Quad, part: Area, whole: Area) -> bool {
    let around = corners.around();
    let near = 0.05 * around.height;
    let inner = |edge: f32, end: f32| (edge - end).abs() > 1.0;
    (inner(part.x, whole.x) && around.x < part.x + near)
        || (inner(part.y, whole.y) && around.y < part.y + near)
        || (inner(part.x + part.width, whole.width) && around.x + around.width > part.x + part.width - near)
        || (inner(part.y + part.height, whole.height) && around.y + around.height > part.y + part.height - near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sure;

    #[test]
    fn an_older_plate_may_be_a_longer_one_that_was_cut() {
        let cut = |text: &str| may_be_cut(&sure(text, 0.99), &Heads::NEUTRAL);
        assert!(cut("51A0120") && !cut("51A01204") && !cut("云A12345"));
        assert!(goes_on("51A0120", "51A01204"));
        assert!(!goes_on("51A0120", "51A0120") && !goes_on("51A0120", "51A11204") && !goes_on("51A0120", "51A012045"));
    }

    #[test]
    fn what_a_parts_edge_cuts_does_not_count() {
        let whole = Area::whole(1920, 1080);
        let part = Area { x: 400.0, y: 300.0, width: 640.0, height: 384.0 };
        let at = |x, y| Quad::of(Area { x, y, width: 80.0, height: 24.0 });
        assert!(cut_by(at(400.5, 400.0), part, whole) && cut_by(at(960.0, 400.0), part, whole));
        assert!(!cut_by(at(500.0, 400.0), part, whole));
        assert!(!cut_by(at(0.0, 10.0), whole, whole));
    }
}
