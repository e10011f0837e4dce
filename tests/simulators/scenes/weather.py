"""Light and weather over a finished picture."""

from typing import Literal

import cv2
import numpy as np

from .canvas import Layer, Picture, soft

Weather = Literal["day", "sun", "rain", "dusk", "night"]
WEATHERS: tuple[Weather, ...] = ("day", "sun", "rain", "dusk", "night")


def under(picture: Picture, weather: Weather, rng: np.random.Generator) -> Picture:
    """The picture under this weather, with the camera's own softness and noise."""
    out: Layer = picture.astype(np.float32)
    height, width = picture.shape[:2]
    if weather == "sun":
        out = out * np.float32(1.12) + np.float32(6)
        out[:, : width // 3] *= np.linspace(1.15, 1.0, width // 3, dtype=np.float32)[None, :, None]
    if weather == "rain":
        grey = out.mean(axis=2, keepdims=True)
        out = (out * np.float32(0.6) + grey * np.float32(0.4)) * np.float32(0.82)
        streaks = np.zeros((height, width), np.float32)
        for _ in range(500):
            x, y = int(rng.integers(width)), int(rng.integers(height))
            cv2.line(streaks, (x, y), (x + 2, y + int(rng.integers(8, 20))), 1.0, 1)
        out += soft(streaks, 0.8)[:, :, None] * 34
    if weather == "dusk":
        out *= np.array([0.72, 0.62, 0.60], np.float32)
    if weather == "night":
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        lamp = np.exp(-(((x - width / 2) / (width * 0.34)) ** 2 + ((y - height * 0.74) / (height * 0.42)) ** 2))
        out *= (np.float32(0.16) + np.float32(0.75) * lamp)[:, :, None]
    out = soft(out, float(rng.uniform(0.5, 0.8)))
    out += rng.normal(0, 2.0 if weather != "night" else 4.0, out.shape).astype(np.float32)
    return np.clip(out, 0, 255).astype(np.uint8)
