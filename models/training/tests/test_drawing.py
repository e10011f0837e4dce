"""Drawn plates and codes: the same for the same seed, and their corners in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from training import augment, containers, grammar, plates
from training.warp import HEIGHT, TARGET, WIDTH, rectify, upright_quad


def test_the_same_seed_draws_the_same_picture_and_another_seed_another() -> None:
    a, _ = plates.render("24C12345", "vn", "vn_car", "white", 1, 5)
    b, _ = plates.render("24C-123.45", "vn", "vn_car", "white", 1, 5)
    c, _ = plates.render("24C12345", "vn", "vn_car", "white", 1, 6)
    assert np.array_equal(a, b)
    assert a.shape != c.shape or not np.array_equal(a, c)


def test_every_kind_is_drawn_with_ink_and_corners_inside() -> None:
    rng = np.random.default_rng(4)
    for i in range(200):
        p = grammar.draw(rng)
        picture, corners = plates.render(p.text, p.country, p.kind, p.color, p.rows, i)
        h, w = picture.shape[:2]
        assert picture.dtype == np.uint8 and picture.shape[2] == 3
        assert corners.shape == (4, 2)
        assert (corners >= 0).all() and (corners <= [w - 1, h - 1]).all()
        middle = picture[h // 4 : 3 * h // 4, w // 8 : 7 * w // 8].astype(float)
        assert middle.std() > 12, f"nothing is drawn on {p}"


def test_codes_are_drawn_in_a_line_and_upright() -> None:
    for upright in (False, True):
        picture, corners = containers.render("MSKU4135329", upright, 3)
        size = np.ptp(corners, axis=0)
        assert (size[1] > size[0]) == upright
        assert (corners >= 0).all() and (corners < [picture.shape[1], picture.shape[0]]).all()


def test_an_unknown_colour_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="pink"):
        plates.render("24C12345", "vn", "vn_car", "pink", 1, 1)


def test_the_readers_view_puts_the_corners_where_the_contract_says() -> None:
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[50:150, 40:260] = 255
    view = rectify(picture, np.array([[40, 50], [260, 50], [260, 150], [40, 150]], np.float32))
    assert view.shape == (HEIGHT, WIDTH, 3)
    assert TARGET.tolist() == [[4, 4], [155, 4], [155, 59], [4, 59]]
    assert view[8:56, 8:152].min() > 200 and view[:2].max() < 60


def test_an_upright_code_is_turned_so_that_its_first_character_is_at_the_left() -> None:
    picture = np.zeros((220, 40, 3), np.uint8)
    picture[10:30, 10:30] = 255  # the first, topmost character
    quad = upright_quad(np.array([[0, 0], [40, 0], [40, 220], [0, 220]], np.float32))
    view = rectify(picture, quad)
    assert view[:, :40].mean() > 20 and view[:, 60:].max() == 0


def test_what_the_camera_does_is_seeded_and_keeps_the_size() -> None:
    picture, corners = plates.render("云G1234挂", "cn", "cn_two_line", "yellow", 2, 1)
    views = [augment.see(picture, corners, np.random.default_rng(9)) for _ in range(2)]
    assert views[0].shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(views[0], views[1])


def test_jittered_corners_stay_near_and_in_order() -> None:
    corners = np.array([[0, 0], [200, 0], [200, 100], [0, 100]], np.float32)
    rng = np.random.default_rng(1)
    for _ in range(200):
        moved = augment.jitter(corners, rng, 1.0)
        assert np.abs(moved - corners).max() < 70
        assert moved[0, 0] < moved[1, 0] and moved[0, 1] < moved[3, 1]
