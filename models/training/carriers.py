"""The surroundings of plates, and what sort of vehicle carries each: examples for `training.carrier`.

The view is square, upright, as wide as `REACH` plates, a little more above the plate than below it; beyond the edge of
the picture it is grey. Classes: a car or van, a heavy vehicle (lorry, tractor, trailer, container, bus), a motorcycle.
Sets of one class are named here; where a set is mixed, `carriers.csv` names by eye what is no car, by the middle of the
plate."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training import augment, datasets

Picture = NDArray[np.uint8]
CLASSES = ("car", "lorry", "motorcycle")
SIDE, REACH, ABOVE, FILL = 160, 6.5, 0.12, 114
SETS = {
    "vn-greenparking": "motorcycle",
    "vn-car-frames": "car",
    "vn-car-gate": "car",
    "vn-gate-corners": "car",
    "vn-kinds-frames": "car",
    "cn-easypr": "car",
    "cn-ccpd": "car",
    "cn-close": "car",
    "cn-rare": "car",
    "cn-special": "car",
}
CONTAINERS = ("containers", "container-rears")
NEAR = 6.0  # pixels within which carriers.csv means a plate
LABELS = Path(__file__).with_name("carriers.csv")


@dataclass(frozen=True)
class Carrier:
    """A plate and what carries it. `corners` is None on container vehicles: any part of them will do."""

    dataset: str
    path: Path
    corners: NDArray[np.float32] | None
    kind: str
    split: str


def named() -> dict[tuple[str, str], list[tuple[float, float, str]]]:
    """What carriers.csv says, by data set and file."""
    found: dict[tuple[str, str], list[tuple[float, float, str]]] = {}
    with LABELS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = (float(row["x"]), float(row["y"]), row["class"])
            found.setdefault((row["dataset"], row["file"]), []).append(place)
    return found


def read(root: Path) -> list[Carrier]:
    """Every plate whose carrier is known."""
    by_eye, found = named(), []
    for name, usual in SETS.items():
        for sample in datasets.read(root, name):
            if sample.corners is None:
                continue
            x, y = sample.corners.mean(0)
            seen = [k for a, b, k in by_eye.get((name, sample.path.name), []) if max(abs(a - x), abs(b - y)) <= NEAR]
            kind = seen[0] if seen else usual
            if kind in CLASSES:
                found.append(Carrier(name, sample.path, sample.corners, kind, sample.split))
    for name in CONTAINERS:
        splits = {s.path: s.split for s in datasets.read(root, name)}
        found += [Carrier(name, path, None, "lorry", split) for path, split in splits.items()]
    return found


def picture(carrier: Carrier) -> Picture:
    """The whole picture, no larger than is of use."""
    whole = cv2.imread(str(carrier.path), cv2.IMREAD_COLOR)
    if whole is None:
        raise ValueError(f"cannot decode {carrier.path.name} of {carrier.dataset}")
    return np.asarray(whole, np.uint8)


def square(corners: NDArray[np.float32]) -> tuple[float, float, float]:
    """Left, top and side of the surroundings of a plate, in pixels."""
    across = (np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2
    side = max(8.0, float(across) * REACH)
    x, y = corners.mean(0)
    return float(x) - side / 2, float(y) - side * (0.5 + ABOVE), side


def view(whole: Picture, left: float, top: float, side: float) -> Picture:
    """The square of a picture as the network takes it."""
    h, w = whole.shape[:2]
    x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    x1, y1 = min(w, int(np.ceil(left + side))), min(h, int(np.ceil(top + side)))
    out = np.full((SIDE, SIDE, 3), FILL, np.uint8)
    if x1 <= x0 or y1 <= y0:
        return out
    scale = SIDE / side
    a, b = (min(SIDE - 1, max(0, round(v * scale))) for v in (x0 - left, y0 - top))
    c, d = min(SIDE, max(a + 1, round((x1 - left) * scale))), min(SIDE, max(b + 1, round((y1 - top) * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    out[b:d, a:c] = cv2.resize(whole[y0:y1, x0:x1], (c - a, d - b), interpolation=how)
    return out


def draw(carrier: Carrier, whole: Picture, rng: np.random.Generator) -> Picture:
    """The surroundings as another camera might show them: nearer, farther, cut by the edge, in other light."""
    h, w = whole.shape[:2]
    if carrier.corners is None:
        side = float(np.exp(rng.uniform(np.log(0.35), np.log(1.3)))) * min(h, w)
        left, top = rng.uniform(-0.3, 1.0) * w - side / 4, rng.uniform(-0.2, 0.9) * h - side / 4
        left, top = min(left, w - side * 0.5), min(top, h - side * 0.5)
    else:
        left, top, side = square(carrier.corners)
        grow = float(np.exp(rng.normal(0, 0.3)))
        left, top = left + side * (1 - grow) / 2, top + side * (1 - grow) * (0.5 + ABOVE)
        side *= grow
        left, top = left + side * rng.normal(0, 0.06), top + side * rng.normal(0, 0.06)
    if rng.random() < 0.5:  # a nearer camera: less of the surroundings is in its picture
        cut = [int(max(0, v)) for v in rng.uniform(-0.3, 0.35, 4) * side]
        x0, y0 = max(0, round(left)) + cut[0], max(0, round(top)) + cut[1]
        x1, y1 = min(w, round(left + side)) - cut[2], min(h, round(top + side)) - cut[3]
        if x1 - x0 > side * 0.25 and y1 - y0 > side * 0.25:
            whole, left, top = whole[y0:y1, x0:x1], left - x0, top - y0
    seen = view(whole, left, top, side)
    if rng.random() < 0.5:
        seen = seen[:, ::-1]
    lit = augment.light(seen.astype(np.float32), rng, 0.9)
    if rng.random() < 0.4:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.4, 2.0)), np.float32)
    if rng.random() < 0.4:
        lit = lit + rng.standard_normal(lit.shape, np.float32) * np.float32(rng.uniform(1, 12))
    return np.clip(lit, 0, 255).astype(np.uint8)
