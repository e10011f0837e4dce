"""Draws plates: both countries, every kind, as a clean picture seen from straight ahead.

`render` is the whole interface; it needs no data sets (with them, Chinese characters come from pictures of the
standard's glyphs instead of a font) and draws the same picture for the same seed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.alphabet import normalise
from training.layout import Row, draw_row

Picture = NDArray[np.uint8]
Corners = NDArray[np.float32]

GROUNDS = {
    "white": ((225, 228, 228), 28),
    "yellow": ((20, 175, 235), 30),
    "blue": ((165, 75, 20), 35),
    "red": ((35, 25, 175), 30),
    "black": ((28, 28, 28), 18),
    "green": ((130, 205, 110), 30),
}
INKS = {"white": 25, "yellow": 25, "green": 25, "blue": 240, "red": 240, "black": 240}


def _vn_style(rng: np.random.Generator) -> str:
    styles = ("din", "din", "din", "bebas", "bebas", "bebas-regular", "condensed", "chip")
    return styles[int(rng.integers(len(styles)))]


def _split_vn(text: str) -> tuple[str, str]:
    """Head (code and series) and serial of a Vietnamese text."""
    if text[0] == "T" and text[1:].isdigit():
        return text[:3], text[3:]
    n = 2
    while n < len(text) and not text[n].isdigit():
        n += 1
    serial = text[n:]
    if len(serial) > 5 and n == 3:
        n += 1
    return text[:n], text[n:]


def _serial(rng: np.random.Generator, serial: str) -> str:
    return serial[:3] + "." + serial[3:] if len(serial) == 5 and rng.random() < 0.85 else serial


def _vn_rows(text: str, kind: str, rows: int, rng: np.random.Generator) -> tuple[tuple[int, int], list[str]]:
    """The plate's size and its rows with separators."""
    if kind == "vn_army":
        head, tail = text[:2], text[2:]
        tail = tail[:2] + "-" + tail[2:]
        return ((470, 110), [head + "-" + tail]) if rows == 1 else ((300, 200), [head, tail])
    if kind == "vn_diplomatic":
        if rows == 1:
            return (520, 110), [f"{text[:2]}-{text[2:5]}-{text[5:7]}-{text[7:]}"]
        return (330, 200), [f"{text[:2]}-{text[2:4]}", f"{text[4:7]}-{text[7:]}"]
    head, serial = _split_vn(text)
    if kind == "vn_motorcycle":
        n = 2 if rng.random() < 0.8 else len(head)
        top = head[:n] + ("-" if n < len(head) else "") + head[n:]
        return (285, 210), [top, _serial(rng, serial)]
    if rows == 1:
        return (520, 110), [head + "-" + _serial(rng, serial)]
    size = (330, 165) if rng.random() < 0.5 else (280, 200)
    return size, [head, _serial(rng, serial)]


def _cn_styles(family: str, count: int, rng: np.random.Generator) -> list[str]:
    other = {"140": "hx/black", "220": "hx/yellow/bottom", "220_up": "hx/yellow/top", "green": "hx/green"}[family]
    chosen = f"cn:{family}" if rng.random() < 0.7 else f"cn:{other}"
    if family == "220" and chosen == "cn:220":
        return ["cn:220_down"] * count
    return [chosen] * count


def _cn_letters(style: list[str], text: str) -> list[str]:
    """Digits of the two-line family stand without `_down` in their names."""
    return [("cn:220" if s == "cn:220_down" and not ("A" <= c <= "Z") else s) for s, c in zip(style, text, strict=True)]


def _cn_layout(text: str, kind: str, rows: int, rng: np.random.Generator) -> tuple[tuple[int, int], list[Row]]:
    army = "A" <= text[0] <= "Z"
    red = frozenset((0, 1)) if army else frozenset()
    if text[-1] in "警领使" or text[0] == "使":
        red = red | frozenset((len(text) - 1,)) if text[-1] == "警" else red
    if rows == 2:
        up = _cn_styles("220_up", 2, rng)
        low_text = text[2:]
        down = _cn_letters(_cn_styles("220", len(low_text), rng), low_text)
        low_red = frozenset(i - 2 for i in red if i >= 2)
        top = Row(text[:2], up, 15, 60, 90, 350, 80, 60, red=frozenset(i for i in red if i < 2))
        return (440, 220), [top, Row(low_text, down, 90, 110, 20, 420, 65, 15, red=low_red)]
    if kind == "cn_new_energy":
        styles = _cn_styles("green", len(text), rng)
        return (480, 140), [Row(text, styles, 25, 90, 14, 466, 44, 9, wide_gap=46)]
    styles = _cn_styles("140", len(text), rng)
    return (440, 140), [Row(text, styles, 25, 90, 14, 426, 45, 12, wide_gap=34, red=red)]


