"""Pictures made worse in steps: blur, darkness, width, angle, JPEG. Stated in the plate's own measures, so that a step
means the same for a large crop and a small one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Way:
    """One way of getting worse: steps from good to bad, and what a step means."""

    name: str
    unit: str
    steps: tuple[float, ...]
    apply: Callable[[Picture, float, np.random.Generator], Picture]


def _u8(picture: Any) -> Picture:
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def _blur(picture: Picture, share: float, _rng: np.random.Generator) -> Picture:
    """A Gaussian whose deviation is so many thousandths of the plate's width."""
    return _u8(cv2.GaussianBlur(picture, (0, 0), share / 1000 * picture.shape[1])) if share else picture


def _dark(picture: Picture, stops: float, rng: np.random.Generator) -> Picture:
    """So many halvings of the light, with the noise of a sensor: shot noise of the light left, and reading noise."""
    if not stops:
        return picture
    light = picture.astype(np.float32) * 0.5**stops
    return _u8(light + rng.standard_normal(light.shape) * np.sqrt(0.15 * light + 1.5))


def _narrow(picture: Picture, width: float, _rng: np.random.Generator) -> Picture:
    scale = width / picture.shape[1]
    if scale >= 1:
        return picture
    size = (max(1, round(width)), max(1, round(picture.shape[0] * scale)))
    return _u8(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _turned(picture: Picture, degrees: float, _rng: np.random.Generator) -> Picture:
    """Seen so many degrees from the side, and a third of that from above."""
    h, w = picture.shape[:2]
    yaw, pitch = np.radians(degrees), np.radians(degrees / 3)
    x, y = np.array([-w, w, w, -w]) / 2, np.array([-h, -h, h, h]) / 2
    deep = 4.0 * w + x * np.sin(yaw) + y * np.sin(pitch)
    seen = np.stack([x * np.cos(yaw), y * np.cos(pitch) + x * np.sin(yaw) * np.sin(pitch)], axis=1) * (
        4.0 * w / deep[:, None]
    )
    low, high = seen.min(axis=0), seen.max(axis=0)
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    size = (max(8, round(float(high[0] - low[0]))), max(8, round(float(high[1] - low[1]))))
    matrix = cv2.getPerspectiveTransform(source, (seen - low).astype(np.float32))
    return _u8(cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE))


def _jpeg(picture: Picture, quality: float, _rng: np.random.Generator) -> Picture:
    _ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return _u8(cv2.imdecode(data, cv2.IMREAD_COLOR))


WAYS = (
    Way("blur", "thousandths of the plate's width, deviation of a Gaussian", (0, 4, 8, 12, 16, 24), _blur),
    Way("darkness", "halvings of the light, with sensor noise", (0, 1, 2, 3, 4, 5), _dark),
    Way("width", "pixels of the plate's width", (160, 120, 90, 70, 55, 40), _narrow),
    Way("angle", "degrees from the side, a third of it from above", (0, 15, 30, 40, 50, 60), _turned),
    Way("jpeg", "JPEG quality", (95, 60, 35, 20, 10, 5), _jpeg),
)
