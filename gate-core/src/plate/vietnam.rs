//! Vietnamese plates: local codes, series letters, special series, and the templates of each kind.

use super::template::{CharSet, Template};
use super::{Country, PlateColor, PlateKind};

/// Whether two digits are a local code that was ever given: 11 to 99 without 13 42 44 45 46 87 91 96
/// and 10. 80 is the central authorities'.
#[must_use]
pub fn is_local_code(code: &str) -> bool {
    matches!(code.parse::<u8>(), Ok(11..=99)) && !matches!(code, "13" | "42" | "44" | "45" | "46" | "87" | "91" | "96")
}

const DIGITS: &str = "0123456789";
const FIRST: &str = "ABCDEFGHKLMNPSTUVXYZ";
const SECOND: &str = "ABCDEFHKLMNPRSTUVXYZ0123456789";
const ARMY: &str = "ABCDHKNPQTV";
const ARMY_SECOND: &str = "ABCDEHKLMNPQSTVXY";

use PlateColor::{Blue, Red, White, Yellow};

const fn vn(kind: PlateKind, colors: &'static [PlateColor], positions: &'static [CharSet]) -> Template {
    Template { country: Country::Vn, kind, colors, rows: &[1, 2], positions, vietnamese_local_code: true }
}

const D: CharSet = CharSet(DIGITS);
const A: CharSet = CharSet(FIRST);
const B: CharSet = CharSet(SECOND);
const fn one(c: &'static str) -> CharSet {
    CharSet(c)
}

/// The templates of every Vietnamese kind.
pub(super) const TEMPLATES: &[Template] = &[
    vn(PlateKind::VnCar, &[White, Yellow, Blue], &[D, D, A, D, D, D, D, D]),
    vn(PlateKind::VnCarOld, &[White, Yellow, Blue], &[D, D, A, D, D, D, D]),
    Template { rows: &[2], ..vn(PlateKind::VnMotorcycle, &[White, Yellow, Blue], &[D, D, A, B, D, D, D, D, D]) },
    Template { rows: &[2], ..vn(PlateKind::VnMotorcycle, &[White, Yellow, Blue], &[D, D, A, B, D, D, D, D]) },
    vn(PlateKind::VnTrailer, &[White, Yellow, Blue], &[D, D, one("R"), D, D, D, D, D]),
    vn(PlateKind::VnTrailer, &[White, Yellow, Blue], &[D, D, one("R"), D, D, D, D]),
    vn(PlateKind::VnTrailer, &[White, Yellow, Blue], &[D, D, one("R"), one("M"), D, D, D, D, D]),
    vn(PlateKind::VnTrailer, &[White, Yellow, Blue], &[D, D, one("R"), one("M"), D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("K"), one("T"), D, D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("K"), one("T"), D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("L"), one("D"), D, D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("L"), one("D"), D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("D"), one("A"), D, D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("D"), one("A"), D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("H"), one("C"), D, D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("H"), one("C"), D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("C"), one("D"), D, D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("C"), one("D"), D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("T"), one("Đ"), D, D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("T"), one("Đ"), D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("M"), one("Đ"), D, D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("M"), one("Đ"), D, D, D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("M"), one("K"), D, D, D, D, D]),
    vn(PlateKind::VnSpecial, &[White, Yellow, Blue], &[D, D, one("M"), one("K"), D, D, D, D]),
    Template { vietnamese_local_code: false, ..vn(PlateKind::VnTemporary, &[White], &[one("T"), D, D, D, D, D, D, D]) },
    vn(PlateKind::VnDiplomatic, &[White], &[D, D, D, D, D, CharSet("NQC"), CharSet("GTNV"), D, D]),
    vn(PlateKind::VnDiplomatic, &[White], &[D, D, CharSet("NQC"), CharSet("GTNV"), D, D, D, D, D]),
    Template {
        vietnamese_local_code: false,
        ..vn(PlateKind::VnArmy, &[Red], &[CharSet(ARMY), CharSet(ARMY_SECOND), D, D, D, D])
    },
    Template {
        vietnamese_local_code: false,
        ..vn(PlateKind::VnArmy, &[Red], &[CharSet(ARMY), CharSet(ARMY_SECOND), D, D, D, CharSet("RB"), one("M")])
    },
];

/// Whether the two letters of a diplomatic plate belong together.
#[must_use]
pub(super) fn diplomatic_fits(text: &str) -> bool {
    ["NG", "QT", "NN", "CV"].iter().any(|pair| text.contains(pair))
}
