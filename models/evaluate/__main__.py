"""Prints the shipped models' figures on the `dev` splits, one data set a line.

    cd models && python -m evaluate --data ../../shared/datasets [--json] [NAME...]

`exact`: the whole text is right. On frames: one of the readings of the picture is the text. `found`: a find of the
detector overlaps the labelled box by at least a half. Plates marked suspect, and those without a text, do not count."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from training import datasets
from training.datasets import Sample

from evaluate.pipeline import Eyes, overlap, read_crop

MODELS = Path(__file__).resolve().parents[1]
NAMES = (*datasets.FRAMES, "cn-special", *datasets.CROPS, "containers", "no-plate")


def crops(eyes: Eyes, samples: list[Sample]) -> dict[str, float]:
    right = sum(read_crop(eyes, datasets.picture(s)).text == s.text for s in samples)
    return {"exact": right / len(samples), "count": len(samples)}


def frames(eyes: Eyes, samples: list[Sample]) -> dict[str, float]:
    by_path: dict[Path, list[Sample]] = defaultdict(list)
    for s in samples:
        by_path[s.path].append(s)
    right, seen, false, times = 0, 0, 0, []
    for here in by_path.values():
        picture = datasets.picture(here[0])
        start = time.perf_counter()
        looked = eyes.look(picture)
        times.append(time.perf_counter() - start)
        texts = {r.text for _, r in looked}
        right += sum(s.text in texts for s in here)
        boxes = [s.corners for s in here if s.corners is not None]
        seen += sum(any(overlap(f.corners, box) >= 0.5 for f, _ in looked) for box in boxes)
        false += sum(f.what == "plate" and all(overlap(f.corners, box) < 0.1 for box in boxes) for f, _ in looked)
    figures = {"exact": right / len(samples), "found": seen / len(samples), "count": len(samples)}
    return figures | {"others": false / len(by_path), "milliseconds": 1000 * float(np.median(times))}


def nothing(eyes: Eyes, samples: list[Sample]) -> dict[str, float]:
    """How many pictures that look like plates and are none the reader takes for nothing."""
    right = sum(read_crop(eyes, datasets.picture(s)).kind == "none" for s in samples)
    return {"exact": right / len(samples), "count": len(samples)}


def measure(eyes: Eyes, root: Path, name: str) -> dict[str, dict[str, float]]:
    samples = [s for s in datasets.read(root, name) if s.split == "dev" and not s.suspect]
    if name == "no-plate":
        return {name: nothing(eyes, samples)}
    samples = [s for s in samples if s.text]
    found = {}
    framed, cut = [s for s in samples if s.corners is not None], [s for s in samples if s.corners is None]
    if framed:
        found[name + (" (frames)" if cut else "")] = frames(eyes, framed)
    if cut:
        found[name + (" (crops)" if framed else "")] = crops(eyes, cut)
    return found


def write(readme: Path, rows: list[tuple[str, dict[str, float]]]) -> None:
    """Renews the table of figures between its marks in a README."""
    lines = ["| data set | plates | exact | found | others a picture |", "|---|---|---|---|---|"]
    for label, f in rows:
        cells = [f"{f[k]:.3f}" if k in f else "" for k in ("exact", "found", "others")]
        lines.append(f"| {label} | {f['count']:.0f} | " + " | ".join(cells) + " |")
    head, _, rest = readme.read_text(encoding="utf-8").partition("<!-- figures -->")
    _, _, tail = rest.partition("<!-- /figures -->")
    body = "\n".join(lines)
    readme.write_text(f"{head}<!-- figures -->\n{body}\n<!-- /figures -->{tail}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="data sets; all without")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the figures into README.md of the models as well")
    given = parser.parse_args()
    if not given.data.is_dir():
        print(f"SKIPPED evaluate: no data sets at {given.data}")
        return 0
    eyes = Eyes(given.models)
    rows: list[tuple[str, dict[str, float]]] = []
    for name in given.names or NAMES:
        for label, figures in measure(eyes, given.data, name).items():
            rows.append((label, figures))
            if given.json:
                print(json.dumps({"data": label} | figures, ensure_ascii=False), flush=True)
            else:
                parts = [f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in figures.items()]
                print(f"{label:28} " + "  ".join(parts), flush=True)
    if given.write:
        write(given.models / "README.md", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
