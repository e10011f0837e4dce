"""Calibration makes probabilities true, keeps their order, and the limit keeps its price."""

import numpy as np
import pytest

from evaluate.bound import upper_bound
from evaluate.calibrate import LEAST_LIMIT, PRICE, calibrated, fit, opening_limit


def test_a_reader_that_is_too_sure_is_made_true() -> None:
    rng = np.random.default_rng(1)
    true = rng.beta(6, 1, 40_000).clip(1e-4, 1 - 1e-4)
    right = (rng.random(len(true)) < true).astype(float)
    logit = 1.8 * np.log(true / (1 - true)) + 0.4
    told = 1 / (1 + np.exp(-logit))
    found = calibrated(fit(told, right), told)
    assert abs(float(told.mean() - right.mean())) > 0.03
    assert abs(float(found.mean() - right.mean())) < 0.002
    assert float(np.abs(found - true).mean()) < 0.01


def test_a_reader_whose_probabilities_turn_is_refused() -> None:
    rng = np.random.default_rng(2)
    p = rng.uniform(0.1, 0.9, 5000)
    right = (rng.random(len(p)) < 1 - p).astype(float)
    with pytest.raises(ValueError, match="turn the order"):
        fit(p, right)


def test_the_limit_keeps_the_price_and_never_falls_below_the_least() -> None:
    q = np.linspace(0.5, 0.9999, 5000)
    limit = opening_limit(q, landing=0.01)
    above = q[q >= limit]
    assert limit == pytest.approx(LEAST_LIMIT)
    limit = opening_limit(q, landing=1.0)
    assert limit > LEAST_LIMIT
    above = q[q >= limit]
    assert float((1 - above).mean()) <= PRICE
    assert opening_limit(np.full(100, 0.97), landing=1.0) == 1.0


def test_upper_bounds_are_those_of_the_tables() -> None:
    # Rule of three, and Clopper-Pearson of 1 in 100 (one-sided, 95 %).
    assert upper_bound(0, 300) == pytest.approx(0.00994, abs=1e-4)
    assert upper_bound(1, 100) == pytest.approx(0.04656, abs=1e-4)
    assert upper_bound(0, 0) == 1.0
    assert upper_bound(5, 5) == 1.0
