"""A ring of drawn scenes on disk for the detector's training, filled by a process of its own.

python -m training.scene_pool --data ../shared/datasets --out DIR --seed 1 --size 6000
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.scenes import CLASSES, SCENE, TARGETS, Scene, Scenes

COLUMNS = 10  # class (-1: no target), eight coordinates, trust


class ScenePool:
    """Pictures, targets [size, TARGETS, 10] and what counts as empty [size, 3]."""

    def __init__(self, folder: Path, name: str = "scenes", size: int | None = None) -> None:
        parts = {part: folder / f"{name}.{part}" for part in ("pictures", "targets", "empty", "written")}
        if size is not None and not parts["pictures"].exists():
            folder.mkdir(parents=True, exist_ok=True)
            np.memmap(parts["pictures"], np.uint8, "w+", shape=(size, SCENE[1], SCENE[0], 3)).flush()
            np.memmap(parts["targets"], np.float32, "w+", shape=(size, TARGETS, COLUMNS)).flush()
            np.memmap(parts["empty"], np.float32, "w+", shape=(size, CLASSES)).flush()
            np.memmap(parts["written"], np.int64, "w+", shape=(1,)).flush()
        if not parts["pictures"].exists():
            raise FileNotFoundError(
                f"no scenes in {folder}: start `python -m training.scene_pool --out {folder}` first"
            )
        self.targets = np.memmap(parts["targets"], np.float32, "r+").reshape(-1, TARGETS, COLUMNS)
        self.size = len(self.targets)
        self.pictures = np.memmap(parts["pictures"], np.uint8, "r+").reshape(self.size, SCENE[1], SCENE[0], 3)
        self.empty = np.memmap(parts["empty"], np.float32, "r+").reshape(self.size, CLASSES)
        self.written = np.memmap(parts["written"], np.int64, "r+")

    def filled(self) -> int:
        return min(self.size, int(self.written[0]))

    def put(self, scene: Scene) -> None:
        at = int(self.written[0]) % self.size
        rows = np.full((TARGETS, COLUMNS), -1, np.float32)
        for row, target in zip(rows, scene.targets[:TARGETS], strict=False):
            row[0], row[1:9], row[9] = target.what, target.corners.reshape(8), target.trust
        self.pictures[at], self.targets[at], self.empty[at] = scene.picture, rows, scene.empty
        self.written[0] += 1

    def batch(
        self, rng: np.random.Generator, n: int
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        at = np.sort(rng.integers(self.filled(), size=n))
        return self.pictures[at], self.targets[at], self.empty[at]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pool")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=6000, help="scenes that the ring holds")
    parser.add_argument("--rate", type=float, default=0.0, help="scenes a second at most once the ring is full")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    scenes = Scenes(given.data, given.seed)
    pool = ScenePool(given.out, size=given.size)
    start, drawn = time.monotonic(), 0
    while True:
        pool.put(scenes.draw())
        drawn += 1
        if drawn % 1000 == 0:
            print(f"{drawn} scenes, {drawn / (time.monotonic() - start):.0f} a second", flush=True)
        if given.rate and pool.filled() == pool.size:
            time.sleep(1 / given.rate)


if __name__ == "__main__":
    main()
