"""Detector and reader as shipped, in Python: what a picture's plates and codes say.

The edge agent does the same in Rust, and weighs the reader's evidence with the plates' grammar on top; here the
networks speak for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from training import manifest
from training.alphabet import COLORS, KINDS
from training.canvas import HEIGHT, WIDTH, letterbox
from training.warp import rectify, upright_quad

Picture = NDArray[np.uint8]
Corners = NDArray[np.float32]
CLASSES = ("plate", "line", "upright")
SMALL = 110.0  # a plate narrower than this in the detector's view is looked at again, closer


@dataclass(frozen=True)
class Found:
    """A plate or code that the detector found; corners in pixels of the picture."""

    what: str
    score: float
    corners: Corners


@dataclass(frozen=True)
class Read:
    """What the reader says of one quad."""

    text: str
    probability: float
    kind: str
    color: str
    rows: int


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def overlap(a: Corners, b: Corners) -> float:
    """Intersection over union of the upright boxes around two quads."""
    low, high = np.maximum(a.min(axis=0), b.min(axis=0)), np.minimum(a.max(axis=0), b.max(axis=0))
    common = float(np.prod((high - low).clip(0)))
    total = float(np.prod(np.ptp(a, axis=0)) + np.prod(np.ptp(b, axis=0))) - common
    return common / total if total > 0 else 0.0


class Eyes:
    """The two networks, loaded by the manifest of a folder of models."""

    def __init__(self, models: Path) -> None:
        entries = {e["name"]: e for e in manifest.read(models)}
        for name in ("plate-detector", "plate-reader"):
            path = models / entries[name]["file"]
            if manifest.sha256(path) != entries[name]["sha256"]:
                raise ValueError(f"{path.name} is not the file that manifest.toml names: export it again")
        self.min_score = float(entries["plate-detector"]["min_score"])
        self.alphabet = str(entries["plate-reader"]["alphabet"])
        self.temperature = float(entries["plate-reader"]["temperature"])
        self.detector = session(models / entries["plate-detector"]["file"])
        self.reader = session(models / entries["plate-reader"]["file"])

    def _boxes(self, picture: Picture) -> list[Found]:
        view, scale = letterbox(picture)
        blob = np.ascontiguousarray(view[..., ::-1].transpose(2, 0, 1)[None], np.float32)
        boxes = np.asarray(self.detector.run(None, {"image": blob})[0][0])
        best = boxes[:, :3].max(axis=1)
        kept: list[Found] = []
        for i in np.argsort(-best):
            if best[i] < self.min_score or len(kept) >= 12:
                break
            corners = (boxes[i, 3:].reshape(4, 2) / scale).astype(np.float32)
            if all(overlap(corners, k.corners) < 0.3 for k in kept):
                kept.append(Found(CLASSES[int(boxes[i, :3].argmax())], float(best[i]), corners))
        return kept

    def find(self, picture: Picture) -> list[Found]:
        """What the detector finds, best first; small finds are looked at again in a part of the picture, larger."""
        found = []
        scale = min(WIDTH / picture.shape[1], HEIGHT / picture.shape[0])
        for f in self._boxes(picture):
            size = np.ptp(f.corners, axis=0)
            closer = self._closer(picture, f) if size.max() * scale < SMALL else None
            found.append(closer or f)
        return found

    def _closer(self, picture: Picture, f: Found) -> Found | None:
        middle = f.corners.mean(axis=0)
        half = np.array([1.0, 0.6], np.float32) * max(float(np.ptp(f.corners, axis=0).max()) * 1.6, 24.0)
        low = np.floor(middle - half).clip(0).astype(int)
        high = np.ceil(middle + half).astype(int)
        part = picture[low[1] : high[1], low[0] : high[0]]
        if min(part.shape[:2]) < 8:
            return None
        again = [g for g in self._boxes(np.ascontiguousarray(part)) if g.what == f.what]
        moved = [Found(g.what, max(f.score, g.score), (g.corners + low).astype(np.float32)) for g in again]
        near = [g for g in moved if overlap(g.corners, f.corners) > 0.35]
        return near[0] if near else None

    def read(self, picture: Picture, found: Found) -> Read:
        corners = upright_quad(found.corners) if found.what == "upright" else found.corners
        return self.read_view(rectify(picture, corners))

    def read_view(self, view: Picture) -> Read:
        """Reads a rectified view of 64x160."""
        blob = np.ascontiguousarray(view[..., ::-1].transpose(2, 0, 1)[None], np.float32)
        characters, kind, color, rows = (np.asarray(out[0]) for out in self.reader.run(None, {"plate": blob}))
        sharp = characters ** (1 / self.temperature)
        sharp = sharp / sharp.sum(axis=1, keepdims=True)
        text, probability = "", 1.0
        for slot in sharp:
            best = int(slot.argmax())
            probability *= float(slot[best])
            if best == 0:
                break
            text += self.alphabet[best]
        return Read(text, probability, KINDS[int(kind.argmax())], COLORS[int(color.argmax())], int(rows.argmax()) + 1)

    def look(self, picture: Picture) -> list[tuple[Found, Read]]:
        """Every find with its reading, those that the reader takes for nothing left out."""
        pairs = [(f, self.read(picture, f)) for f in self.find(picture)]
        return [(f, r) for f, r in pairs if r.kind != "none" and r.text]


def whole_quad(picture: Picture) -> Corners:
    h, w = picture.shape[:2]
    return np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)


def read_crop(eyes: Eyes, picture: Picture) -> Read:
    """Reads a picture that is one plate already cut out: as it is, and as the detector straightens it; the surer one
    counts."""
    direct = eyes.read_view(rectify(picture, whole_quad(picture)))
    h, w = picture.shape[:2]
    pad = round(0.25 * max(h, w))
    framed = np.asarray(cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_REPLICATE), np.uint8)
    found = [f for f in eyes._boxes(framed) if f.what == "plate" and np.ptp(f.corners, axis=0)[0] > 0.5 * w]
    if not found:
        return direct
    straight = eyes.read_view(rectify(framed, found[0].corners))
    if direct.text[:-1] == straight.text:  # the detector cut off the end
        return direct
    return straight if straight.probability > direct.probability else direct
