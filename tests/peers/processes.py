"""Our programs as the peers meet them: the lane simulator, and the edge agent's driver by itself."""

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
PATIENCE_S = 10.0

SIMULATOR = """
control = "127.0.0.1:0"

[[lane]]
name = "in-1"
barrier = "relays"
board = {{ {place} }}
boom = {{ open_ms = 400, close_ms = 400 }}
"""


def program(name: str) -> str:
    """The debug build of one of our programs."""
    path = PROGRAMS / name
    assert path.exists(), f"{path} is not built; cargo build -p gate-simulators --bins"
    return str(path)


@contextmanager
def simulator(folder: Path, place: str) -> Iterator[str]:
    """A lane whose relay board answers at `place`; yields where: `HOST:PORT` or the pty's path."""
    file = folder / "simulator.toml"
    file.write_text(SIMULATOR.format(place=place))
    child = subprocess.Popen(
        [program("lane-simulator"), str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        ready = json.loads(child.stdout.readline())
        yield str(next(iter(ready["lanes"]["in-1"]["board"].values())))
    finally:
        child.terminate()
        child.communicate(timeout=PATIENCE_S)


class Driver:
    """The edge agent's driver with a wiring; orders go in as lines, events come out as JSON."""

    def __init__(self, wiring: Path) -> None:
        self.child = subprocess.Popen(
            [program("lane-driver"), str(wiring), "--profiles", str(ROOT / "firmware-config")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.told: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self.events.put(json.loads(line))

    def order(self, line: str) -> None:
        """One order."""
        assert self.child.stdin is not None
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def until(self, what: str, right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next event that is right."""
        end = time.monotonic() + PATIENCE_S
        while (left := end - time.monotonic()) > 0:
            try:
                event = self.events.get(timeout=left)
            except queue.Empty:
                break
            self.told.append(event)
            if right(event):
                return event
        raise AssertionError(f"{what} did not come within {PATIENCE_S:.0f} s; last: {self.told[-8:]}")

    def news(self, wanted: object) -> None:
        """Waits for one piece of news."""
        self.until(f"news {wanted}", lambda e: e.get("news") == wanted)

    def reads(self, name: str, active: bool) -> None:
        """Waits for an input."""
        self.until(f"{name} = {active}", lambda e: e.get("inputs", {}).get(name) is active)

    def end(self) -> None:
        """Ends the driver."""
        self.child.terminate()
        self.child.communicate(timeout=PATIENCE_S)


@contextmanager
def driver(folder: Path, wiring: str) -> Iterator[Driver]:
    """A driver with this wiring."""
    file = folder / "lane.toml"
    file.write_text(wiring)
    it = Driver(file)
    try:
        yield it
    finally:
        it.end()
