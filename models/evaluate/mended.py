"""Labels that are plainly wrong, seen by eye: `mended.csv` holds set, file, label and what is there; what is there is
empty where it cannot be read. It holds for every reader alike, and for calibration."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from training.alphabet import normalise
from training.datasets import Sample

FILE = Path(__file__).with_name("mended.csv")


def table(path: Path = FILE) -> dict[tuple[str, str, str], str]:
    """What is there, by set, file and label. Raises ValueError for a line that mends nothing or stands twice."""
    found: dict[tuple[str, str, str], str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["set"], row["file"], normalise(row["label"]))
            if key in found or normalise(row["there"]) == key[2]:
                raise ValueError(f"{path.name}: {row['set']},{row['file']} stands twice or mends nothing: remove it")
            found[key] = normalise(row["there"])
    return found


def apply(samples: Iterable[Sample]) -> list[Sample]:
    """The samples with the labels that were mended; without text where what is there cannot be read."""
    by_key = table()
    return [replace(s, text=by_key.get((s.dataset, s.path.name, s.text), s.text)) for s in samples]
