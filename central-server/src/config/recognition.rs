//! `[recognition]`: when a camera's figures count as having moved from its baseline.

use serde::Deserialize;

use super::read::Problem;
use crate::clock::midnight;

/// How cameras are watched. Shares and probabilities in 0 to 1.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecognitionWatch {
    /// The sliding window, in days, ending now.
    pub window_days: u16,
    /// The baseline, in days.
    pub baseline_days: u16,
    /// The baseline's first day, as `2026-11-01` (Asia/Ho_Chi_Minh): a time when the camera was known to be well.
    /// None: the days right before the window.
    pub baseline_from: Option<String>,
    /// With fewer passages in either period nothing is said.
    pub least_passages: u32,
    /// Alarm when the share that an officer decides rises by more.
    pub referred_rise: f64,
    /// Alarm when the share that an officer corrects rises by more.
    pub corrected_rise: f64,
    /// Alarm when the mean probability falls by more.
    pub confidence_fall: f64,
    /// Alarm when plates grow smaller by more than this share of their height.
    pub height_fall: f64,
}

impl Default for RecognitionWatch {
    fn default() -> Self {
        Self {
            window_days: 7,
            baseline_days: 28,
            baseline_from: None,
            least_passages: 50,
            referred_rise: 0.1,
            corrected_rise: 0.02,
            confidence_fall: 0.03,
            height_fall: 0.15,
        }
    }
}

impl RecognitionWatch {
    /// The baseline's first moment, microseconds UTC, where one is given.
    #[must_use]
    pub fn baseline_from_us(&self) -> Option<i64> {
        let day: jiff::civil::Date = self.baseline_from.as_ref()?.parse().ok()?;
        Some(midnight(day).ok()?.0)
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut say = |bad: bool, key: &str, what: String| {
            if bad {
                problems.push(Problem::new(&format!("recognition.{key}"), what));
            }
        };
        for (key, value, high) in [("window_days", self.window_days, 92), ("baseline_days", self.baseline_days, 366)] {
            say(!(1..=high).contains(&value), key, format!("{value} is outside 1 to {high}"));
        }
        for (key, value) in [
            ("referred_rise", self.referred_rise),
            ("corrected_rise", self.corrected_rise),
            ("confidence_fall", self.confidence_fall),
            ("height_fall", self.height_fall),
        ] {
            say(!(0.001..=1.0).contains(&value), key, format!("{value} is outside 0.001 to 1"));
        }
        if let Some(day) = &self.baseline_from {
            let bad = self.baseline_from_us().is_none();
            say(bad, "baseline_from", format!("{day:?} is no day; write it as 2026-11-01"));
        }
        problems
    }

    pub(super) fn template(&self) -> String {
        format!(
            r#"
[recognition]
# How well each camera reads over the last days, against a baseline; what moves too far raises an alarm for those who
# keep the cameras. The baseline is the days right before the window, or begins on a day when all was well.
window_days = {window}
baseline_days = {baseline}
# baseline_from = "2026-11-01"
# With fewer passages in either period nothing is said.
least_passages = {least}
# How much the share that officers decide, and the share that they correct, may rise.
referred_rise = {referred}
corrected_rise = {corrected}
# How much the mean probability may fall, and by which share the height of the plates in pixels.
confidence_fall = {confidence}
height_fall = {height}
"#,
            window = self.window_days,
            baseline = self.baseline_days,
            least = self.least_passages,
            referred = self.referred_rise,
            corrected = self.corrected_rise,
            confidence = self.confidence_fall,
            height = self.height_fall,
        )
    }
}
