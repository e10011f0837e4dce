"""Lays the characters of a plate or of a container's code out in rows, as masks of ink."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training import glyphs

DASH, DOT = "-", "."


@dataclass(frozen=True)
class Row:
    """One row: its characters (with `-` and `.` as separators), the styles of the characters in order, where
    it lies (y, height), the room for it (x0, x1), and cell and gap widths before fitting."""

    text: str
    styles: list[str]
    y: int
    height: int
    x0: int
    x1: int
    cell: int
    gap: int
    wide_gap: int = 0
    dot_at_middle: bool = False
    red: frozenset[int] = frozenset()
    red_all: bool = False


def _widths(row: Row) -> list[int]:
    separator = {DASH: max(3, round(row.cell * 0.36)), DOT: max(3, round(row.cell * 0.2))}
    return [separator.get(c, row.cell) for c in row.text]


def draw_row(ink: NDArray[np.uint8], red: NDArray[np.uint8], row: Row) -> None:
    """Draws a row into `ink`, and its red characters into `red`; a row too wide for its room is narrowed."""
    widths = _widths(row)
    gaps = [row.gap] * (len(widths) - 1)
    if row.wide_gap and len(gaps) > 1:
        gaps[1] = row.wide_gap
    total = sum(widths) + sum(gaps)
    room = row.x1 - row.x0
    scale = min(1.0, room / max(1, total))
    x = row.x0 + (room - total * scale) / 2
    nth = 0
    for i, c in enumerate(row.text):
        w = max(2, round(widths[i] * scale))
        at = round(x)
        if c in (DASH, DOT):
            _separator(ink, row, c, at, w)
        else:
            mask = glyphs.fitted(c, row.styles[nth % len(row.styles)], w, row.height)
            target = red if row.red_all or nth in row.red else ink
            right = min(target.shape[1], at + w)
            low = min(target.shape[0], row.y + row.height)
            if at >= 0 and right > at:
                part = target[row.y : low, at:right]
                np.maximum(part, mask[: part.shape[0], : part.shape[1]], out=part)
            nth += 1
        x += widths[i] * scale + (gaps[i] * scale if i < len(gaps) else 0)
    if row.wide_gap and len(gaps) > 1:
        middle = row.x0 + (room - total * scale) / 2 + (sum(widths[:2]) + gaps[0] + gaps[1] / 2) * scale
        cv2.circle(ink, (round(middle), row.y + row.height // 2), max(1, row.height // 16), 255, -1)


def _separator(ink: NDArray[np.uint8], row: Row, c: str, x: int, w: int) -> None:
    thick = max(2, row.height // 10)
    if c == DASH:
        y = row.y + (row.height - thick) // 2
        ink[y : y + thick, max(0, x) : x + w] = 255
    else:
        y = row.y + (row.height // 2 if row.dot_at_middle else row.height - thick // 2)
        cv2.circle(ink, (x + w // 2, min(y, ink.shape[0] - 2)), max(1, thick // 2 + 1), 255, -1)
