//! Container numbers, by the looks at each: told when two looks agree, or one is sure.

use std::collections::BTreeMap;

use gate_camera::Frame;
use gate_core::reading::ContainerReading;
use gate_vision::ContainerLook;

/// Most different numbers kept of one vehicle; misreads are among them.
const MOST: usize = 24;
/// A single look that is so sure is enough.
const SURE: f32 = 0.95;
/// Looks that must agree, with the check digit right and wrong.
const AGREE: (u32, u32) = (2, 4);
/// Least probability, with the check digit right and wrong. Any eleven characters can be bent into a number
/// whose check digit agrees; such ones have next to none.
const LEAST: (f32, f32) = (0.3, 0.02);

struct Code {
    looks: u32,
    best: ContainerReading,
    frame: Frame,
    told: bool,
}

/// The numbers so far.
#[derive(Default)]
pub(super) struct Codes {
    codes: BTreeMap<String, Code>,
}

impl Codes {
    /// Adds a look.
    pub(super) fn add(&mut self, look: &ContainerLook, frame: &Frame) {
        if self.codes.len() >= MOST && !self.codes.contains_key(&look.code) {
            return;
        }
        let reading = ContainerReading {
            code: look.code.clone(),
            valid: look.valid,
            probability: look.probability,
            settled_by_check_digit: look.settled_by_check_digit,
            frame: None,
        };
        let code = self.codes.entry(look.code.clone()).or_insert_with(|| Code {
            looks: 0,
            best: reading.clone(),
            frame: frame.clone(),
            told: false,
        });
        code.looks += 1;
        // One look that needed no help of the check digit is worth more than one that did.
        let worth = |r: &ContainerReading| (!r.settled_by_check_digit, r.probability);
        if worth(&reading) > worth(&code.best) {
            code.best = reading;
            code.frame = frame.clone();
        }
    }

    /// The numbers to tell now, each with its frame.
    pub(super) fn tell(&mut self) -> Vec<(ContainerReading, Frame)> {
        let any_valid = self.codes.values().any(likely);
        let ready = |c: &Code| match c.best.valid {
            true => c.best.probability >= SURE || (c.looks >= AGREE.0 && c.best.probability >= LEAST.0),
            // A misread of a number that was read right is no second container.
            false => !any_valid && c.looks >= AGREE.1 && c.best.probability >= LEAST.1,
        };
        let now = self.codes.values_mut().filter(|c| !c.told && ready(c));
        now.map(|code| {
            code.told = true;
            (code.best.clone(), code.frame.clone())
        })
        .collect()
    }

    /// A number with the right check digit was seen and is not told yet.
    pub(super) fn pending(&self) -> bool {
        self.codes.values().any(|c| likely(c) && !c.told)
    }
}

fn likely(code: &Code) -> bool {
    code.best.valid && code.best.probability >= LEAST.0
}
