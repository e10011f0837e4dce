"""Draws the detector's examples: real frames thrown about in scale and place, drawn plates and codes mounted on them
with perspective, and pictures without a plate. A scene is a picture and its targets' classes, corners and weights."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training import augment, containers, datasets, grammar, plates
from training.datasets import Sample

Picture = NDArray[np.uint8]
Corners = NDArray[np.float32]
PLATE, LINE, UPRIGHT = 0, 1, 2
CLASSES = 3
TARGETS = 8  # targets a scene has at most
SCENE = (416, 256)
FILL = 114
BANK = 600
FRAMES = {
    "vn-greenparking": 0.20,
    "cn-easypr": 0.20,
    "vn-car-frames": 0.10,
    "vn-car-gate": 0.08,
    "vn-gate-corners": 0.08,
    "vn-kinds-frames": 0.07,
    "cn-ccpd": 0.06,
    "cn-close": 0.05,
    "cn-rare": 0.03,
    "cn-special": 0.03,
    "containers": 0.10,
    "container-rears": 0.07,
}


@dataclass
class Target:
    """One thing to find: its class, corners, and how much its corners are to be trusted."""

    what: int
    corners: Corners
    trust: float


@dataclass
class Scene:
    """A picture, its targets, and for which classes its empty parts count as empty."""

    picture: Picture
    targets: list[Target]
    empty: tuple[float, float, float]


@dataclass
class _Frame:
    picture: Picture
    targets: list[Target]
    container: bool


def _class(sample: Sample) -> int:
    if sample.kind != "container":
        return PLATE
    return UPRIGHT if sample.upright else LINE


def _frames(root: Path, name: str, longest: int = 1100) -> list[_Frame]:
    """The frames of a data set's training split, no larger than needed, each with all its targets."""
    by_path: dict[Path, list[Sample]] = defaultdict(list)
    for s in datasets.read(root, name):
        if s.corners is not None and s.split == "train":
            by_path[s.path].append(s)
    found = []
    for samples in by_path.values():
        picture = datasets.picture(samples[0])
        scale = min(1.0, longest / max(picture.shape[:2]))
        if scale < 1:
            size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        targets = []
        for s in samples:
            assert s.corners is not None
            targets.append(Target(_class(s), s.corners * np.float32(scale), 1.0 if s.exact_corners else 0.35))
        found.append(_Frame(picture, targets, name.startswith("container")))
    return found


