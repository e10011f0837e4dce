//! Templates: for each kind, which characters may stand at which place. The reader's evidence is
//! weighed by them (a prior), never rewritten by them.

use super::{Country, PlateColor, PlateKind, china, vietnam};

/// The characters that may stand at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharSet(pub &'static str);

impl CharSet {
    /// Whether `c` may stand there.
    #[must_use]
    pub fn contains(self, c: char) -> bool {
        self.0.contains(c)
    }
}

/// One form of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Whose plate.
    pub country: Country,
    /// Which kind.
    pub kind: PlateKind,
    /// Grounds that the kind comes with.
    pub colors: &'static [PlateColor],
    /// Numbers of rows that it comes with.
    pub rows: &'static [u8],
    /// What may stand at each place, in reading order.
    pub positions: &'static [CharSet],
    /// The first two places are a Vietnamese local code.
    pub vietnamese_local_code: bool,
}

impl Template {
    /// Whether a normalised text obeys this template, with the rules that sets cannot say.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let mut places = self.positions.iter();
        let by_place =
            text.chars().all(|c| places.next().is_some_and(|set| set.contains(c))) && places.next().is_none();
        by_place && self.fits_beyond_places(text)
    }

    /// The rules that sets cannot say, for a text that fits by place.
    #[must_use]
    pub fn fits_beyond_places(&self, text: &str) -> bool {
        let code = !self.vietnamese_local_code || text.get(..2).is_some_and(vietnam::is_local_code);
        let kind = match self.kind {
            PlateKind::VnCar | PlateKind::VnMotorcycle => !text.ends_with("00000"),
            PlateKind::VnDiplomatic => vietnam::diplomatic_fits(text),
            PlateKind::CnOrdinary => china::serial_fits(text),
            _ => true,
        };
        code && kind
    }
}

/// Every template of both countries.
pub fn templates() -> impl Iterator<Item = &'static Template> {
    vietnam::TEMPLATES.iter().chain(china::TEMPLATES)
}

/// The kinds whose grammar a normalised text obeys; more than one where the text alone does not tell.
#[must_use]
pub fn kinds_fitting(text: &str) -> Vec<(Country, PlateKind)> {
    let mut kinds: Vec<_> = templates().filter(|t| t.fits(text)).map(|t| (t.country, t.kind)).collect();
    kinds.dedup();
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_of_the_gate_find_their_kinds() {
        for (text, kind) in [
            ("24C12345", PlateKind::VnCar),
            ("29A1234", PlateKind::VnCarOld),
            ("59P166480", PlateKind::VnMotorcycle),
            ("24R01234", PlateKind::VnTrailer),
            ("15RM12345", PlateKind::VnTrailer),
            ("29LD12345", PlateKind::VnSpecial),
            ("29TĐ1234", PlateKind::VnSpecial),
            ("T2412345", PlateKind::VnTemporary),
            ("80123NG45", PlateKind::VnDiplomatic),
            ("TM1234", PlateKind::VnArmy),
            ("云G12345", PlateKind::CnOrdinary),
            ("云AD12345", PlateKind::CnNewEnergySmall),
            ("云A12345D", PlateKind::CnNewEnergyLarge),
            ("云G1234挂", PlateKind::CnTrailer),
            ("粤Z1234港", PlateKind::CnHongKongMacao),
            ("使123456", PlateKind::CnDiplomatic),
        ] {
            assert!(kinds_fitting(text).iter().any(|&(_, k)| k == kind), "{text}: {:?}", kinds_fitting(text));
        }
    }

    #[test]
    fn texts_that_no_authority_gives_fit_nothing() {
        for text in
            ["13C12345", "24I12345", "24C00000", "云I12345", "云GAAA12", "24C123", "", "C00D", "云G1234", "GO12345"]
        {
            assert_eq!(kinds_fitting(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_drawn_from_a_template_fits_it(which in 0usize..40, seed in any::<u64>()) {
            let all: Vec<_> = templates().collect();
            let template = all[which % all.len()];
            let mut s = seed;
            let text: String = template.positions.iter().map(|set| {
                s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let n = set.0.chars().count();
                set.0.chars().nth((s >> 33) as usize % n).unwrap()
            }).collect();
            prop_assert_eq!(template.fits(&text), template.fits_beyond_places(&text));
        }
    }
}
