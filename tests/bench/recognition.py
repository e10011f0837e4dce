"""How well and how fast pictures are read: the dev pictures beside the project through `edge-agent read --json`."""

import csv
import json
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from entry.needs import LIBRARY
from entry.say import ROOT
from entry.site import scenes

from .figures import Figure, median, percentile

DATASETS = ROOT.parent / "shared" / "datasets"


def look(binaries: Path, pictures: Iterable[Path], *, crop: bool = False) -> dict[str, dict[str, Any]]:
    """What the agent reads in each picture, by its path."""
    names = [str(picture) for picture in pictures]
    found: dict[str, dict[str, Any]] = {}
    for begin in range(0, len(names), 200):
        command = [
            str(binaries / "edge-agent"),
            "read",
            "--json",
            *(["--crop"] if crop else []),
            *names[begin : begin + 200],
        ]
        done = subprocess.run(
            command, cwd=ROOT, env={"GATE_ONNXRUNTIME": str(LIBRARY)}, capture_output=True, text=True, check=False
        )
        for line in done.stdout.splitlines():
            told = json.loads(line)
            found[told["source"]] = told
    return found


def plain(text: str) -> str:
    """As texts are compared."""
    return text.replace("-", "").replace(".", "").replace(" ", "").upper()


@dataclass(frozen=True)
class DevSet:
    """A data set's dev pictures and the floor that they are held against."""

    name: str
    folder: str
    floor: float
    crop: bool
    alone: bool


SETS = (
    DevSet("greenparking_frames_exact", "vn-greenparking", 0.85, crop=False, alone=True),
    DevSet("easypr_frames_exact", "cn-easypr", 0.70, crop=False, alone=False),
    DevSet("longplate_crops_exact", "vn-longplate", 0.85, crop=True, alone=True),
)


def _exact(plates: list[dict[str, Any]], truth: str, alone: bool) -> bool:
    """With one plate a picture the surest reading counts; with several, any of them."""
    if not plates:
        return False
    if alone:
        return plain(max(plates, key=lambda plate: plate["confidence"])["text"]) == truth
    return any(plain(plate["text"]) == truth for plate in plates)


def _dev_set(binaries: Path, one: DevSet) -> Figure:
    folder = DATASETS / one.folder
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "dev" and row.get("suspect", "0") != "1"]
    read = look(binaries, sorted({folder / row["file"] for row in rows}), crop=one.crop)
    plates = {name: told.get("plates", []) for name, told in read.items()}
    right = sum(_exact(plates.get(str(folder / row["file"]), []), plain(row["text"]), one.alone) for row in rows)
    return Figure(one.name, right / max(1, len(rows)), "share", ">=", one.floor, f"of {len(rows)} dev plates")


def _frame_time(binaries: Path, folder: Path) -> list[Figure]:
    """A whole 1080p frame on one thread."""
    drawn, _source = scenes(folder, None, ["--drawn"])
    large = []
    for number, vehicle in enumerate(drawn["vehicles"]):
        picture = cv2.imread(vehicle["picture"])
        if picture is None:
            continue
        path = folder / f"large-{number:02}.jpg"
        cv2.imwrite(str(path), cv2.resize(picture, (1920, 1080), interpolation=cv2.INTER_CUBIC))
        large.append(path)
    times = [told["time_ms"] for _ in range(3) for told in look(binaries, large).values() if "time_ms" in told]
    return [
        Figure("read_1080p_p50", median(times), "ms", "<=", 40, "one thread, decoded pixels to result"),
        Figure("read_1080p_p95", percentile(times, 0.95), "ms"),
    ]


def measure(binaries: Path, folder: Path, tell: Callable[[Figure], None]) -> None:
    """All of it."""
    for one in SETS:
        if (DATASETS / one.folder / "labels.csv").is_file():
            tell(_dev_set(binaries, one))
        else:
            print(f"SKIPPED {one.name}: {one.folder} is not beside the project", flush=True)
    for figure in _frame_time(binaries, folder):
        tell(figure)
