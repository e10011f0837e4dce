"""Vehicles seen from the front, and a container lorry: where their plate and code are is returned with them."""

from dataclasses import dataclass

import numpy as np

from .canvas import Paint, Picture, Point, darker, polygon, rounded, shaded

CAR_PAINTS: tuple[Paint, ...] = ((60, 50, 150), (200, 200, 205), (60, 60, 62), (130, 90, 40), (235, 235, 238))
LORRY_PAINTS: tuple[Paint, ...] = ((40, 60, 190), (180, 120, 30), (225, 228, 230), (60, 150, 70), (40, 170, 220))
TYRE: Paint = (28, 28, 30)
GLASS_TOP: Paint = (120, 110, 92)
GLASS_BOTTOM: Paint = (60, 52, 42)


@dataclass(frozen=True)
class Places:
    """Corners clockwise from the top left: of the plate, and of the container's number where there is one."""

    plate: tuple[Point, Point, Point, Point]
    code: tuple[Point, Point, Point, Point] | None = None


def _box(cx: float, cy: float, w: float, h: float) -> tuple[Point, Point, Point, Point]:
    return (cx - w / 2, cy - h / 2), (cx + w / 2, cy - h / 2), (cx + w / 2, cy + h / 2), (cx - w / 2, cy + h / 2)


def _shadow(picture: Picture, cx: float, y: float, w: float) -> None:
    polygon(picture, rounded(cx - w / 2, y - 14, w, 34, 17), (52, 52, 54))


def _lamp(picture: Picture, x: float, y: float, w: float, h: float) -> None:
    polygon(picture, rounded(x, y, w, h, h / 3), (74, 76, 78))
    shaded(picture, rounded(x + 3, y + 3, w - 6, h - 6, h / 3.4), (150, 156, 160), (112, 118, 124))


def car(picture: Picture, rng: np.random.Generator, plate: tuple[float, float]) -> Places:
    """A passenger car; `plate` is its plate's width and height in pixels."""
    cx, base = picture.shape[1] / 2 + rng.uniform(-20, 20), 650.0
    paint = CAR_PAINTS[int(rng.integers(len(CAR_PAINTS)))]
    _shadow(picture, cx, base, 620)
    for side in (-1, 1):
        polygon(picture, rounded(cx + side * 232 - 42, base - 120, 84, 128, 20), TYRE)
    shaded(picture, [(cx - 190, 268), (cx + 190, 268), (cx + 262, 420), (cx - 262, 420)], darker(paint, 1.08), paint)
    shaded(picture, [(cx - 172, 282), (cx + 172, 282), (cx + 232, 400), (cx - 232, 400)], GLASS_TOP, GLASS_BOTTOM)
    for side in (-1, 1):
        polygon(picture, rounded(cx + side * 280 - 30, 380, 60, 38, 12), darker(paint, 0.85))
        polygon(picture, rounded(cx + side * 90 - 36, 330, 72, 70, 24), (42, 38, 34))
    shaded(picture, [(cx - 255, 404), (cx + 255, 404), (cx + 288, 500), (cx - 288, 500)], darker(paint, 1.12), paint)
    shaded(picture, rounded(cx - 292, 480, 584, 150, 34), paint, darker(paint, 0.6))
    polygon(picture, rounded(cx - 130, 488, 260, 44, 14), (30, 30, 32))
    for row in range(3):
        polygon(picture, rounded(cx - 122, 494 + row * 12, 244, 4, 2), (150, 152, 155))
    polygon(picture, rounded(cx - 16, 494, 32, 26, 13), (205, 205, 208))
    for side in (-1, 1):
        _lamp(picture, cx + side * 218 - 62, 484, 124, 48)
        polygon(picture, rounded(cx + side * 232 - 28, 586, 56, 22, 10), (215, 225, 230))
    polygon(picture, rounded(cx - 190, 604, 380, 26, 10), (36, 36, 38))
    return Places(_box(cx, 568, *plate))


