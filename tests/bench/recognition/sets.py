"""What is read, what stands in it, and the figures that it is held against."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from entry.say import ROOT
from evaluate import mended
from training import datasets
from training.alphabet import normalise
from training.datasets import Sample

DATASETS = ROOT.parent / "shared" / "datasets"
LEAST_WIDE = 60  # pixels: narrower crops of vn-kinds-crops are not asked for
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Item:
    """One plate or code in one picture. `box` is left, top, right, bottom; None where the picture is the plate, or
    where nobody said where it stands."""

    dataset: str
    path: Path
    text: str
    crop: bool
    box: Box | None = None
    color: str = ""
    code: bool = False

    @property
    def width(self) -> float:
        """Pixels across."""
        if self.box:
            return self.box[2] - self.box[0]
        picture = cv2.imread(str(self.path)) if self.crop else None
        return float(picture.shape[1]) if picture is not None else 0.0


@dataclass(frozen=True)
class Group:
    """Plates that give one figure: the share that is read exactly, and the least that it should be."""

    name: str
    names: tuple[str, ...]
    target: float
    of: Callable[[Item], bool] = lambda _item: True


def _kind(color: str = "", series: str = "") -> Callable[[Item], bool]:
    def of(item: Item) -> bool:
        fits = item.color == color if color else item.text[2:4] == series
        return fits and item.width >= LEAST_WIDE

    return of


GROUPS = (
    Group("greenparking_frames", ("vn-greenparking",), 0.99),
    Group("easypr_frames", ("cn-easypr",), 0.95),
    Group("longplate_crops", ("vn-longplate",), 0.98),
    Group("lprnet_crops", ("cn-lprnet",), 0.99),
    Group("vn_crops", ("vn-crops",), 0.97),
    Group("vn_car_crops", ("vn-car-crops",), 0.98),
    Group("vn_camera_crops", ("vn-camera-crops",), 0.985),
    *(Group(f"kinds_{color}", ("vn-kinds-crops",), 0.96, _kind(color)) for color in ("white", "yellow", "blue", "red")),
    *(
        Group(f"kinds_{ascii_name}", ("vn-kinds-crops",), 0.96, _kind(series=series))
        for ascii_name, series in (("ld", "LD"), ("td", "TĐ"), ("hc", "HC"))
    ),
    Group("street_frames", ("vn-car-frames", "cn-ccpd"), 0.97),
    Group("easypr_crops", ("cn-easypr-crops",), 0.985),
    Group("cn_crops", ("cn-crops",), 0.985),
    Group("cn_special", ("cn-special",), 14 / 16),
    Group("containers", ("containers", "container-rears"), 0.90),
)


def item(sample: Sample) -> Item:
    """A labelled sample as it is put to the readers."""
    box = None
    if sample.corners is not None:
        (x0, y0), (x1, y1) = sample.corners.min(axis=0), sample.corners.max(axis=0)
        box = (float(x0), float(y0), float(x1), float(y1))
    code = sample.kind == "container"
    return Item(sample.dataset, sample.path, sample.text, box is None, box, sample.color, code)


def _whole_pictures_of_codes(name: str) -> list[Item]:
    """Container pictures of which the code is told, not where it stands: `training.datasets` leaves them out."""
    folder = DATASETS / name
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r.get("class") == "code" and r["split"] == "dev"]
    bare = [r for r in rows if not r["x1"] and r["check_digit_ok"] == "1"]
    return [Item(name, folder / r["file"], normalise(r["text"]), False, code=True) for r in bare]


def dev(name: str) -> list[Item]:
    """The dev plates of a data set: not the suspect ones, and with the labels that were mended."""
    samples = [s for s in datasets.read(DATASETS, name) if s.split == "dev" and not s.suspect]
    found = [item(s) for s in mended.apply(samples) if s.text]
    return found + (_whole_pictures_of_codes(name) if name == "containers" else [])


def sampled(items: Sequence[Item], count: int, seed: int) -> list[Item]:
    """So many of them, the same for the same seed."""
    if len(items) <= count:
        return list(items)
    chosen = np.random.default_rng(seed).choice(len(items), size=count, replace=False)
    return [items[i] for i in sorted(chosen)]
