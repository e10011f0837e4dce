"""Milliseconds: a whole 1080p frame, the bare networks as its floor, and the peers on the same frames."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
from entry.site import scenes
from evaluate.pipeline import session
from training import manifest
from training.canvas import letterbox

from ..figures import Figure, median, percentile
from . import made
from .readers import Agent, Peer
from .sets import Item

ROUNDS = 3
# Frames that the peers read: each takes them half a second and more.
PEER_FRAMES = 8
READS_BOTH = "rapidocr"  # agentclpr knows Chinese plates only


def _large(folder: Path) -> list[Item]:
    """The demo's drawn vehicles as 1080p frames."""
    drawn, _source = scenes(folder, None, ["--drawn"])
    items = []
    for number, vehicle in enumerate(drawn["vehicles"]):
        picture = cv2.imread(vehicle["picture"])
        path = folder / f"large-{number:02}.jpg"
        if picture is not None:
            cv2.imwrite(str(path), cv2.resize(picture, (1920, 1080), interpolation=cv2.INTER_CUBIC))
            items.append(Item("large", path, vehicle["plate"], False))
    return items


def _bare(models: Path, name: str, given: str, views: Iterable[np.ndarray]) -> float:
    """One run of a network by itself, one thread."""
    entry = next(e for e in manifest.read(models) if e["name"] == name)
    network = session(models / entry["file"])
    times = []
    for view in views:
        blob = np.ascontiguousarray(view[..., ::-1].transpose(2, 0, 1)[None], np.float32)
        begun = perf_counter()
        network.run(None, {given: blob})
        times.append(1000 * (perf_counter() - begun))
    return median(times)


def measure(agent: Agent, peers: list[Peer], folder: Path) -> Iterator[Figure]:
    """The times. Frames go through one after the other, decoded before the clock starts, on one thread."""
    folder.mkdir(parents=True, exist_ok=True)
    large = _large(folder)
    pictures = [np.asarray(cv2.imread(str(item.path)), np.uint8) for item in large]
    frames = [letterbox(picture)[0] for picture in pictures]
    yield Figure("detector_ms", _bare(agent.models, "plate-detector", "image", frames * ROUNDS), "ms", to="bare, p50")
    yield Figure("reader_ms", _bare(agent.models, "plate-reader", "plate", made.views(60)), "ms", to="bare, p50")
    answers = [answer for _ in range(ROUNDS) for answer in agent.read(large).values()]
    times = [answer.ms for answer in answers]
    yield Figure("read_1080p_p50", median(times), "ms", "<=", 15, "one thread, decoded pixels to result")
    yield Figure("read_1080p_p95", percentile(times, 0.95), "ms")
    outside = 1 - sum(answer.networks_ms for answer in answers) / max(sum(times), 1e-9)
    yield Figure("read_1080p_outside", outside, "share", "<=", 0.15, "of the frames' time, not within ONNX Runtime")
    ours = median(times)
    for peer in peers:
        theirs = median([answer.ms for answer in peer.read(large[:PEER_FRAMES], fresh=True).values()])
        yield Figure(f"read_1080p_{peer.name}", theirs, "ms", to="one thread, p50")
        if peer.name == READS_BOTH:
            yield Figure("times_faster_than_rapidocr", theirs / max(ours, 1e-9), "times", ">=", 5, "same frames, p50")
