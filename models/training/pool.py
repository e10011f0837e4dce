"""A pool of drawn examples on disk, so that the training core never waits: a ring that a process of its own fills
for ever, while any number of readers draw from it at random.

    python -m training.pool --data ../shared/datasets --out DIR --seed 1 --size 60000
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.examples import LABELS, Examples
from training.warp import HEIGHT, WIDTH


class Pool:
    """One ring: pictures, labels and the number of examples written so far."""

    def __init__(self, folder: Path, name: str, size: int | None = None) -> None:
        pictures, labels, written = (folder / f"{name}.{part}" for part in ("pictures", "labels", "written"))
        if size is not None:
            folder.mkdir(parents=True, exist_ok=True)
            if not pictures.exists():
                np.memmap(pictures, np.uint8, "w+", shape=(size, HEIGHT, WIDTH, 3)).flush()
                np.memmap(labels, np.int8, "w+", shape=(size, LABELS)).flush()
                np.memmap(written, np.int64, "w+", shape=(1,)).flush()
        self.labels = np.memmap(labels, np.int8, "r+").reshape(-1, LABELS)
        self.size = len(self.labels)
        self.pictures = np.memmap(pictures, np.uint8, "r+").reshape(self.size, HEIGHT, WIDTH, 3)
        self.written = np.memmap(written, np.int64, "r+")

    def filled(self) -> int:
        return min(self.size, int(self.written[0]))

    def put(self, picture: NDArray[np.uint8], label: NDArray[np.int8]) -> None:
        at = int(self.written[0]) % self.size
        self.pictures[at], self.labels[at] = picture, label
        self.written[0] += 1


class Pools:
    """Every ring of a folder as one source."""

    def __init__(self, folder: Path) -> None:
        self.rings = [Pool(folder, p.name.removesuffix(".written")) for p in sorted(folder.glob("*.written"))]
        if not self.rings:
            raise FileNotFoundError(f"no pool in {folder}: start `python -m training.pool --out {folder}` first")

    def filled(self) -> int:
        return sum(ring.filled() for ring in self.rings)

    def batch(self, rng: np.random.Generator, n: int) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
        filled = np.array([ring.filled() for ring in self.rings])
        pictures, labels = np.empty((n, HEIGHT, WIDTH, 3), np.uint8), np.empty((n, LABELS), np.int8)
        which = rng.choice(len(self.rings), size=n, p=filled / filled.sum())
        for i, k in enumerate(which):
            at = int(rng.integers(filled[k]))
            pictures[i], labels[i] = self.rings[k].pictures[at], self.rings[k].labels[at]
        return pictures, labels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pools")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", default="pool", help="the ring; a second one fills beside it under another name")
    parser.add_argument("--size", type=int, default=60000, help="examples that the ring holds")
    parser.add_argument("--rate", type=float, default=0.0, help="examples a second at most once the ring is full")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    examples = Examples(given.data, given.seed)
    pool = Pool(given.out, given.name, given.size)
    start, drawn = time.monotonic(), 0
    while True:
        pool.put(*examples.draw())
        drawn += 1
        if drawn % 5000 == 0:
            print(f"{drawn} examples, {drawn / (time.monotonic() - start):.0f} a second", flush=True)
        if given.rate and pool.filled() == pool.size:
            time.sleep(1 / given.rate)


if __name__ == "__main__":
    main()