class Scenes:
    """Draws scenes for ever, from a seed, out of the frames of `names`."""

    def __init__(self, root: Path, seed: int, names: tuple[str, ...] = tuple(FRAMES)) -> None:
        self.rng = np.random.default_rng(seed)
        self.frames = {name: _frames(root, name) for name in names}
        self.names = [n for n in names if self.frames[n]]
        self.none = [datasets.picture(s) for s in datasets.read(root, "no-plate") if s.split == "train"]
        self.film = _film(root)
        self.bank: list[tuple[Picture, Corners, int]] = []

    def draw(self) -> Scene:
        scene = self._framed() if self.rng.random() < 0.72 else self._empty()
        rng = self.rng
        if rng.random() < 0.5:
            for _ in range(int(rng.integers(1, 4))):
                self._mount(scene)
        if rng.random() < 0.25:
            self._words(scene)
        view = scene.picture.astype(np.float32)
        if rng.random() < 0.6:
            view = augment.light(view, rng, 0.6)
        if rng.random() < 0.25:
            view = np.asarray(cv2.GaussianBlur(view, (0, 0), rng.uniform(0.3, 1.2)), np.float32)
        if rng.random() < 0.12:
            view = np.asarray(cv2.filter2D(view, -1, augment.motion_kernel(rng, int(rng.integers(3, 8)))), np.float32)
        if rng.random() < 0.2:
            view = view + rng.standard_normal(view.shape[:2], np.float32)[:, :, None] * rng.uniform(1, 9)
        scene.picture = np.clip(view, 0, 255).astype(np.uint8)
        return scene

    def _framed(self) -> Scene:
        """A frame with one of its targets brought to a size and place drawn at random."""
        rng = self.rng
        weights = np.array([FRAMES[n] for n in self.names])
        frames = self.frames[self.names[int(rng.choice(len(self.names), p=weights / weights.sum()))]]
        frame = frames[int(rng.integers(len(frames)))]
        target = frame.targets[int(rng.integers(len(frame.targets)))]
        size = float((target.corners.max(axis=0) - target.corners.min(axis=0)).max())
        h, w = frame.picture.shape[:2]
        whole = min(640 / w, 384 / h)
        if rng.random() < 0.35:
            scale = whole * float(np.exp(rng.normal(0, 0.15)))  # as the gate's own pictures come in
        else:
            most = 330.0 if target.what == UPRIGHT else 400.0
            scale = float(np.exp(rng.uniform(np.log(14), np.log(most)))) / size
        scale = float(np.clip(scale, 0.1, 2.5))
        stretch = float(np.exp(rng.normal(0, 0.12)))
        angle, shear = np.radians(rng.normal(0, 4)), rng.normal(0, 0.05)
        matrix = np.array([[np.cos(angle), -np.sin(angle) + shear], [np.sin(angle), np.cos(angle)]])
        matrix = matrix * np.array([[scale * stretch], [scale / stretch]])
        place = np.array([rng.uniform(0.05, 0.95) * SCENE[0], rng.uniform(0.05, 0.95) * SCENE[1]])
        affine = np.column_stack([matrix, place - matrix @ target.corners.mean(axis=0)]).astype(np.float32)
        source = frame.picture
        if scale < 0.6:
            factor = min(1.0, scale * 1.6)
            small = (max(1, round(w * factor)), max(1, round(h * factor)))
            source = np.asarray(cv2.resize(source, small, interpolation=cv2.INTER_AREA), np.uint8)
            affine[:, :2] = affine[:, :2] / np.array([small[0] / w, small[1] / h], np.float32)
            ratio = np.array([small[0] / w, small[1] / h], np.float32)
        else:
            ratio = np.ones(2, np.float32)
        fill = (FILL, FILL, FILL)
        view = np.asarray(
            cv2.warpAffine(
                source, affine, SCENE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=fill
            ),
            np.uint8,
        )
        targets = []
        for t in frame.targets:
            moved = (np.column_stack([t.corners * ratio, np.ones(4)]) @ affine.T).astype(np.float32)
            targets.append(Target(t.what, moved, t.trust))
        # Nobody marked the few plates on the containers' pictures, nor codes on the others'.
        empty = (0.7, 1.0, 1.0) if frame.container else (1.0, 0.3, 0.3)
        return Scene(view, [t for t in targets if _visible(t.corners)], empty)

    def _empty(self) -> Scene:
        """A picture without plates: a film's frame, a mosaic of look-alikes, a plain wall, a frame's part."""
        rng = self.rng
        way = rng.random()
        if way < 0.25 and self.film:
            source = self.film[int(rng.integers(len(self.film)))]
            view = np.asarray(cv2.resize(source, SCENE, interpolation=cv2.INTER_AREA), np.uint8)
        elif way < 0.6:
            view = np.empty((SCENE[1], SCENE[0], 3), np.uint8)
            step = int(rng.integers(40, 130))
            for y in range(0, SCENE[1], step):
                for x in range(0, SCENE[0], 2 * step):
                    part = self.none[int(rng.integers(len(self.none)))]
                    tile = cv2.resize(part, (2 * step, step), interpolation=cv2.INTER_LINEAR)
                    view[y : y + step, x : x + 2 * step] = tile[: SCENE[1] - y, : SCENE[0] - x]
        elif way < 0.75:
            wall, _ = containers.render("", False, int(rng.integers(2**31)))
            view = np.asarray(cv2.resize(wall, SCENE, interpolation=cv2.INTER_LINEAR), np.uint8)
        else:
            return self._without()
        return Scene(view, [], (1.0, 1.0, 1.0))

    def _without(self) -> Scene:
        """A frame with its plates painted over by a part of itself."""
        scene = self._framed()
        for t in scene.targets:
            low = np.floor(t.corners.min(axis=0) - 4).clip(0).astype(int)
            high = np.ceil(t.corners.max(axis=0) + 4).clip(0).astype(int)
            part = scene.picture[low[1] : high[1], low[0] : high[0]]
            if part.size:
                tiny = cv2.resize(part, (3, 3), interpolation=cv2.INTER_AREA)
                part[:] = cv2.resize(tiny, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_CUBIC)
        scene.targets = []
        return scene

    def _thing(self) -> tuple[Picture, Corners, int]:
        """A thing to mount: from a bank of some that is renewed piece by piece, as drawing costs more than mounting."""
        if len(self.bank) < BANK:
            self.bank.append(self._drawn())
            return self.bank[-1]
        which = int(self.rng.integers(BANK))
        if self.rng.random() < 0.1:
            self.bank[which] = self._drawn()
        return self.bank[which]

    def _drawn(self) -> tuple[Picture, Corners, int]:
        """A drawn plate or code, with a little of its surroundings."""
        rng = self.rng
        seed = int(rng.integers(2**31))
        if rng.random() < 0.68:
            p = grammar.draw(rng)
            picture, corners = plates.render(p.text, p.country, p.kind, p.color, p.rows, seed)
            pad, tone = int(rng.integers(0, 14)), int(rng.integers(0, 120))
            framed = cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(tone, tone, tone))
            return np.asarray(framed, np.uint8), (corners + pad).astype(np.float32), PLATE
        upright = bool(rng.random() < 0.5)
        picture, corners = containers.render(containers.draw_code(rng), upright, seed)
        pad = int(rng.integers(20, 160))
        walled = cv2.copyMakeBorder(
            picture, pad, pad, pad, pad, cv2.BORDER_REFLECT_101 if pad < 20 else cv2.BORDER_REPLICATE
        )
        return np.asarray(walled, np.uint8), (corners + pad).astype(np.float32), UPRIGHT if upright else LINE

    def _mount(self, scene: Scene) -> None:
        """Mounts a drawn thing on the scene, seen at an angle, where it covers no target."""
        rng = self.rng
        picture, corners, what = self._thing()
        h, w = picture.shape[:2]
        own = float((corners.max(axis=0) - corners.min(axis=0)).max())
        most = 240.0 if what == UPRIGHT else 400.0
        size = float(np.exp(rng.uniform(np.log(40 if what else 14), np.log(most))))
        scale = size / own
        quad = _seen(w * scale, h * scale, rng)
        quad += np.array([rng.uniform(0, SCENE[0]), rng.uniform(0, SCENE[1])], np.float32)
        matrix = cv2.getPerspectiveTransform(np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32), quad)
        moved = cv2.perspectiveTransform(corners[None], matrix)[0].astype(np.float32)
        low, high = quad.min(axis=0), quad.max(axis=0)
        for t in scene.targets:
            if (t.corners.min(axis=0) < high).all() and (t.corners.max(axis=0) > low).all():
                return
        if not _visible(moved) or len(scene.targets) >= TARGETS:
            return
        if scale < 0.7:
            small = (max(2, round(w * scale * 1.3)), max(2, round(h * scale * 1.3)))
            picture = np.asarray(cv2.resize(picture, small, interpolation=cv2.INTER_AREA), np.uint8)
            matrix = matrix @ np.diag([w / small[0], h / small[1], 1.0])
        x0, y0 = np.floor(low).clip(0, SCENE).astype(int)
        x1, y1 = np.ceil(high).clip(0, SCENE).astype(int)
        if x1 <= x0 or y1 <= y0:
            return
        matrix = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1]], np.float64) @ matrix
        room = (int(x1 - x0), int(y1 - y0))
        view = cv2.warpPerspective(picture, matrix, room, flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(np.full(picture.shape[:2], 255, np.uint8), matrix, room)
        share = (mask.astype(np.float32) / 255)[:, :, None]
        lit = view.astype(np.float32) * rng.uniform(0.45, 1.1) + rng.normal(0, 8)
        part = scene.picture[y0:y1, x0:x1]
        part[:] = np.clip(part * (1 - share) + lit * share, 0, 255).astype(np.uint8)
        scene.targets.append(Target(what, moved, 1.0))

    def _words(self, scene: Scene) -> None:
        """Words that are no plate: lettering on doors and walls, stamps of cameras."""
        rng = self.rng
        for _ in range(int(rng.integers(1, 5))):
            n = int(rng.integers(2, 9))
            word = "".join(grammar.pick(rng, containers.LETTERS + grammar.DIGITS) for _ in range(n))
            size, at = rng.uniform(0.3, 1.6), (int(rng.integers(0, SCENE[0])), int(rng.integers(0, SCENE[1])))
            box = np.array([at, (at[0] + 20 * n * size, at[1] - 24 * size)])
            low, high = box.min(axis=0), box.max(axis=0)
            hits = [(t.corners.min(axis=0) < high).all() and (t.corners.max(axis=0) > low).all() for t in scene.targets]
            if any(hits):
                continue
            tone = float(rng.choice([15, 240])) + float(rng.normal(0, 10))
            font = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX]))
            picture = np.ascontiguousarray(scene.picture)
            cv2.putText(picture, word, at, font, size, (tone, tone, tone), max(1, round(2 * size)), cv2.LINE_AA)
            scene.picture = picture


