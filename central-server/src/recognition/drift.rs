//! A camera's figures over two periods, and whether they moved too far apart. No I/O.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::config::RecognitionWatch;

/// The share of readings that are no better than the low figures.
const LOW: f64 = 0.1;

/// What one passage tells.
#[derive(Clone, Debug)]
pub(super) struct Passed {
    pub lane: String,
    pub referred: bool,
    /// The tractor's reading that stands.
    pub read: Option<Read>,
}

/// A reading.
#[derive(Clone, Debug)]
pub(super) struct Read {
    /// Empty from an edge that does not tell its cameras.
    pub camera: String,
    pub probability: f64,
    pub height_px: Option<f64>,
    /// An officer gave another text.
    pub corrected: bool,
}

/// A camera's figures over a period. Shares and probabilities in 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Passages that it read, and those of its lane that no camera read.
    pub passages: u64,
    /// The share of them that an officer had to decide.
    pub referred: Option<f64>,
    /// Passages that it read.
    pub read: u64,
    /// The share of them whose text an officer corrected.
    pub corrected: Option<f64>,
    /// Mean probability of its readings.
    pub confidence: Option<f64>,
    /// One reading in ten is no surer than this.
    pub confidence_low: Option<f64>,
    /// Mean height of the plates in pixels.
    pub height_px: Option<f64>,
    /// One plate in ten is no higher than this, in pixels.
    pub height_low_px: Option<f64>,
}

/// One figure that moved too far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// Which, by its name in [`Figures`].
    pub figure: &'static str,
    /// What it was in the baseline.
    pub was: f64,
    /// What it is.
    pub is: f64,
    /// The limit of the configuration that it passed.
    pub limit: f64,
}

/// A camera now and before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CameraDrift {
    /// Its lane.
    pub lane: String,
    /// Its name in the lane; empty where the edge does not tell it.
    pub camera: String,
    /// The sliding window that ends now.
    pub window: Figures,
    /// What it is compared with.
    pub baseline: Figures,
    /// What moved too far; empty also where one period has too few passages to tell.
    pub drifts: Vec<Drift>,
}

/// Every camera that read something in either period.
pub(super) fn compare(window: &[Passed], baseline: &[Passed], limits: &RecognitionWatch) -> Vec<CameraDrift> {
    let name = |p: &Passed| p.read.as_ref().map(|r| (p.lane.clone(), r.camera.clone()));
    let cameras: BTreeSet<(String, String)> = window.iter().chain(baseline).filter_map(name).collect();
    let (mut now, mut before) = (figures(window, &cameras), figures(baseline, &cameras));
    let one = |key: (String, String)| {
        let (window, baseline) = (now.remove(&key).unwrap_or_default(), before.remove(&key).unwrap_or_default());
        let drifts = drifts(&window, &baseline, limits);
        CameraDrift { lane: key.0, camera: key.1, window, baseline, drifts }
    };
    cameras.into_iter().map(one).collect()
}

/// A passage that nobody read counts for every camera of its lane: each of them could have read it.
fn figures(passed: &[Passed], cameras: &BTreeSet<(String, String)>) -> BTreeMap<(String, String), Figures> {
    let of = |(lane, camera): &(String, String)| {
        let its = passed.iter().filter(|p| p.lane == *lane && p.read.as_ref().is_none_or(|r| r.camera == *camera));
        let its: Vec<&Passed> = its.collect();
        let read: Vec<&Read> = its.iter().filter_map(|p| p.read.as_ref()).collect();
        let confidences = sorted(read.iter().map(|r| r.probability));
        let heights = sorted(read.iter().filter_map(|r| r.height_px));
        Figures {
            passages: its.len() as u64,
            referred: share(its.iter().filter(|p| p.referred).count(), its.len()),
            read: read.len() as u64,
            corrected: share(read.iter().filter(|r| r.corrected).count(), read.len()),
            confidence: mean(&confidences),
            confidence_low: low(&confidences),
            height_px: mean(&heights),
            height_low_px: low(&heights),
        }
    };
    cameras.iter().map(|key| (key.clone(), of(key))).collect()
}