def _ground(color: str, text: str, size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    base, spread = GROUNDS[color]
    shift = rng.normal(0, 1, 3) * spread * 0.4 + rng.normal() * spread * 0.5
    tone = np.clip(np.array(base, np.float32) + shift, 0, 255).astype(np.float32)
    picture: NDArray[np.float32] = np.empty((size[1], size[0], 3), np.float32)
    picture[:] = tone
    if color == "green" and text[:1] != "民":
        if text[-1:].isalpha() and len(text) == 8:
            picture[:, : size[0] // 4] = (60, 180, 240)
        else:
            fade = np.linspace(0, 1, size[1], dtype=np.float32)[:, None, None]
            picture = (1 - fade) * 240 + fade * picture
    return picture


def _furniture(picture: NDArray[np.float32], color: str, rng: np.random.Generator) -> None:
    """Border line and bolts."""
    h, w = picture.shape[:2]
    line = float(INKS[color]) if color not in ("white", "yellow", "green") or rng.random() < 0.75 else 120.0
    if rng.random() < 0.75:
        inset = int(rng.integers(2, 7))
        ends = (inset, inset), (w - 1 - inset, h - 1 - inset)
        cv2.rectangle(picture, *ends, (line, line, line), int(rng.integers(2, 5)))
    if rng.random() < 0.5:
        tone = float(rng.uniform(60, 220))
        for x in (round(w * 0.24), round(w * 0.76)):
            for y in (12, h - 12):
                if rng.random() < 0.6:
                    cv2.circle(picture, (x, y), int(rng.integers(4, 8)), (tone, tone, tone), -1)


def render(text: str, country: str, kind: str, color: str, rows: int, seed: int) -> tuple[Picture, Corners]:
    """Draws a plate: (BGR picture, its four corners clockwise from the top left in pixels).

    `kind` is one of the grammar's drawings (`vn_car`, `vn_motorcycle`, `vn_army`, `vn_diplomatic`, `cn_one_line`,
    `cn_two_line`, `cn_new_energy`), `color` one of the reader's. Raises ValueError for an unknown colour or country."""
    if color not in GROUNDS or country not in ("vn", "cn"):
        raise ValueError(f"no such plate: country {country!r} (vn, cn), colour {color!r} ({', '.join(GROUNDS)})")
    rng = np.random.default_rng(seed)
    text = normalise(text)
    if country == "cn":
        size, lines = _cn_layout(text, kind, rows, rng)
    else:
        size, lines = _vn_layout(text, kind, rows, rng)
    picture = _ground(color, text, size, rng)
    _furniture(picture, color, rng)
    ink = np.zeros((size[1], size[0]), np.uint8)
    red = np.zeros_like(ink)
    for line in lines:
        draw_row(ink, red, line)
    ink, red = _stroke(ink, rng), _stroke(red, rng)
    tone = float(np.clip(INKS[color] + rng.normal(0, 18), 0, 255))
    colour = np.array([tone, tone, tone], np.float32) + rng.normal(0, 6, 3).astype(np.float32)
    for mask, paint in ((ink, colour), (red, np.array([40, 30, 200], np.float32))):
        if mask.any():
            share = (mask.astype(np.float32) / 255)[:, :, None]
            picture = (picture * (1 - share) + paint * share).astype(np.float32)
    w, h = size
    corners = np.array([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8), corners


def _vn_layout(text: str, kind: str, rows: int, rng: np.random.Generator) -> tuple[tuple[int, int], list[Row]]:
    (w, h), texts = _vn_rows(text, kind, rows, rng)
    style = _vn_style(rng)
    red_series = kind == "vn_diplomatic" and rng.random() < 0.8
    narrow = rng.uniform(0.88, 1.05)
    lines = []
    pad = round(h * 0.1)
    height = h - 2 * pad if len(texts) == 1 else round((h - 2 * pad) * 0.455)
    for i, line in enumerate(texts):
        y = pad + (0 if i == 0 else h - 2 * pad - height)
        count = sum(c not in "-." for c in line)
        cell = round(min(height * 0.62, (w - 40) / max(3.6, count)) * narrow)
        reds = frozenset(k for k, c in enumerate(c for c in line if c not in "-.") if c.isalpha() and red_series)
        styles = [f"chip:{int(rng.integers(80))}" for _ in range(count)] if style == "chip" else [style] * count
        gap = max(2, round(cell * rng.uniform(0.08, 0.2)))
        middle = rows == 1 and rng.random() < 0.15
        lines.append(Row(line, styles, y, height, 12, w - 12, cell, gap, dot_at_middle=middle, red=reds))
    return (w, h), lines


def _stroke(mask: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Strokes a little thinner or thicker, as paint and stamping make them."""
    way = rng.random()
    if way < 0.25:
        return np.asarray(cv2.erode(mask, np.ones((3, 3), np.uint8)), np.uint8)
    if way > 0.8:
        return np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8)
    return mask
