"""Pictures that the bench makes for itself, from seeds that training never uses: drawn plates of every kind, real
plates made worse in steps, and frames whose plates were painted over."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from evaluate.degrade import WAYS, Picture
from training import augment, datasets, grammar, plates
from training.warp import rectify

from . import sets
from .sets import Item

SEED = 20261126  # training draws from the seeds that its commands name: small numbers
EACH_KIND = 60
EACH_STEP = 120
EMPTY = 300
QUALITY = "130 px wide, corners off by half of a detector's usual error, blur of 0.6 px, noise of 3 levels, JPEG 75"
BASES = ("vn-greenparking", "vn-camera-crops", "vn-crops", "vn-kinds-crops", "cn-easypr-crops", "cn-easypr")
LEAST_BASE = 90  # pixels across of a plate that is made worse
SINGLE = ("vn-greenparking", "vn-car-gate", "vn-gate-corners", "vn-car-frames", "cn-ccpd", "cn-easypr")

KINDS: dict[str, Callable[[np.random.Generator], grammar.Plate]] = {
    maker.__name__: maker for maker, _ in (*grammar.VN_WEIGHTS, *grammar.CN_WEIGHTS)
}


def named() -> list[str]:
    """Every data set whose dev plates have a text."""
    return [*datasets.CROPS, *datasets.FRAMES, "cn-special"]


def _save(path: Path, picture: Picture) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), picture):
        raise OSError(f"{path} cannot be written: is the disk full?")
    return path


def drawn(folder: Path) -> dict[str, list[Item]]:
    """Plates of every kind of both countries, drawn by the training's generator at `QUALITY`."""
    found: dict[str, list[Item]] = defaultdict(list)
    for number, (name, maker) in enumerate(KINDS.items()):
        rng = np.random.default_rng([SEED, number])
        for n in range(EACH_KIND):
            plate = maker(rng)
            picture, corners = plates.render(
                plate.text, plate.country, plate.kind, plate.color, plate.rows, int(rng.integers(2**31))
            )
            room = round(0.15 * picture.shape[1])
            body = tuple(float(v) for v in rng.integers(20, 200, 3))
            walled = np.asarray(
                cv2.copyMakeBorder(picture, room, room, room, room, cv2.BORDER_CONSTANT, value=body), np.uint8
            )
            corners = augment.jitter((corners + room).astype(np.float32), rng, 0.5)
            low, high = corners.min(axis=0), corners.max(axis=0)
            cut = walled[max(0, int(low[1])) : round(float(high[1])), max(0, int(low[0])) : round(float(high[0]))]
            small = cv2.resize(cut, (130, round(130 * cut.shape[0] / cut.shape[1])), interpolation=cv2.INTER_AREA)
            seen = cv2.GaussianBlur(small, (0, 0), 0.6).astype(np.float32) * rng.uniform(0.7, 1.1)
            noisy = np.asarray(np.clip(seen + rng.standard_normal(seen.shape) * 3, 0, 255), np.uint8)
            path = folder / f"{name}-{n:02}.jpg"
            folder.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), noisy, [cv2.IMWRITE_JPEG_QUALITY, 75])
            found[name].append(Item(name, path, plate.text, True, color=plate.color))
    return found


def _cut(item: Item) -> Picture | None:
    """The plate of an item as a crop; None where it is too small."""
    picture = cv2.imread(str(item.path), cv2.IMREAD_COLOR)
    if picture is None:
        return None
    if item.box:
        x0, y0, x1, y1 = (round(v) for v in item.box)
        mx, my = round(0.03 * (x1 - x0)), round(0.03 * (y1 - y0))
        picture = picture[max(0, y0 - my) : y1 + my, max(0, x0 - mx) : x1 + mx]
    return np.asarray(picture, np.uint8) if picture.shape[1] >= LEAST_BASE else None


def worse(folder: Path) -> dict[tuple[str, float], list[Item]]:
    """Dev plates, evenly from several sets, at every step of every way of getting worse."""
    bases: list[tuple[Item, Picture]] = []
    for name in BASES:
        cuts = ((item, _cut(item)) for item in sets.sampled(sets.dev(name), EACH_STEP, SEED))
        bases += [(item, cut) for item, cut in cuts if cut is not None][: EACH_STEP // len(BASES)]
    found: dict[tuple[str, float], list[Item]] = defaultdict(list)
    for way in WAYS:
        for step in way.steps:
            rng = np.random.default_rng([SEED, round(step)])
            for n, (item, picture) in enumerate(bases):
                path = _save(folder / f"{way.name}-{step:g}" / f"{n:03}.png", way.apply(picture, step, rng))
                found[way.name, step].append(Item(way.name, path, item.text, True, color=item.color))
    return found


def empty(folder: Path) -> list[Path]:
    """Dev frames whose labelled plates are painted over out of what surrounds them."""
    boxes: dict[Path, list[sets.Box]] = defaultdict(list)
    for name in SINGLE:
        for sample in datasets.read(sets.DATASETS, name):
            item = sets.item(sample)
            if sample.split == "dev" and item.box:
                boxes[sample.path].append(item.box)
    made: list[Path] = []
    for path in sorted(boxes):
        if len(made) == EMPTY:
            break
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            continue
        mask = np.zeros(picture.shape[:2], np.uint8)
        for x0, y0, x1, y1 in boxes[path]:
            mx, my = 0.12 * (x1 - x0), 0.2 * (y1 - y0)
            low, high = (max(0, round(x0 - mx)), max(0, round(y0 - my))), (round(x1 + mx), round(y1 + my))
            cv2.rectangle(mask, low, high, 255, -1)
        made.append(_save(folder / f"{len(made):03}.png", np.asarray(cv2.inpaint(picture, mask, 5, cv2.INPAINT_TELEA))))
    return made


def views(count: int) -> list[Picture]:
    """Reader's views of real dev crops, for its time."""
    items = sets.sampled(sets.dev("vn-camera-crops"), count, SEED)
    pictures = [np.asarray(cv2.imread(str(item.path), cv2.IMREAD_COLOR), np.uint8) for item in items]
    return [rectify(p, datasets.whole(p)) for p in pictures]
