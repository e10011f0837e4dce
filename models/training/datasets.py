"""Reads the labelled data sets: one `Sample` a plate or code, whatever the folder's columns are called."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.alphabet import INDEX, SLOTS, normalise

CROPS = (
    "vn-longplate",
    "vn-crops",
    "vn-car-crops",
    "vn-camera-crops",
    "vn-kinds-crops",
    "cn-lprnet",
    "cn-easypr-crops",
    "cn-crops",
)
FRAMES = (
    "vn-greenparking",
    "vn-car-frames",
    "vn-car-gate",
    "vn-gate-corners",
    "vn-kinds-frames",
    "cn-easypr",
    "cn-ccpd",
    "cn-close",
    "cn-rare",
)
COLORS = {"white", "yellow", "blue", "green", "red", "black"}


@dataclass(frozen=True)
class Sample:
    """A labelled plate or code. `corners` is None where the whole picture is the plate; `exact_corners` says
    that they are corners, not a box. `text` is empty where it is not known or where there is no plate."""

    dataset: str
    path: Path
    text: str
    kind: str
    color: str
    rows: int
    corners: NDArray[np.float32] | None
    exact_corners: bool
    split: str
    suspect: bool
    upright: bool = False


def _box(x: float, y: float, w: float, h: float, angle: float = 0.0) -> NDArray[np.float32]:
    """Corners of a box given by its middle, turned by `angle` degrees."""
    half = np.array([[-w, -h], [w, -h], [w, h], [-w, h]], np.float32) / 2
    turn = np.radians(angle)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]], np.float32)
    return (half @ matrix.T + np.array([x, y], np.float32)).astype(np.float32)


def _corners(row: dict[str, str]) -> tuple[NDArray[np.float32] | None, bool]:
    if row.get("corners"):
        return np.array(row["corners"].split(), np.float32).reshape(4, 2), True
    if row.get("x_center"):
        x, y, w, h, angle = (float(row[k]) for k in ("x_center", "y_center", "w", "h", "angle_deg"))
        if angle < -45:
            w, h, angle = h, w, angle + 90
        return _box(x, y, w, h, angle), True
    if row.get("x"):
        x, y, w, h = (float(row[k]) for k in ("x", "y", "w", "h"))
        return _box(x + w / 2, y + h / 2, w, h), False
    if row.get("x1"):
        x, y, x1, y1 = (float(row[k]) for k in ("x1", "y1", "x2", "y2"))
        return _box((x + x1) / 2, (y + y1) / 2, x1 - x, y1 - y), False
    return None, False


def _readable(text: str) -> str:
    text = normalise(text)
    return text if len(text) <= SLOTS and all(c in INDEX for c in text) else ""


def _plate(dataset: str, folder: Path, row: dict[str, str]) -> Sample:
    text = _readable(row["text"])
    none = dataset == "no-plate"
    color = row.get("color", "")
    if not color:
        color = {"vn-greenparking": "white", "cn-lprnet": "blue"}.get(dataset, "")
    kind = "none" if none else ("cn" if dataset.startswith("cn") else "vn")
    rows = (
        int(row["rows"])
        if row.get("rows")
        else {"vn-greenparking": 2, "cn-lprnet": 1, "vn-longplate": 1}.get(dataset, 0)
    )
    corners, exact = _corners(row)
    suspect = row.get("suspect") == "1"
    path = folder / row["file"]
    # The colours of cn-easypr-crops were made by machine: only the two frequent ones are to be trusted.
    sure = ("blue", "yellow") if dataset == "cn-easypr-crops" else COLORS
    known = color if color in sure else ""
    return Sample(dataset, path, text, kind, known, rows, corners, exact, row["split"], suspect)


def _special(folder: Path, row: dict[str, str]) -> Sample:
    color = {"blue": "blue", "green": "green", "yellow1": "yellow", "yellow2": "yellow", "police": "white"}
    rows = 2 if row["kind"] == "yellow2" else 1
    corners, _ = _corners(row)
    ground = {"hk": "black", "consulate": "black", "aviation": "green"} | color
    path, text = folder / row["file"], _readable(row["text"])
    return Sample(
        "cn-special", path, text, "cn", ground.get(row["kind"], ""), rows, corners, False, row["split"], False
    )


def _container(dataset: str, folder: Path, row: dict[str, str]) -> Sample | None:
    if row.get("class", "code") != "code":
        return None
    corners, exact = _corners(row)
    if corners is None:  # a whole picture of which only the code is told, not where it stands
        return None
    sure = row.get("check_digit_ok", "1") == "1" and row.get("suspect", "0") == "0"
    text = normalise(row.get("text", "")) if sure else ""
    upright = row.get("orientation") == "V"
    if dataset == "container-rears":
        size = corners.max(axis=0) - corners.min(axis=0)
        upright = bool(size[1] > 1.5 * size[0])
        if not upright:  # these boxes hold the size and type code's line below as well
            corners = corners.copy()
            corners[2:, 1] -= 0.48 * size[1]
    path = folder / row["file"]
    return Sample(dataset, path, _readable(text), "container", "", 1, corners, exact, row["split"], not sure, upright)


def read(root: Path, dataset: str) -> list[Sample]:
    """Every labelled plate or code of a data set. Raises FileNotFoundError where it is not there."""
    folder = root / dataset
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    if dataset == "cn-special":
        return [_special(folder, row) for row in rows]
    if dataset.startswith("container"):
        found = (_container(dataset, folder, row) for row in rows)
        return [s for s in found if s is not None]
    return [_plate(dataset, folder, row) for row in rows]


def read_all(root: Path, names: tuple[str, ...]) -> list[Sample]:
    return [sample for name in names for sample in read(root, name)]


def picture(sample: Sample) -> NDArray[np.uint8]:
    """The sample's picture, BGR, turned as its EXIF says. Raises ValueError where it cannot be decoded."""
    found = cv2.imread(str(sample.path), cv2.IMREAD_COLOR)
    if found is None:
        raise ValueError(f"cannot decode {sample.path.name} of {sample.dataset}")
    return np.asarray(found, np.uint8)


def whole(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The corners of a picture that is all plate."""
    h, w = picture.shape[:2]
    return np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
