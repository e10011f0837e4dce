//! Chinese plates (GA 36-2018): provinces, letters, endings, and the templates of each kind.

use super::template::{CharSet, Template};
use super::{Country, PlateColor, PlateKind};

/// The 31 province characters.
pub const PROVINCES: &str = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新";
/// Letters of authorities and serials: no I, no O.
pub const LETTERS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const SERIAL: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
const DIGITS: &str = "0123456789";
const NEW_ENERGY: &str = "ABCDEFGHJK";
const ARMY: &str = "VKHBSLJNGCEZ";

/// Whether a character stands for a province.
#[must_use]
pub fn is_province(c: char) -> bool {
    PROVINCES.contains(c)
}

use PlateColor::{Black, Blue, Green, White, Yellow, YellowGreen};

const fn cn(
    kind: PlateKind,
    colors: &'static [PlateColor],
    rows: &'static [u8],
    positions: &'static [CharSet],
) -> Template {
    Template { country: Country::Cn, kind, colors, rows, positions, vietnamese_local_code: false }
}

const P: CharSet = CharSet(PROVINCES);
const L: CharSet = CharSet(LETTERS);
const S: CharSet = CharSet(SERIAL);
const D: CharSet = CharSet(DIGITS);
const E: CharSet = CharSet(NEW_ENERGY);
const Y: CharSet = CharSet("粤");
const Z: CharSet = CharSet("Z");

/// The templates of every Chinese kind.
pub(super) const TEMPLATES: &[Template] = &[
    cn(PlateKind::CnOrdinary, &[Blue, Yellow], &[1, 2], &[P, L, S, S, S, S, S]),
    cn(PlateKind::CnNewEnergySmall, &[Green], &[1], &[P, L, E, S, D, D, D, D]),
    cn(PlateKind::CnNewEnergyLarge, &[YellowGreen, Green], &[1], &[P, L, D, D, D, D, D, E]),
    cn(PlateKind::CnTrailer, &[Yellow], &[1, 2], &[P, L, S, S, S, S, CharSet("挂")]),
    cn(PlateKind::CnLearner, &[Yellow], &[1, 2], &[P, L, S, S, S, S, CharSet("学")]),
    cn(PlateKind::CnPolice, &[White], &[1, 2], &[P, L, S, S, S, S, CharSet("警")]),
    cn(PlateKind::CnHongKongMacao, &[Black], &[1, 2], &[Y, Z, S, S, S, S, CharSet("港澳")]),
    cn(PlateKind::CnDiplomatic, &[Black, White], &[1, 2], &[P, L, S, S, S, S, CharSet("领")]),
    cn(PlateKind::CnDiplomatic, &[Black, White], &[1, 2], &[CharSet("使"), D, D, D, D, D, D]),
    cn(PlateKind::CnDiplomatic, &[Black, White], &[1, 2], &[D, D, D, D, D, D, CharSet("使")]),
    cn(PlateKind::CnTest, &[Yellow, White, Blue], &[1, 2], &[P, L, S, S, S, S, CharSet("试超")]),
    cn(PlateKind::CnArmy, &[White], &[1, 2], &[CharSet(ARMY), L, S, D, D, D, D]),
];

/// Whether the letters of a serial are within the standard's two (positions 3 to 7 of an ordinary
/// plate).
#[must_use]
pub(super) fn serial_fits(text: &str) -> bool {
    text.chars().skip(2).take(5).filter(char::is_ascii_uppercase).count() <= 2
}
