"""The readers that are measured: the edge agent, and the peers that come as Python wheels with their weights inside."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entry.needs import LIBRARY
from entry.say import ROOT, STATE, Failure

from .score import Answer, Told
from .sets import Item

BATCH = 200  # pictures that one start of the agent reads
PEERS = {"rapidocr": "rapidocr-onnxruntime==1.4.4", "agentclpr": "agentclpr==1.1.0"}
# A peer counts as sure of a text that fits a format from this score on: the mean, or product, of its lines'.
PEER_LIMIT = 0.95
PEER_VENV = STATE / "peers"
PROCESS = Path(__file__).with_name("peer_process.py")


@dataclass(frozen=True)
class Agent:
    """`edge-agent read --json` of a folder of binaries, with the models of a folder."""

    binaries: Path
    models: Path = ROOT / "models"

    def read(self, items: Iterable[Item]) -> dict[Path, Answer]:
        """What it tells of each picture. Raises Failure where it does not run."""
        found: dict[Path, Answer] = {}
        asked = {(item.path, item.crop) for item in items}
        for crop in (True, False):
            paths = sorted(p for p, c in asked if c == crop)
            for begin in range(0, len(paths), BATCH):
                found |= dict(self._batch(paths[begin : begin + BATCH], crop))
        return found

    def _batch(self, paths: Sequence[Path], crop: bool) -> Iterator[tuple[Path, Answer]]:
        words = [str(self.binaries / "edge-agent"), "read", "--json", "--times", "--models", str(self.models)]
        words += ["--crop"] if crop else []
        environment = {**os.environ, "GATE_ONNXRUNTIME": str(LIBRARY)}
        done = subprocess.run(
            [*words, *map(str, paths)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if not done.stdout:
            raise Failure(f"edge-agent read: {done.stderr.strip()[-500:]}; ./gate build makes it anew")
        for line in done.stdout.splitlines():
            told = json.loads(line)
            if "error" not in told:
                answer = Answer(tuple(_told(told)), float(told["time_ms"]), float(told["networks_ms"]))
                yield Path(told["source"]), answer


def _told(line: dict[str, Any]) -> Iterator[Told]:
    codes = [{**c, "text": c["code"]} for c in line["containers"] if c["valid"]]
    for one in [*line["plates"], *codes]:
        x, y, w, h = one["box"]
        yield Told(one["text"], float(one["confidence"]), (x, y, x + w, y + h))


def prepare_peers() -> None:
    """Makes the peers' environment of their own, once. Raises Failure where the wheels cannot be had."""
    digest = hashlib.sha256(" ".join(PEERS.values()).encode()).hexdigest()[:16]
    note = PEER_VENV / f"holds-{digest}"
    if note.exists():
        return
    python = PEER_VENV / "bin" / "python"
    for words in ([sys.executable, "-m", "venv", PEER_VENV], [python, "-m", "pip", "install", "-q", *PEERS.values()]):
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"peers: `{' '.join(map(str, words))}`: {done.stderr.strip()[-500:]}")
    note.touch()


class Peer:
    """One peer. What it told of a picture is kept, by the picture's bytes and by the peer's version and program: it
    does not change, and it takes half a second a frame. Times are of the run that read the picture."""

    def __init__(self, name: str) -> None:
        self.name = name
        made_by = PEERS[name] + hashlib.sha256(PROCESS.read_bytes()).hexdigest()
        self._made_by = made_by
        self._kept = STATE / "peers" / f"answers-{name}-{hashlib.sha256(made_by.encode()).hexdigest()[:12]}.jsonl"
        self._known: dict[str, Answer] = {}
        if self._kept.exists():
            for line in self._kept.read_text(encoding="utf-8").splitlines():
                told = json.loads(line)
                self._known[told["key"]] = _answer(told)

    def _key(self, path: Path, crop: bool) -> str:
        return hashlib.sha256(path.read_bytes() + str(crop).encode()).hexdigest()

    def read(self, items: Iterable[Item], fresh: bool = False) -> dict[Path, Answer]:
        """What it tells of each picture; `fresh` reads them all again, for its time. Raises Failure where it ends."""
        asked = {(item.path, item.crop): self._key(item.path, item.crop) for item in items}
        missing = {k: key for k, key in asked.items() if fresh or key not in self._known}
        if missing:
            self._ask(missing)
        return {path: self._known[key] for (path, _crop), key in asked.items()}

    def _ask(self, missing: dict[tuple[Path, bool], str]) -> None:
        words = [str(PEER_VENV / "bin" / "python"), str(PROCESS), self.name]
        lines = [json.dumps({"path": str(path), "crop": crop}) for path, crop in missing]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        with (
            self._kept.open("a", encoding="utf-8") as kept,
            subprocess.Popen(
                words,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            ) as child,
        ):
            if child.stdin is None or child.stdout is None:
                raise Failure(f"{self.name}: no pipes to talk through")
            # One question at a time: neither side's pipe can fill.
            for line, key in zip(lines, missing.values(), strict=True):
                child.stdin.write(line + "\n")
                child.stdin.flush()
                said = child.stdout.readline()
                if not said:
                    raise Failure(f"{self.name} ended while reading {line}: run {' '.join(words)} with that line")
                told = {**json.loads(said), "key": key}
                self._known[key] = _answer(told)
                kept.write(json.dumps(told, ensure_ascii=False) + "\n")
            child.stdin.close()


def _answer(told: dict[str, Any]) -> Answer:
    read = (Told(t["text"], float(t["confidence"]), tuple(t["box"])) for t in told["plates"])
    return Answer(tuple(read), float(told["ms"]))
