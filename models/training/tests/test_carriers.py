"""What surrounds a plate: the view, and the labels by eye."""

from __future__ import annotations

import numpy as np

from training import carriers
from training.tests.shared import datasets_or_skip


def test_the_view_is_grey_beyond_the_picture() -> None:
    whole = np.full((300, 400, 3), 9, np.uint8)
    corners = np.array([[100, 125], [300, 125], [300, 175], [100, 175]], np.float32)
    left, top, side = carriers.square(corners)
    assert (left, side) == (200 - 650, 1300) and abs(top - (150 - 806)) < 1e-6
    seen = carriers.view(whole, left, top, side)
    assert seen.shape == (carriers.SIDE, carriers.SIDE, 3)
    assert (seen[0, 0] == carriers.FILL).all() and (seen[100, 80] == 9).all()
    # As the edge agent lays it (vehicle/carrier.rs): the same pixels.
    rows, columns = np.nonzero((seen == 9).all(axis=2))
    assert (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1) == (55, 105, 81, 118)


def test_a_plate_beyond_the_picture_breaks_nothing() -> None:
    whole = np.full((30, 40, 3), 9, np.uint8)
    for x, width in ((-500.0, 10.0), (900.0, 1.0), (5.0, 4000.0)):
        corners = np.array([[x, 5], [x + width, 5], [x + width, 9], [x, 9]], np.float32)
        assert carriers.view(whole, *carriers.square(corners)).shape == (carriers.SIDE, carriers.SIDE, 3)


def test_every_label_by_eye_names_a_plate() -> None:
    root = datasets_or_skip("every_label_by_eye_names_a_plate")
    named = carriers.named()
    every = carriers.read(root)
    for (dataset, file), places in named.items():
        for x, y, kind in places:
            middles = [
                c.corners.mean(0)
                for c in every
                if c.dataset == dataset and c.path.name == file and c.corners is not None
            ]
            near = [m for m in middles if max(abs(m[0] - x), abs(m[1] - y)) <= carriers.NEAR]
            assert bool(near) == (kind in carriers.CLASSES), (dataset, file, x, y, kind)
    kinds = {c.kind for c in every}
    assert kinds == set(carriers.CLASSES)
    assert sum(c.kind == "lorry" and c.split == "train" for c in every) > 50


def test_views_are_drawn_from_the_seed() -> None:
    corners = np.array([[100, 125], [300, 125], [300, 175], [100, 175]], np.float32)
    whole = np.random.default_rng(1).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    for place in (corners, None):
        carrier = carriers.Carrier("drawn", carriers.LABELS, place, "car", "train")
        one, two = (carriers.draw(carrier, whole, np.random.default_rng(7)) for _ in range(2))
        assert np.array_equal(one, two) and one.shape == (carriers.SIDE, carriers.SIDE, 3)
