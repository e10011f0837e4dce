"""What a camera and the weather do to a plate: crooked corners, small size, blur, motion, noise, glare, dirt, JPEG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.warp import HEIGHT, WIDTH, rectify

Picture = NDArray[np.uint8]
Corners = NDArray[np.float32]


def jitter(corners: Corners, rng: np.random.Generator, much: float) -> Corners:
    """Corners as a detector errs: all together a little off, larger or smaller, and each by itself."""
    across = (corners[1] - corners[0] + corners[2] - corners[3]) / 2
    down = (corners[3] - corners[0] + corners[2] - corners[1]) / 2
    middle = corners.mean(axis=0)
    shift = across * rng.normal(0, 0.02 * much) + down * rng.normal(0, 0.04 * much)
    grow_x, grow_y = 1 + rng.normal(0.0, 0.035 * much), 1 + rng.normal(0.02 * much, 0.07 * much)
    u = np.array([-0.5, 0.5, 0.5, -0.5]) * grow_x
    v = np.array([-0.5, -0.5, 0.5, 0.5]) * grow_y
    base = corners - (middle + np.outer([-0.5, 0.5, 0.5, -0.5], across) + np.outer([-0.5, -0.5, 0.5, 0.5], down))
    own = rng.normal(0, 1, (4, 2)) * np.array([0.014, 0.045]) * much
    grid = np.outer(u + own[:, 0], across) + np.outer(v + own[:, 1], down)
    return (middle + shift + grid + base).astype(np.float32)


def loose(corners: Corners, rng: np.random.Generator, turn: float = 7.0, skew: float = 0.12) -> Corners:
    """The upright box around a plate that stands turned (by so many degrees) or sheared: how a careless cut looks."""
    middle = corners.mean(axis=0)
    angle = np.radians(rng.normal(0, turn))
    shear = rng.normal(0, skew)
    matrix = np.array([[np.cos(angle), -np.sin(angle) + shear], [np.sin(angle), np.cos(angle)]])
    turned = (corners - middle) @ matrix.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    box = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
    return (box @ np.linalg.inv(matrix).T + middle).astype(np.float32)


def motion_kernel(rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    kernel = np.zeros((size, size), np.float32)
    angle = rng.uniform(0, np.pi)
    c = (size - 1) / 2
    dx, dy = np.cos(angle) * c, np.sin(angle) * c
    cv2.line(kernel, (round(c - dx), round(c - dy)), (round(c + dx), round(c + dy)), 1.0, 1)
    return np.asarray(kernel / max(1.0, float(kernel.sum())), np.float32)


def light(picture: NDArray[np.float32], rng: np.random.Generator, much: float) -> NDArray[np.float32]:
    """Brightness, contrast, colour of the light, gradients, shadows, glare."""
    h, w = picture.shape[:2]
    # Plain floats: numpy's own scalars would make the picture float64.
    gain = float(np.exp(rng.normal(0, 0.25 * much)))
    contrast = float(np.exp(rng.normal(-0.1, 0.3 * much)))
    offset = (128 - 128 * contrast) * gain + rng.normal(0, 18 * much) + rng.normal(0, 8 * much, 3)
    picture = picture * (contrast * gain) + offset.astype(np.float32)
    if rng.random() < 0.25:
        ramp = np.linspace(rng.uniform(0.5, 1.3), rng.uniform(0.5, 1.3), w, dtype=np.float32)
        picture = picture * ramp[None, :, None]
    if rng.random() < 0.15:
        edge = np.zeros((h, w), np.float32)
        points = np.array([[rng.uniform(-w, 2 * w), rng.uniform(-h, 2 * h)] for _ in range(4)], np.int32)
        cv2.fillConvexPoly(edge, cv2.convexHull(points), float(rng.uniform(0.2, 0.6)))
        picture = picture * (1 - edge)[:, :, None]
    if rng.random() < 0.10:
        x, y = rng.uniform(0, w), rng.uniform(0, h)
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        spot = np.exp(-(((xx - x) / rng.uniform(8, 40)) ** 2 + ((yy - y) / rng.uniform(5, 25)) ** 2))
        picture = picture + (spot * rng.uniform(40, 160)).astype(np.float32)[:, :, None]
    if rng.random() < 0.06:
        grey = picture.mean(axis=2, keepdims=True)
        picture = np.repeat(grey, 3, axis=2)
    return np.asarray(picture, np.float32)


def dirt(picture: NDArray[np.float32], rng: np.random.Generator) -> None:
    h, w = picture.shape[:2]
    for _ in range(int(rng.integers(1, 5))):
        tone = rng.uniform(20, 130, 3)
        size = (int(rng.integers(2, max(3, w // 14))), int(rng.integers(1, max(2, h // 7))))
        at = (int(rng.integers(w)), int(rng.integers(h)))
        cv2.ellipse(picture, at, size, rng.uniform(0, 180), 0, 360, tone.tolist(), -1)


def see(
    picture: Picture, corners: Corners, rng: np.random.Generator, much: float = 1.0, height: float | None = None
) -> Picture:
    """The quad of a picture as the reader might get it: 64x160, made small, blurred, lit, noisy, compressed.

    `height` is the plate's height in the picture's own pixels, if it is already small."""
    own = float(height) if height else HEIGHT
    small = rng.random() < 0.55 * much
    scale = float(np.exp(rng.uniform(np.log(0.27), np.log(0.9)))) if small else 1.0
    if own * scale < 13:
        scale = min(1.0, 13 / own)
    way = int(rng.integers(3))
    border = (cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT, cv2.BORDER_REPLICATE)[way]
    view: NDArray[np.float32] = rectify(picture, corners, scale, border).astype(np.float32)
    if rng.random() < 0.08 * much:
        dirt(view, rng)
    if rng.random() < 0.9:
        view = light(view, rng, 0.8 * much)
    h, w = view.shape[:2]
    if rng.random() < 0.3 * much:
        sigma = rng.uniform(0.3, 1.3) * (0.5 + scale)
        view = np.asarray(cv2.GaussianBlur(view, (0, 0), sigma), np.float32)
    if rng.random() < 0.2 * much:
        size = int(rng.integers(3, 4 + round(7 * scale)))
        view = np.asarray(cv2.filter2D(view, -1, motion_kernel(rng, size)), np.float32)
    if rng.random() < 0.5 * much:
        view = view + rng.standard_normal((h, w, 1 if rng.random() < 0.5 else 3), np.float32) * rng.uniform(1, 12)
    out = np.clip(view, 0, 255).astype(np.uint8)
    if rng.random() < 0.35 * much:
        ok, data = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 85))])
        if ok:
            out = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    if out.shape[:2] != (HEIGHT, WIDTH):
        how = cv2.INTER_LINEAR if rng.random() < 0.6 else cv2.INTER_CUBIC
        out = np.asarray(cv2.resize(out, (WIDTH, HEIGHT), interpolation=how), np.uint8)
    return out