fn drifts(window: &Figures, baseline: &Figures, limits: &RecognitionWatch) -> Vec<Drift> {
    if window.passages.min(baseline.passages) < u64::from(limits.least_passages) {
        return Vec::new();
    }
    let beyond = |figure, was: Option<f64>, is: Option<f64>, limit, worse: fn(f64, f64) -> f64| {
        let (was, is) = (was?, is?);
        (worse(was, is) > limit).then_some(Drift { figure, was, is, limit })
    };
    let rise = |was: f64, is: f64| is - was;
    let fall = |was: f64, is: f64| was - is;
    let shrink = |was: f64, is: f64| if was > 0.0 { (was - is) / was } else { 0.0 };
    [
        beyond("referred", baseline.referred, window.referred, limits.referred_rise, rise),
        beyond("corrected", baseline.corrected, window.corrected, limits.corrected_rise, rise),
        beyond("confidence", baseline.confidence, window.confidence, limits.confidence_fall, fall),
        beyond("height_px", baseline.height_px, window.height_px, limits.height_fall, shrink),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

#[expect(clippy::cast_precision_loss, reason = "counts of passages")]
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[expect(clippy::cast_precision_loss, reason = "counts of passages")]
fn mean(sorted: &[f64]) -> Option<f64> {
    (!sorted.is_empty()).then(|| sorted.iter().sum::<f64>() / sorted.len() as f64)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list"
)]
fn low(sorted: &[f64]) -> Option<f64> {
    sorted.get((LOW * sorted.len().saturating_sub(1) as f64) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(lane: &str, referred: bool, read: Option<(&str, f64, f64, bool)>) -> Passed {
        let read = read.map(|(camera, probability, height, corrected)| Read {
            camera: camera.to_owned(),
            probability,
            height_px: Some(height),
            corrected,
        });
        Passed { lane: lane.to_owned(), referred, read }
    }

    fn limits() -> RecognitionWatch {
        RecognitionWatch { least_passages: 10, ..RecognitionWatch::default() }
    }

    #[test]
    fn figures_are_those_of_the_camera_and_of_what_nobody_read_in_its_lane() {
        let mut window: Vec<Passed> =
            (1..=10).map(|n| passed("in-1", n == 1, Some(("front", f64::from(n) / 10.0, 40.0, n == 2)))).collect();
        window.extend([passed("in-1", true, None), passed("in-1", true, None), passed("in-2", true, None)]);
        window.push(passed("in-1", false, Some(("rear", 0.5, 20.0, false))));
        let cameras = compare(&window, &[], &limits());
        let names: Vec<&str> = cameras.iter().map(|c| c.camera.as_str()).collect();
        assert_eq!(names, ["front", "rear"], "a lane that nobody read has no camera to speak of");
        let front = &cameras[0].window;
        assert_eq!((front.passages, front.read), (12, 10));
        assert_eq!((front.referred, front.corrected), (Some(0.25), Some(0.1)));
        assert!((front.confidence.unwrap() - 0.55).abs() < 1e-9 && front.confidence_low == Some(0.1));
        assert_eq!((front.height_px, front.height_low_px), (Some(40.0), Some(40.0)));
        assert_eq!(cameras[0].baseline, Figures::default());
        assert!(cameras[0].drifts.is_empty(), "nothing to compare with");
    }

    #[test]
    fn each_figure_drifts_by_itself_and_only_for_the_worse() {
        let good = |_| passed("in-1", false, Some(("front", 0.99, 50.0, false)));
        let baseline: Vec<Passed> = (0..20).map(good).collect();
        let drifted = |window: Vec<Passed>| -> Vec<&'static str> {
            compare(&window, &baseline, &limits())[0].drifts.iter().map(|d| d.figure).collect()
        };
        assert!(drifted((0..20).map(good).collect()).is_empty());
        let change = |change: fn(usize) -> Passed| drifted((0..20).map(change).collect());
        assert_eq!(change(|n| passed("in-1", n < 5, Some(("front", 0.99, 50.0, false)))), ["referred"]);
        assert_eq!(change(|n| passed("in-1", false, Some(("front", 0.99, 50.0, n < 5)))), ["corrected"]);
        assert_eq!(change(|_| passed("in-1", false, Some(("front", 0.9, 50.0, false)))), ["confidence"]);
        assert_eq!(change(|_| passed("in-1", false, Some(("front", 0.99, 30.0, false)))), ["height_px"]);
        assert!(change(|_| passed("in-1", false, Some(("front", 1.0, 90.0, false)))).is_empty(), "better is no drift");
        let few: Vec<Passed> = (0..9).map(|_| passed("in-1", true, Some(("front", 0.5, 10.0, true)))).collect();
        assert!(drifted(few).is_empty(), "too few to tell");
    }
}