def _visible(corners: Corners) -> bool:
    """Whether most of a target is inside the scene and it is large enough to be asked for."""
    inside = corners.clip([0, 0], [SCENE[0], SCENE[1]])
    size, seen = np.ptp(corners, axis=0), np.ptp(inside, axis=0)
    return bool(seen.prod() > 0.6 * size.prod() and size.max() >= 10 and size.min() >= 3)


def _seen(w: float, h: float, rng: np.random.Generator) -> Corners:
    """A flat thing of w x h, about its middle, turned in space and seen by a camera."""
    yaw, pitch, roll = rng.normal(0, 0.45), rng.normal(0, 0.25), rng.normal(0, 0.09)
    flat = np.array([[-w, -h, 0], [w, -h, 0], [w, h, 0], [-w, h, 0]]) / 2
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    turn = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    turn = turn @ np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    points = flat @ turn.T
    depth = 4 * max(w, h)
    return (points[:, :2] * (depth / (depth + points[:, 2:]))).astype(np.float32)


def _film(root: Path, every: int = 12) -> list[Picture]:
    """Frames of the film of cars without plates."""
    film = cv2.VideoCapture(str(root / "video" / "car-detection.mp4"))
    frames: list[Picture] = []
    n = 0
    while True:
        ok, frame = film.read()
        if not ok:
            return frames
        if n % every == 0:
            frames.append(np.asarray(frame, np.uint8))
        n += 1