def _cab(picture: Picture, rng: np.random.Generator, cx: float, top: float, paint: Paint) -> float:
    """A lorry's cab; returns the middle height of its bumper."""
    base = 668.0
    _shadow(picture, cx, base, 640)
    for side in (-1, 1):
        polygon(picture, rounded(cx + side * 236 - 50, base - 150, 100, 160, 18), TYRE)
    shaded(picture, rounded(cx - 262, top, 524, base - top - 66, 50), darker(paint, 1.1), darker(paint, 0.82))
    shaded(picture, rounded(cx - 236, top + 24, 472, 140, 22), GLASS_TOP, GLASS_BOTTOM)
    shine = [(cx - 150, top + 32), (cx - 90, top + 32), (cx - 150, top + 154), (cx - 214, top + 154)]
    polygon(picture, shine, (128, 116, 98))
    for side in (-1, 1):
        polygon(picture, rounded(cx + side * 308 - 24, top + 60, 48, 112, 12), (40, 40, 42))
        polygon(picture, rounded(cx + side * 282 - 30, top + 84, 60, 8, 4), (40, 40, 42))
        polygon(picture, rounded(cx + side * 84 - 66, top + 154, 132, 6, 3), (20, 20, 22))
        polygon(picture, rounded(cx + side * 110 - 14, top + 8, 28, 14, 6), (60, 160, 240))
    grille = top + 182
    polygon(picture, rounded(cx - 170, grille, 340, 96, 14), (34, 34, 36))
    for row in range(5):
        polygon(picture, rounded(cx - 160, grille + 9 + row * 17, 320, 8, 3), (60, 62, 66))
    shaded(picture, rounded(cx - 274, base - 152, 548, 112, 16), (60, 62, 64), (36, 38, 40))
    for side in (-1, 1):
        _lamp(picture, cx + side * 214 - 52, base - 140, 104, 52)
        polygon(picture, rounded(cx + side * 214 - 30, base - 78, 60, 20, 8), (60, 150, 240))
    return base - 92


def lorry(picture: Picture, rng: np.random.Generator, plate: tuple[float, float]) -> Places:
    """A lorry with a box body behind its cab."""
    cx = picture.shape[1] / 2 + rng.uniform(-20, 20)
    body: Paint = (190, 196, 200) if rng.random() < 0.5 else (110, 130, 90)
    shaded(picture, [(cx - 280, 96), (cx + 280, 96), (cx + 280, 560), (cx - 280, 560)], body, darker(body, 0.7))
    for x in range(-250, 251, 50):
        polygon(picture, [(cx + x, 104), (cx + x + 5, 104), (cx + x + 5, 550), (cx + x, 550)], darker(body, 0.9))
    paint = LORRY_PAINTS[int(rng.integers(len(LORRY_PAINTS)))]
    return Places(_box(cx, _cab(picture, rng, cx, 212, paint) - 6, *plate))


def container_lorry(picture: Picture, rng: np.random.Generator, plate: tuple[float, float], code: float) -> Places:
    """A tractor with a container behind it, whose number stands on the container's front wall. `code` is the height
    of the number's field as a share of its width."""
    cx = picture.shape[1] / 2 + rng.uniform(-20, 20)
    paint = ((60, 50, 140), (130, 76, 30), (60, 110, 60))[int(rng.integers(3))]
    left, right, top = cx - 290, cx + 290, 44.0
    shaded(picture, [(left, top), (right, top), (right, 580), (left, 580)], paint, darker(paint, 0.65))
    for x in np.arange(left + 12, right - 8, 26):
        polygon(picture, [(x, top + 118), (x + 11, top + 118), (x + 11, 570), (x, 570)], darker(paint, 0.82))
    for x in (left, right - 16):
        polygon(picture, rounded(x, top, 16, 520, 3), darker(paint, 0.6))
    polygon(picture, rounded(left, top, right - left, 14, 3), darker(paint, 0.7))
    lorry_paint = LORRY_PAINTS[int(rng.integers(len(LORRY_PAINTS)))]
    plate_at = _box(cx, _cab(picture, rng, cx, 232, lorry_paint) - 6, *plate)
    wide = 400.0
    return Places(plate_at, _box(cx + 40, top + 68, wide, wide * code))
