"""Container codes (ISO 6346): draws codes with their right check digit, and pictures of them, in a line or upright."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.layout import Row, draw_row

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Letters count 10, 12, 13, ... without the multiples of 11.
VALUES = {c: v for c, v in zip(LETTERS, [n for n in range(10, 39) if n % 11], strict=True)}
OWNERS = (
    "MSKU",
    "TGHU",
    "CMAU",
    "TCLU",
    "MSCU",
    "OOLU",
    "COSU",
    "CSNU",
    "TEMU",
    "EISU",
    "HLXU",
    "BMOU",
    "DFSU",
    "GESU",
)
PAINTS = ((60, 50, 130), (130, 70, 25), (45, 45, 45), (70, 110, 60), (150, 150, 150), (40, 80, 180), (200, 200, 200))


def check_digit(code: str) -> int:
    """The check digit of the first ten characters of a code."""
    total = sum((VALUES[c] if c in VALUES else int(c)) << i for i, c in enumerate(code[:10]))
    return total % 11 % 10


def draw_code(rng: np.random.Generator) -> str:
    """A code with its right check digit; owners seen often and owners at random."""
    if rng.random() < 0.3:
        owner = OWNERS[int(rng.integers(len(OWNERS)))]
    else:
        owner = "".join(LETTERS[int(rng.integers(26))] for _ in range(3)) + ("U" if rng.random() < 0.9 else "J")
    head = owner + "".join(str(int(rng.integers(10))) for _ in range(6))
    return head + str(check_digit(head))


def _paint(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """A painted wall with its corrugation and rust."""
    base = np.array(PAINTS[int(rng.integers(len(PAINTS)))], np.float32) + rng.normal(0, 18, 3).astype(np.float32)
    picture = np.empty((size[1], size[0], 3), np.float32)
    picture[:] = base
    if rng.random() < 0.6:
        period = rng.uniform(30, 120)
        along = np.arange(size[0], dtype=np.float32) * 2 * np.pi / period
        wave = np.sin(along + rng.uniform(0, 6)) * rng.uniform(4, 22)
        picture += np.clip(wave * 2, -20, 20)[None, :, None]
    return picture


def render(code: str, upright: bool, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Draws a code on a container's wall: (BGR picture, corners of the code clockwise from its top left).

    In a line: `MSKU 413532 9`. Upright: the characters stand one below the other."""
    rng = np.random.default_rng(seed)
    style = ("sans", "din", "din", "bebas", "bebas-regular", "condensed")[int(rng.integers(6))]
    height, cell, gap = 60, int(rng.integers(26, 44)), int(rng.integers(6, 18))
    boxed = rng.random() < 0.5
    if upright:
        breaks = int(rng.integers(0, 24))
        h = 11 * (height + gap) + 2 * breaks + 20
        size, lines = (cell + 24, h), []
        y = 10
        for i, c in enumerate(code):
            lines.append(Row(c, [style], y, height, 12, 12 + cell, cell, 0))
            y += height + gap + (breaks if i in (3, 9) else 0)
        last = (8, y - height - gap - 4, cell + 15, y - gap + 4)
    else:
        breaks = int(rng.integers(8, 64))
        size, lines = (11 * (cell + gap) + 2 * breaks + 20, height + 24), []
        x = 10
        for i, c in enumerate(code):
            lines.append(Row(c, [style], 12, height, x, x + cell, cell, 0))
            x += cell + gap + (breaks if i in (3, 9) else 0)
        last = (x - cell - gap - 4, 8, x - gap + 4, height + 15)
    picture = _paint(rng, size)
    ink = np.zeros((size[1], size[0]), np.uint8)
    for line in lines:
        draw_row(ink, np.zeros_like(ink), line)
    if boxed:
        x0, y0, x1, y1 = last
        for part in (
            ink[y0 : y0 + 3, x0:x1],
            ink[y1 - 3 : y1, x0:x1],
            ink[y0:y1, x0 : x0 + 3],
            ink[y0:y1, x1 - 3 : x1],
        ):
            part[:] = 255
    dark = float(picture.mean()) > 130 or rng.random() < 0.05
    tone = rng.uniform(10, 50) if dark else rng.uniform(200, 250)
    share = (ink.astype(np.float32) / 255)[:, :, None] * rng.uniform(0.8, 1.0)
    picture = (picture * (1 - share) + tone * share).astype(np.float32)
    if not upright and rng.random() < 0.25:  # a door's rod, in one of the gaps
        at = 10 + int(rng.choice([4, 10])) * (cell + gap) + breaks // 2
        at += breaks if at > 6 * (cell + gap) else 0
        picture[:, max(0, at - gap) : at + max(4, breaks - gap)] = rng.uniform(60, 200)
    x0, y0, x1, y1 = 5, 5, size[0] - 6, size[1] - 6
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8), corners
