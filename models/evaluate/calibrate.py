"""Makes the probabilities that the edge agent gives true, and derives the default opening limit from the price of a
wrong opening; writes both into the reader's entry of manifest.toml.

    cd models && python -m evaluate.calibrate --data ../../shared/datasets --agent ../target/release/edge-agent

Only plates of `train` that were held out of training count (`training.examples.held_out`), as they are and made worse
in steps (`evaluate.degrade`), read by the agent itself without calibration. What is fitted is beta calibration (Kull,
Silva Filho and Flach 2017): logit q = a ln p - b ln(1 - p) + c, monotone. A fourth number is the largest p seen there:
the agent tells no reading, of one look or of several, surer than that."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from training import datasets, manifest
from training.alphabet import normalise
from training.datasets import Sample
from training.examples import WEIGHTS, held_out

from evaluate import mended
from evaluate.bound import upper_bound
from evaluate.degrade import WAYS, Picture

MODELS = Path(__file__).resolve().parents[1]
SEED = 4
WORSE = 16  # copies of each plate that are made worse
EDGE = 1e-7  # as the agent's
SOFT = 0.01  # pulls the three numbers slightly together where there are few plates
# One wrong opening in so many automatic ones is the price that a gate may pay.
PRICE = 1e-4
LEAST_LIMIT = 0.99
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Read:
    """What the agent read of a held-out plate."""

    truth: str
    text: str
    p: float

    @property
    def right(self) -> bool:
        return self.text == self.truth


def held(data: Path) -> list[Sample]:
    """Every plate that may be fitted on. Raises FileNotFoundError where the data sets are not there."""
    names = [name for name in WEIGHTS if not name.startswith("container")]
    found = [s for name in names for s in datasets.read(data, name) if s.split == "train" and not s.suspect]
    # Held out by the label that training went by, not by the mended one.
    return [s for s in mended.apply(s for s in found if s.text and held_out(s.text)) if s.text]


def cut(sample: Sample) -> Picture:
    """The plate as a crop, with a little room."""
    picture = datasets.picture(sample)
    if sample.corners is None:
        return picture
    (x0, y0), (x1, y1) = sample.corners.min(axis=0), sample.corners.max(axis=0)
    mx, my = 0.03 * (x1 - x0), 0.03 * (y1 - y0)
    low = max(0, round(float(y0 - my))), max(0, round(float(x0 - mx)))
    return picture[low[0] : round(float(y1 + my)), low[1] : round(float(x1 + mx))]


def ask(agent: Path, models: Path, library: Path | None, crops: list[Path]) -> dict[str, list[dict[str, Any]]]:
    """The agent's plates by picture. Raises RuntimeError where it does not run."""
    environment = {**os.environ, **({"GATE_ONNXRUNTIME": str(library)} if library else {})}
    found: dict[str, list[dict[str, Any]]] = {}
    for begin in range(0, len(crops), 200):
        words = [str(agent), "read", "--json", "--crop", "--models", str(models), *map(str, crops[begin : begin + 200])]
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
        if not done.stdout:
            raise RuntimeError(f"{agent} read: {done.stderr.strip()[-500:]}; ./gate build makes it anew")
        for line in done.stdout.splitlines():
            told = json.loads(line)
            found[told["source"]] = told.get("plates", [])
    return found


def read_all(given: argparse.Namespace, folder: Path) -> list[Read]:
    """Every held-out plate, as it is and made worse, as the agent reads it without calibration."""
    models = folder / "models"
    shutil.copytree(given.models, models, ignore=lambda _d, names: [n for n in names if "." not in n])
    entries = manifest.read(models)
    for entry in entries:
        entry.pop("calibration", None)
    manifest.write(models, entries)
    rng = np.random.default_rng(SEED)
    truths: dict[str, str] = {}
    for n, sample in enumerate(held(given.data)):
        picture = cut(sample)
        for k in range(1 + WORSE):
            way = WAYS[int(rng.integers(len(WAYS)))]
            step = way.steps[int(rng.integers(1, len(way.steps) - 1))]
            path = folder / f"{n:04}-{k}.png"
            if cv2.imwrite(str(path), way.apply(picture, step, rng) if k else picture):
                truths[str(path)] = sample.text
    answers = ask(given.agent, models, given.library, [Path(p) for p in truths])
    best = ((t, max(answers[p], key=lambda a: a["confidence"])) for p, t in truths.items() if answers.get(p))
    return [Read(truth, normalise(a["text"]), float(a["confidence"])) for truth, a in best]


