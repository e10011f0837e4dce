"""Draws the plate reader's examples: real crops, synthetic plates, container codes and things that are no plate."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training import augment, containers, datasets, grammar, plates
from training.alphabet import COLORS, KINDS, PROVINCES, SLOTS, encode
from training.datasets import Sample
from training.warp import upright_quad

Picture = NDArray[np.uint8]
UNKNOWN = -1
LABELS = SLOTS + 3  # slots, kind, colour, rows
SHARES = {"real": 0.47, "plate": 0.35, "container": 0.10, "none": 0.08}
# How often a data set is drawn among the real crops.
WEIGHTS = {
    "vn-kinds-crops": 0.26,
    "vn-camera-crops": 0.09,
    "vn-crops": 0.07,
    "vn-greenparking": 0.07,
    "vn-car-crops": 0.05,
    "vn-longplate": 0.02,
    "vn-car-frames": 0.03,
    "vn-car-gate": 0.02,
    "vn-gate-corners": 0.015,
    "vn-kinds-frames": 0.01,
    "cn-easypr-crops": 0.14,
    "cn-lprnet": 0.07,
    "cn-crops": 0.06,
    "cn-easypr": 0.05,
    "cn-ccpd": 0.015,
    "cn-close": 0.015,
    "cn-rare": 0.015,
    "cn-special": 0.01,
    "containers": 0.03,
    "container-rears": 0.01,
}
LONG = 10  # characters: electric motorcycles (MĐ), which are few and the hardest
HELD_OUT = 20  # one plate of so many is set aside for calibration, by its text


def held_out(text: str) -> bool:
    """Whether a plate of the training split is set aside for calibration."""
    return sum(ord(c) * (i + 3) for i, c in enumerate(text)) % HELD_OUT == 0


def label(text: str, kind: str, color: str, rows: int) -> NDArray[np.int8]:
    """Slots, kind, colour (index or unknown), rows (0, 1 or unknown)."""
    shade = COLORS.index(color) if color in COLORS else UNKNOWN
    return np.array([*encode(text), KINDS.index(kind), shade, rows - 1 if rows in (1, 2) else UNKNOWN], np.int8)


@dataclass
class Real:
    """A real plate kept in memory: the part of its picture around it."""

    sample: Sample
    picture: Picture
    corners: NDArray[np.float32]
    whole: bool


def load(sample: Sample, room: float = 0.5) -> Real:
    picture = datasets.picture(sample)
    if sample.corners is None:
        return Real(sample, picture, datasets.whole(picture), True)
    corners = sample.corners
    size = corners.max(axis=0) - corners.min(axis=0)
    low = np.maximum(0, np.floor(corners.min(axis=0) - room * size)).astype(int)
    high = np.ceil(corners.max(axis=0) + room * size).astype(int)
    part = np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]])
    return Real(sample, part, (corners - low).astype(np.float32), False)


def _rarity(samples: list[Sample]) -> NDArray[np.float64]:
    """Weights that draw rare provinces and series letters, rare colours, and the longest texts more often."""
    keys = []
    for s in samples:
        head = s.text[:1] if s.text[:1] in PROVINCES else s.text[2:4] if s.kind == "vn" else ""
        keys.append((head, s.color))
    count = Counter(keys)
    longest = np.array([2.0 if s.kind == "vn" and len(s.text) >= LONG else 1.0 for s in samples])
    weights = longest * np.array([1 / np.sqrt(count[k]) for k in keys])
    return np.asarray(weights / weights.sum())


class Examples:
    """Draws examples for ever, from a seed. `root` is the folder of the data sets; `names` are the sets of real
    crops, all of them unless told otherwise."""

    def __init__(
        self, root: Path, seed: int, only_held_out: bool = False, names: tuple[str, ...] = tuple(WEIGHTS)
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.real: dict[str, list[Real]] = defaultdict(list)
        self.rarity: dict[str, NDArray[np.float64]] = {}
        for name in names:
            kept = [
                s
                for s in datasets.read(root, name)
                if s.split == "train" and s.text and not s.suspect and held_out(s.text) == only_held_out
            ]
            if kept:
                self.real[name] = [load(s) for s in kept]
                self.rarity[name] = _rarity(kept)
        self.names = [n for n in names if self.real[n]]
        self.none = [load(s) for s in datasets.read(root, "no-plate") if s.split == "train"]
        self.grounds = _grounds(root)

    def draw(self) -> tuple[Picture, NDArray[np.int8]]:
        """One example: (64x160 picture, label)."""
        way = grammar.weighted(self.rng, **SHARES)
        if way == "real":
            return self.draw_real()
        if way == "plate":
            return self.draw_plate()
        return self.draw_container() if way == "container" else self.draw_none()

    def draw_real(self) -> tuple[Picture, NDArray[np.int8]]:
        rng = self.rng
        weights = np.array([WEIGHTS[n] for n in self.names])
        name = self.names[int(rng.choice(len(self.names), p=weights / weights.sum()))]
        real = self.real[name][int(rng.choice(len(self.real[name]), p=self.rarity[name]))]
        s, corners = real.sample, real.corners
        if s.exact_corners and rng.random() < 0.25:
            corners = augment.loose(corners, rng)
        elif real.whole and rng.random() < 0.25:
            corners = _turned(corners, rng)
        corners = augment.jitter(corners, rng, 1.0)
        if s.upright:
            corners = upright_quad(corners)
        height = float(corners[3, 1] - corners[0, 1])
        return augment.see(real.picture, corners, rng, 0.8, abs(height)), label(s.text, s.kind, s.color, s.rows)

    def draw_plate(self) -> tuple[Picture, NDArray[np.int8]]:
        p = grammar.draw(self.rng)
        seed = int(self.rng.integers(2**31))
        picture, corners = plates.render(p.text, p.country, p.kind, p.color, p.rows, seed)
        picture, corners = self._mounted(picture, corners)
        if self.rng.random() < 0.2:
            corners = augment.loose(corners, self.rng)
        corners = augment.jitter(corners, self.rng, 1.0)
        return augment.see(picture, corners, self.rng), label(p.text, p.country, p.color, p.rows)

    def draw_container(self) -> tuple[Picture, NDArray[np.int8]]:
        code, upright = containers.draw_code(self.rng), bool(self.rng.random() < 0.4)
        picture, corners = containers.render(code, upright, int(self.rng.integers(2**31)))
        walled = cv2.copyMakeBorder(picture, 60, 60, 60, 60, cv2.BORDER_REPLICATE)
        picture, corners = np.asarray(walled, np.uint8), (corners + 60).astype(np.float32)
        if self.rng.random() < (0.6 if upright else 0.3):
            corners = augment.loose(corners, self.rng, 2.5 if upright else 1.5, 0.03)
        corners = augment.jitter(corners, self.rng, 0.7)
        if upright:
            corners = upright_quad(corners)
        return augment.see(picture, corners, self.rng, 0.6), label(code, "container", "", 1)

    def draw_none(self) -> tuple[Picture, NDArray[np.int8]]:
        rng = self.rng
        if rng.random() < 0.55:
            real = self.none[int(rng.integers(len(self.none)))]
            picture, corners = real.picture, real.corners
        else:
            picture = self.grounds[int(rng.integers(len(self.grounds)))]
            h, w = picture.shape[:2]
            size = rng.uniform(0.15, 0.8) * w
            tall = min(h - 2.0, size / rng.uniform(1.2, 4.5))
            x, y = rng.uniform(0, w - size), rng.uniform(0, h - tall)
            corners = np.array([[x, y], [x + size, y], [x + size, y + tall], [x, y + tall]], np.float32)
        corners = augment.jitter(corners, rng, 1.0)
        return augment.see(picture, corners, rng), label("", "none", "", 0)

    def _mounted(self, picture: Picture, corners: NDArray[np.float32]) -> tuple[Picture, NDArray[np.float32]]:
        """The drawn picture with surroundings: bodywork, plainly coloured or out of a real picture."""
        rng = self.rng
        h, w = picture.shape[:2]
        mx, my = round(w * 0.18), round(h * 0.4)
        if rng.random() < 0.6:
            ground = self.grounds[int(rng.integers(len(self.grounds)))]
            canvas = np.asarray(cv2.resize(ground, (w + 2 * mx, h + 2 * my), interpolation=cv2.INTER_LINEAR), np.uint8)
        else:
            canvas = np.empty((h + 2 * my, w + 2 * mx, 3), np.uint8)
            canvas[:] = rng.integers(0, 255, 3) if rng.random() < 0.3 else rng.integers(0, 255)
        canvas[my : my + h, mx : mx + w] = picture
        return canvas, (corners + np.array([mx, my], np.float32)).astype(np.float32)


def _turned(corners: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The quad turned a little, so that a straight crop is seen crooked."""
    middle = corners.mean(axis=0)
    angle = np.radians(rng.normal(0, 4))
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[1, rng.normal(0, 0.12)], [0, 1]])
    return ((corners - middle) @ (matrix @ shear).T + middle).astype(np.float32)


def _grounds(root: Path) -> list[Picture]:
    """Plate-free parts of the frames, small: what stands behind and beside plates."""
    found = []
    for name in ("vn-greenparking", "cn-easypr", "vn-car-gate", "vn-car-frames", "containers"):
        seen: set[Path] = set()
        for s in datasets.read(root, name):
            if s.split != "train" or s.corners is None or s.path in seen or len(seen) > 150:
                continue
            seen.add(s.path)
            whole = datasets.picture(s)
            low, high = s.corners.min(axis=0), s.corners.max(axis=0)
            h, w = whole.shape[:2]
            parts = [whole[: max(0, int(low[1]) - 5)], whole[int(high[1]) + 5 :]]
            parts += [whole[:, : max(0, int(low[0]) - 5)], whole[:, int(high[0]) + 5 :]]
            part = max(parts, key=lambda p: p.shape[0] * p.shape[1])
            if name == "containers" or min(part.shape[:2]) < 60:
                continue
            scale = 320 / max(h, w)
            size = (max(8, round(part.shape[1] * scale)), max(8, round(part.shape[0] * scale)))
            found.append(np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8))
    return found
