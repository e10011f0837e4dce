"""The detector's view: a picture scaled to fit 640x384, at the top left, the rest filled."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FILL = 640, 384, 114


def letterbox(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """The view and the scale by which the picture was made to fit."""
    h, w = picture.shape[:2]
    scale = min(WIDTH / w, HEIGHT / h)
    size = (max(1, min(WIDTH, round(w * scale))), max(1, min(HEIGHT, round(h * scale))))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    view = np.full((HEIGHT, WIDTH, 3), FILL, np.uint8)
    view[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=how)
    return view, scale
