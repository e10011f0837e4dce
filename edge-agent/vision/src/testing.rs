//! Evidence made for tests.

use std::sync::Arc;

use crate::plate::facts::Facts;
use crate::plate::slots::Slots;

/// The reader's characters.
pub(crate) const ALPHABET: &str = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZĐ京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新挂学警港澳领使试超民航应急";

pub(crate) fn facts() -> Arc<Facts> {
    Arc::new(Facts::new(ALPHABET, 1.0, 0.9, "0123456789ab".to_owned()).unwrap())
}

/// Twelve slots that hold a text, each character with this probability.
pub(crate) fn sure(text: &str, probability: f32) -> Slots {
    let facts = facts();
    let letters = facts.alphabet.len();
    let rest = (1.0 - probability) / 80.0;
    let mut values = vec![rest; 12 * letters];
    for n in 0..12 {
        let c = text.chars().nth(n).unwrap_or('-');
        values[n * letters + facts.alphabet.iter().position(|&a| a == c).unwrap()] = probability;
    }
    Slots::new(facts, values).unwrap()
}

/// The same with one slot's probabilities named; what is left is spread.
pub(crate) fn with(slots: &Slots, place: usize, chars: &[(char, f32)]) -> Slots {
    let facts = Arc::clone(slots.facts());
    let letters = facts.alphabet.len();
    let mut values = slots.values().to_vec();
    let named: f32 = chars.iter().map(|c| c.1).sum();
    values[place * letters..(place + 1) * letters].fill((1.0 - named).max(0.0) / 80.0);
    for (c, p) in chars {
        values[place * letters + facts.alphabet.iter().position(|a| a == c).unwrap()] += p;
    }
    Slots::new(facts, values).unwrap()
}
