"""Photographs of real vehicles: the dev pictures of the data sets beside the project, or a folder of the user's own.

Shown as they are; the camera's simulator places them whole in its picture."""

import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from .vehicle import Vehicle

PICTURES = {".jpg", ".jpeg", ".png", ".bmp"}
CAMERA = (1280, 720)
# A plate that a gate's camera would show: at least so wide and high once the picture fills the camera's.
LEAST_WIDE_PX, LEAST_HIGH_PX, MOST_TURNED_DEG = 105, 30, 8
COUNTRY_NAMES = {"vn": "Vietnamese", "cn": "Chinese"}


def there(datasets: Path) -> bool:
    """Whether the data sets are at hand."""
    return (datasets / "vn-car-frames" / "labels.csv").is_file() and (datasets / "cn-easypr" / "labels.csv").is_file()


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row.get("split") == "dev" and row.get("suspect", "0") != "1" and row.get("text"):
                yield row


def _scale(picture: Path) -> float:
    read = cv2.imread(str(picture), cv2.IMREAD_REDUCED_GRAYSCALE_2)
    if read is None:
        return 0.0
    return min(CAMERA[0] / (read.shape[1] * 2), CAMERA[1] / (read.shape[0] * 2))


def _fit(folder: Path, country: str, picture_once: set[str]) -> Iterator[Vehicle]:
    """Vehicles whose plate a gate's camera would show; one a picture, one a plate."""
    rows = list(_rows(folder))
    alone = {name for name in {r["file"] for r in rows} if sum(r["file"] == name for r in rows) == 1}
    for row in rows:
        text = row["text"].replace("-", "").replace(".", "").replace(" ", "").upper()
        turned = abs(float(row.get("angle_deg") or 0))
        if row["file"] not in alone or text in picture_once or turned > MOST_TURNED_DEG:
            continue
        scale = _scale(folder / row["file"])
        if float(row["w"]) * scale < LEAST_WIDE_PX or float(row["h"]) * scale < LEAST_HIGH_PX:
            continue
        picture_once.add(text)
        lines = int(row["rows"] or 1)
        lorry = row["color"] == "yellow"
        yield Vehicle(
            picture=folder / row["file"],
            plate=text,
            country=country,
            rows=lines,
            color=row["color"],
            vehicle_class="lorry" if lorry else "car",
            plant="lorry" if lorry else "car",
            container="",
            seen=f"photograph, {COUNTRY_NAMES[country]} plate of {'one line' if lines == 1 else 'two lines'}",
            source="photograph",
        )


def _containers(folder: Path) -> Iterator[Vehicle]:
    """Container lorries at a port's portal, with the number in a line on the front or rear wall."""
    for row in _rows(folder):
        if row["class"] != "code" or row["orientation"] != "H" or row["check_digit_ok"] != "1":
            continue
        yield Vehicle(
            picture=folder / row["file"],
            plate="",
            country="",
            rows=0,
            color="",
            vehicle_class="container_lorry",
            plant="trailer",
            container=row["text"],
            seen="photograph of a container lorry",
            source="photograph",
        )


def some(datasets: Path, seed: int) -> list[Vehicle]:
    """Vietnamese and Chinese vehicles by turns in an order of the seed, then container lorries."""
    once: set[str] = set()
    rng = np.random.default_rng(seed)
    chinese = list(_fit(datasets / "cn-easypr", "cn", once))
    vietnamese = list(_fit(datasets / "vn-car-frames", "vn", once))
    groups = [chinese, [v for v in vietnamese if v.rows == 1], [v for v in vietnamese if v.rows == 2]]
    groups = [[group[i] for i in rng.permutation(len(group))] for group in groups]
    turns = [vehicle for n in range(max(map(len, groups))) for group in groups for vehicle in group[n : n + 1]]
    return turns + (list(_containers(datasets / "containers")) if (datasets / "containers").is_dir() else [])


def of_folder(folder: Path) -> list[Vehicle]:
    """The user's own pictures: nobody knows their truth, so none of them is expected."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder; --pictures takes a folder of {', '.join(sorted(PICTURES))}")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in PICTURES)
    if not found:
        raise ValueError(f"{folder} holds no picture ({', '.join(sorted(PICTURES))})")
    return [Vehicle(p.resolve(), "", "", 0, "", "", "car", "", f"your picture {p.name}", "yours") for p in found[:500]]
