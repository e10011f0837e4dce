"""The reader's view: a quad of a picture warped to 64x160, its corners at (4,4) (155,4) (155,59) (4,59)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 160, 64
TARGET = np.array([[4, 4], [155, 4], [155, 59], [4, 59]], np.float32)


def upright_quad(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """The corners of an upright (stacked) code in the order that turns its strip by 90 degrees counter-clockwise,
    so that its first character comes to lie at the left."""
    return np.ascontiguousarray(corners[[1, 2, 3, 0]])


def rectify(
    picture: NDArray[np.uint8], corners: NDArray[np.float32], scale: float = 1.0, border: int = cv2.BORDER_REPLICATE
) -> NDArray[np.uint8]:
    """Warps the quad into the reader's view, or into one `scale` times as large.

    A quad much larger than the view is first made smaller, so that nothing is lost to aliasing."""
    width, height = round(WIDTH * scale), round(HEIGHT * scale)
    across = float(np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2
    down = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    shrink = min(across / (width * 0.95), down / (height * 0.86))
    source = corners.astype(np.float32)
    if shrink > 2.0:
        x0, y0 = np.floor(source.min(axis=0) - 0.1 * across).clip(0).astype(int)
        x1, y1 = np.ceil(source.max(axis=0) + 0.1 * across).astype(int)
        part = picture[y0:y1, x0:x1]
        if part.size:
            factor = 1.5 / shrink
            size = (max(1, round(part.shape[1] * factor)), max(1, round(part.shape[0] * factor)))
            source = (source - np.array([x0, y0], np.float32)) * np.array(
                [size[0] / part.shape[1], size[1] / part.shape[0]], np.float32
            )
            picture = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    matrix = cv2.getPerspectiveTransform(source, TARGET * np.float32(scale))
    warped = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(warped, np.uint8)
