"""Data sets are read whole, and nothing of `dev` gets into training."""

from __future__ import annotations

import numpy as np

from training import datasets
from training.alphabet import encode
from training.examples import LABELS, Examples, held_out
from training.tests.shared import datasets_or_skip


def test_every_set_is_read_with_texts_that_a_reader_can_say() -> None:
    root = datasets_or_skip("every_set_is_read")
    for name in (*datasets.CROPS, *datasets.FRAMES, "cn-special", "containers", "container-rears", "no-plate"):
        samples = datasets.read(root, name)
        assert samples, name
        assert {s.split for s in samples} <= {"train", "dev"}
        assert all(s.path.is_file() for s in samples[:50]), name
        for s in samples:
            encode(s.text)
            assert s.corners is None or s.corners.shape == (4, 2)


def test_corners_go_clockwise_from_the_top_left() -> None:
    root = datasets_or_skip("corners_go_clockwise")
    for s in datasets.read(root, "cn-easypr") + datasets.read(root, "vn-gate-corners"):
        assert s.corners is not None
        a, b, c, d = s.corners
        assert a[0] < b[0] and d[0] < c[0] and a[1] < d[1] and b[1] < c[1], s.path.name


def test_examples_are_seeded_and_labelled() -> None:
    root = datasets_or_skip("examples_are_seeded")
    names = ("vn-longplate", "vn-gate-corners", "cn-crops", "cn-easypr", "containers")
    one, two = Examples(root, 3, names=names), Examples(root, 3, names=names)
    for _ in range(40):
        (a, la), (b, lb) = one.draw(), two.draw()
        assert np.array_equal(a, b) and np.array_equal(la, lb)
        assert a.shape == (64, 160, 3) and la.shape == (LABELS,)
    train = {s.text for n in datasets.CROPS for s in datasets.read(root, n) if s.split == "train"}
    texts = {r.sample.text for reals in one.real.values() for r in reals}
    assert not any(held_out(t) for t in texts)
    assert all(r.sample.split == "train" and not r.sample.suspect for reals in one.real.values() for r in reals)
    assert texts & train
