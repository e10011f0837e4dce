//! `[paper]`: which paper slips are taken when they are entered.

use std::time::Duration;

use serde::Deserialize;

use super::read::Problem;

/// How slips are judged by their time.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaperTaking {
    /// A slip of longer ago is refused, in hours.
    pub oldest_h: u32,
    /// A passage of the same plate at the same lane within so many minutes is asked about.
    pub near_min: u32,
}

impl Default for PaperTaking {
    fn default() -> Self {
        Self { oldest_h: 48, near_min: 15 }
    }
}

impl PaperTaking {
    /// See [`PaperTaking::oldest_h`].
    #[must_use]
    pub fn oldest(&self) -> Duration {
        Duration::from_secs(3600 * u64::from(self.oldest_h))
    }

    /// See [`PaperTaking::near_min`].
    #[must_use]
    pub fn near(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.near_min))
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let bounds = [("oldest_h", self.oldest_h, 1, 24 * 31), ("near_min", self.near_min, 1, 240)];
        let outside = bounds.into_iter().filter(|(_, value, low, high)| !(low..=high).contains(&value));
        outside
            .map(|(key, value, low, high)| {
                Problem::new(&format!("paper.{key}"), format!("{value} is outside {low} to {high}"))
            })
            .collect()
    }

    pub(super) fn template(&self) -> String {
        format!(
            r#"
[paper]
# Slips of paper for vehicles that passed by hand while power or the edge was gone, entered later. One of longer ago is
# refused, in hours; after 48 h declarations are no longer held, and every confirmation of the direction is owed.
oldest_h = {oldest}
# A passage of the same plate at that lane within so many minutes is shown, and the officer says whether it is another.
near_min = {near}
"#,
            oldest = self.oldest_h,
            near = self.near_min,
        )
    }
}