def columns(p: Numbers) -> Numbers:
    """ln p, -ln(1-p), 1."""
    p = p.clip(EDGE, 1 - EDGE)
    return np.stack([np.log(p), -np.log1p(-p), np.ones_like(p)], axis=1)


def fit(p: Numbers, right: Numbers) -> Numbers:
    """a, b, c by maximum likelihood (Newton's method). Raises ValueError where the order would turn: then the reader's
    probabilities say nothing, and no calibration mends that."""
    x, found = columns(p), np.array([1.0, 1.0, 0.0])
    prior = found.copy()
    for _ in range(100):
        q = 1 / (1 + np.exp(-(x @ found)))
        slope = x.T @ (q - right) + SOFT * (found - prior)
        bend = (x * (q * (1 - q))[:, None]).T @ x + SOFT * np.eye(3)
        step = np.linalg.solve(bend, slope)
        found = found - step * min(1.0, 2.0 / max(1e-9, float(np.abs(step).max())))
    if found[0] <= 0.01 or found[1] <= 0.01:
        raise ValueError(
            f"calibration {found.round(3).tolist()} would turn the order: the reader's probabilities are bad"
        )
    return found


def calibrated(numbers: Numbers, p: Numbers) -> Numbers:
    """What the agent makes of p."""
    return np.asarray(1 / (1 + np.exp(-(columns(p) @ numbers))))


def opening_limit(q: Numbers, landing: float) -> float:
    """The least probability at which automatic openings keep the price: of the readings at or above it, the share that
    is expected to be wrong, times the share of wrong readings that are another vehicle's plate; never below
    `LEAST_LIMIT`, and 1 (nothing opens by one look) where none keeps it."""
    order = np.sort(q)[::-1]
    expected = np.cumsum(1 - order) / np.arange(1, len(order) + 1)
    good = np.nonzero(expected * landing <= PRICE)[0]
    return max(LEAST_LIMIT, float(np.ceil(order[good[-1]] * 1e4) / 1e4)) if len(good) else 1.0


def known_texts(data: Path) -> set[str]:
    """Every plate that any data set holds: what a misread could land on."""
    names = [name for name in WEIGHTS if not name.startswith("container")]
    return {s.text for name in names for s in datasets.read(data, name) if s.text}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--agent", type=Path, default=MODELS.parent / "target" / "release" / "edge-agent")
    parser.add_argument("--models", type=Path, default=MODELS, help="whose manifest is renewed")
    parser.add_argument("--library", type=Path, help="ONNX Runtime's; GATE_ONNXRUNTIME without")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        reads = read_all(given, Path(folder))
    p, right = np.array([r.p for r in reads]), np.array([float(r.right) for r in reads])
    numbers = fit(p, right)
    known = known_texts(given.data)
    wrong = [r for r in reads if not r.right]
    # Copies of one plate err alike: it is plates that are counted, not readings.
    misread = {r.truth for r in wrong}
    landed = {r.truth for r in wrong if r.text in known}
    landing = upper_bound(len(landed), len(misread))
    limit = opening_limit(calibrated(numbers, p), landing)
    top = float(np.floor(p.max() * 1e6) / 1e6)
    values = {"calibration": [*(round(float(v), 4) for v in numbers), top], "opening_probability": round(limit, 4)}
    entry = next(e for e in manifest.read(given.models) if e["name"] == "plate-reader")
    manifest.renew(given.models, "plate-reader", given.models / entry["file"], values)
    print(f"{len(reads)} readings of held-out plates, {len(wrong)} wrong; calibration {values['calibration']}")
    print(f"{len(landed)} of {len(misread)} misread plates were read as another known one, at most {landing:.4f}")
    print(f"opening limit {limit:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
