"""Shapes with soft edges on a picture: polygons, boxes with round corners, shades from top to bottom."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Layer = NDArray[np.float32]
Point = tuple[float, float]
Paint = tuple[int, int, int]
SHIFT = 4


def _points(points: Sequence[Point]) -> NDArray[np.int32]:
    return np.array([[round(x * (1 << SHIFT)), round(y * (1 << SHIFT))] for x, y in points], np.int32)


def polygon(picture: Picture, points: Sequence[Point], paint: Paint) -> None:
    """A filled polygon with soft edges."""
    cv2.fillPoly(picture, [_points(points)], paint, cv2.LINE_AA, SHIFT)


def rounded(x: float, y: float, w: float, h: float, r: float) -> list[Point]:
    """The outline of a box with round corners."""
    r = min(r, w / 2, h / 2)
    corners = ((x + w - r, y + r, -90), (x + w - r, y + h - r, 0), (x + r, y + h - r, 90), (x + r, y + r, 180))
    return [
        (cx + r * np.cos(np.radians(start + a)), cy + r * np.sin(np.radians(start + a)))
        for cx, cy, start in corners
        for a in range(0, 91, 15)
    ]


def shaded(picture: Picture, points: Sequence[Point], top: Paint, bottom: Paint) -> None:
    """A filled polygon whose paint goes from `top` to `bottom`."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [_points(points)], (255,), cv2.LINE_AA, SHIFT)
    ys = [y for _, y in points]
    low, high = min(ys), max(ys)
    share = np.clip((np.arange(picture.shape[0], dtype=np.float32) - low) / max(1.0, high - low), 0, 1)[:, None, None]
    ramp = np.array(top, np.float32) * (1 - share) + np.array(bottom, np.float32) * share
    cover = mask.astype(np.float32)[:, :, None] / 255
    picture[:] = (picture * (1 - cover) + ramp * cover).astype(np.uint8)


def put(picture: Picture, patch: Picture, corners: Sequence[Point]) -> None:
    """Warps a patch so that its corners (clockwise from the top left) come to `corners`."""
    h, w = patch.shape[:2]
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    # Area averaging first: a plate is drawn larger than it is seen.
    wide = float(np.hypot(corners[1][0] - corners[0][0], corners[1][1] - corners[0][1]))
    if wide < w:
        scale = wide / w
        patch = cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
        h, w = patch.shape[:2]
        source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.array(corners, np.float32))
    size = (picture.shape[1], picture.shape[0])
    warped = cv2.warpPerspective(patch, matrix, size, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), matrix, size, flags=cv2.INTER_LINEAR)
    cover = mask.astype(np.float32)[:, :, None] / 255
    picture[:] = (picture * (1 - cover) + warped * cover).astype(np.uint8)


def darker(paint: Paint, share: float) -> Paint:
    """The same paint in less light (`share` below 1) or more."""
    return tuple(int(np.clip(c * share, 0, 255)) for c in paint)  # type: ignore[return-value]


def soft(layer: Layer, sigma: float) -> Layer:
    """Blurred."""
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), sigma), np.float32)


def clouds(rng: np.random.Generator, size: tuple[int, int], coarse: tuple[int, int]) -> Layer:
    """Noise of a coarse grain, (width, height) large."""
    grain = rng.normal(0, 1, (coarse[1], coarse[0])).astype(np.float32)
    return np.asarray(cv2.resize(grain, size), np.float32)
