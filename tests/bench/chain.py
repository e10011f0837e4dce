"""From a frame that can be read in the camera's stream to the pulse on the wire, with five lanes at work; events
from end to end; memory; each with its floor in the same run."""

import base64
import json
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
from entry import story
from entry.needs import LIBRARY
from entry.site import Site, rehearse, scenes
from entry.web import Web

from .family import memory_mb
from .figures import Figure, median, percentile

ROUNDS = 6
FLOOD_EVENTS = 5000
INSERTS = 300


@dataclass
class Times:
    """One opening, in seconds since the picture stood in the stream."""

    read_s: float
    decided_s: float
    commanded_s: float
    pulse_s: float


@dataclass
class Seen:
    """What was measured at one lane."""

    times: list[Times] = field(default_factory=list)
    # Opened by itself after a referral: the cameras told the class late. Seconds until the pulse.
    late_s: list[float] = field(default_factory=list)
    waited: int = 0


def _wall(plant: Web, lane: str) -> tuple[dict[str, Any], float]:
    """A lane's state and the wall time of its `now_ms` 0."""
    before = time.time()
    state = plant.ask("GET", f"/lanes/{lane}")
    return state, (before + time.time()) / 2 - state["now_ms"] / 1000


def _events(edge: Path, passage_lane: str, since: float) -> list[dict[str, Any]]:
    """The lane's events in the edge's own record."""
    with sqlite3.connect(f"file:{edge / 'outbox.db'}?mode=ro", uri=True) as record:
        rows = record.execute(
            "SELECT wire FROM event WHERE lane = ? AND at_us >= ? ORDER BY epoch, seq", (passage_lane, int(since * 1e6))
        ).fetchall()
    return [json.loads(base64.b64decode(json.loads(row[0])["payload"])) for row in rows]


def _one(site: Site, lane: str, vehicle: dict[str, Any], empty: str, seen: Seen) -> None:
    """A vehicle stands on the loop before an empty picture; then its picture comes."""
    site.plant.ask("POST", "/vehicles", {"lane": lane, "kind": vehicle["plant"]})
    while True:
        state, _zero = _wall(site.plant, lane)
        loop = next(s for s in state["sensors"] if s["sensor"] == "approach_loop")
        if loop["truth"]:
            break
        time.sleep(0.02)
    site.cameras.ask("POST", f"/{lane}", {"picture": vehicle["picture"]})
    shown = time.time()
    end = time.monotonic() + 12
    pulse = None
    while pulse is None and time.monotonic() < end:
        time.sleep(0.1)
        state, zero = _wall(site.plant, lane)
        opens = [zero + p["at_ms"] / 1000 for p in state["pulses"] if p["name"] == "open"]
        pulse = next((at for at in opens if at > shown), None)
    time.sleep(0.5)
    events = _events(site.edge_data, lane, shown)
    at = {
        kind: [e["at"] / 1e6 for e in events if e["body"]["type"] == kind]
        for kind in ("plate_read", "decided", "barrier_commanded")
    }
    if pulse is None or not all(at.values()):
        seen.waited += 1
        vehicles = site.plant.ask("GET", f"/lanes/{lane}")["vehicles"]
        for one in vehicles:
            site.plant.ask("POST", f"/lanes/{lane}/vehicles/{one['id']}/manner", {"manner": "turns_back"})
    elif next(e for e in events if e["body"]["type"] == "decided")["body"]["decision"]["verdict"] != "open":
        seen.late_s.append(pulse - shown)
    else:
        read = max((t for t in at["plate_read"] if t <= at["decided"][0]), default=at["plate_read"][0])
        seen.times.append(
            Times(read - shown, at["decided"][0] - shown, at["barrier_commanded"][0] - shown, pulse - shown)
        )
    _until_empty(site, lane)
    site.cameras.ask("POST", f"/{lane}", {"picture": empty})
    time.sleep(2.0)


def _until_empty(site: Site, lane: str) -> None:
    end = time.monotonic() + 40
    while time.monotonic() < end:
        state = site.plant.ask("GET", f"/lanes/{lane}")
        if not state["vehicles"] and state["boom"]["angle_deg"] == 0:
            return
        time.sleep(0.2)


def _decode_floor(site: Site, lane: str, shown: str, empty: str) -> list[float]:
    """Bare decode: from the order to show another picture to a reader of the stream that has it."""
    stream = next(line for line in site.children.told("cameras").splitlines() if line.endswith(f"/{lane}"))
    capture = cv2.VideoCapture(stream, cv2.CAP_FFMPEG, [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 8000])
    times = []
    try:
        last = _settled(capture)
        for number in range(8):
            site.cameras.ask("POST", f"/{lane}", {"picture": (shown, empty)[number % 2]})
            begun = time.monotonic()
            while time.monotonic() - begun < 5:
                ok, frame = capture.read()
                if ok and abs(float(frame[::8, ::8].mean()) - last) > 1.5:
                    times.append(time.monotonic() - begun)
                    break
            last = _settled(capture)
    finally:
        capture.release()
        site.cameras.ask("POST", f"/{lane}", {"picture": empty})
    return times


def _settled(capture: Any) -> float:
    level = 0.0
    for _ in range(25):
        ok, frame = capture.read()
        if ok:
            level = float(frame[::8, ::8].mean())
    return level


def _inserts(folder: Path) -> float:
    """Bare inserts a second: one row a transaction, on the disk each time."""
    with sqlite3.connect(folder / "floor.db", isolation_level=None) as floor:
        floor.execute("PRAGMA journal_mode = WAL")
        floor.execute("PRAGMA synchronous = FULL")
        floor.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, wire BLOB)")
        body = b"x" * 900
        begun = time.monotonic()
        for number in range(INSERTS):
            floor.execute("INSERT INTO event VALUES (?, ?)", (number, body))
        return INSERTS / (time.monotonic() - begun)


def _flood(site: Site, tell: Callable[[Figure], None]) -> None:
    flood = subprocess.run(
        [str(site.bin / "flood"), str(site.edge_data), str(FLOOD_EVENTS)],
        env=site.environment(),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    if flood.returncode != 0:
        print(f"flood failed: {flood.stderr[-500:]}", flush=True)
        return
    told = json.loads(flood.stdout)
    inserts = _inserts(site.folder)
    tell(Figure("outbox_events_per_s", told["events"] / told["recorded_s"], "1/s"))
    tell(Figure("events_end_to_end_per_s", told["events"] / told["arrived_s"], "1/s", to=f"{told['events']} events"))
    tell(Figure("floor_inserts_per_s", inserts, "1/s", to="SQLite, a transaction a row, synchronous = FULL"))


def _tell_times(seen: list[Seen], readable_ms: float, tell: Callable[[Figure], None]) -> None:
    """The chain begins when a bare reader of the stream has the frame: `readable_ms` after it was ordered."""
    times = [t for one in seen for t in one.times]
    late = [s for one in seen for s in one.late_s]
    waited = sum(one.waited for one in seen)
    first = [t.pulse_s * 1000 - readable_ms for t in times]
    chain = [*first, *(s * 1000 - readable_ms for s in late)]
    tell(Figure("chain_openings", len(chain), "openings", to=f"{waited} more vehicles waited for an officer"))
    tell(
        Figure("chain_p50", median(chain), "ms", to="frame readable in the stream to pulse on the wire, every opening")
    )
    tell(Figure("chain_p95", percentile(chain, 0.95), "ms", "<=", 700))
    tell(Figure("late_openings", len(late), "openings", to="of these: referred first, opened when the class was told"))
    tell(Figure("first_question_p50", median(first), "ms", to="of these: opened at the first question"))
    tell(Figure("first_question_p95", percentile(first, 0.95), "ms"))
    stages = {
        "see_and_read": [t.read_s * 1000 for t in times],
        "decide": [(t.decided_s - t.read_s) * 1000 for t in times],
        "command": [(t.commanded_s - t.decided_s) * 1000 for t in times],
        "wire": [(t.pulse_s - t.commanded_s) * 1000 for t in times],
    }
    for name, values in stages.items():
        tell(Figure(f"stage_{name}_p50", median(values), "ms"))
        tell(Figure(f"stage_{name}_p95", percentile(values, 0.95), "ms"))


def measure(site: Site, tell: Callable[[Figure], None]) -> None:
    """All of it."""
    shown, source = scenes(site.folder / "scenes", None)
    rehearse(shown["vehicles"], site.bin)
    told = story.tell(shown)
    sure = sorted(
        (v for v in told.declared if v["fits"] and v["sure"] > 0 and not v["container"]), key=lambda v: -v["sure"]
    )
    site.make_central()
    for name, file in story.lists(told, site.folder / "lists").items():
        site.central("import", name, str(file))
    site.start_central()
    site.start_lanes(shown["empty"])
    site.enrol()
    _flood(site, tell)
    site.start_edge()
    time.sleep(8)
    print(f"cameras show {source}", flush=True)
    lanes = [lane.name for lane in site.lanes if lane.direction == "entry"]
    seen = {lane: Seen() for lane in lanes}

    def drive(lane: str, mine: list[dict[str, Any]]) -> None:
        for vehicle in mine[:ROUNDS]:
            _one(site, lane, vehicle, shown["empty"], seen[lane])

    drivers = [threading.Thread(target=drive, args=(lane, sure[n :: len(lanes)])) for n, lane in enumerate(lanes)]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join(400)
    readable = _decode_floor(site, lanes[0], sure[0]["picture"] if sure else shown["empty"], shown["empty"])
    readable_ms = median(readable) * 1000
    tell(Figure("floor_decode_p50", readable_ms, "ms", to="bare reader: picture ordered to frame decoded"))
    _tell_times(list(seen.values()), readable_ms, tell)
    tell(
        Figure(
            "edge_memory", memory_mb(site.children.pid("edge-agent")), "MB", "<=", 700, "five lanes, workers included"
        )
    )
    tell(Figure("central_memory", memory_mb(site.children.pid("central-server")), "MB", "<=", 200, "broker included"))
    tell(
        Figure(
            "floor_inference_p50",
            _inference_ms(site, [v["picture"] for v in sure[:8]]),
            "ms",
            to="edge-agent read, one thread",
        )
    )


def _inference_ms(site: Site, pictures: list[str]) -> float:
    command = [str(site.bin / "edge-agent"), "read", "--json", *pictures]
    done = subprocess.run(command, env={"GATE_ONNXRUNTIME": str(LIBRARY)}, capture_output=True, text=True, check=False)
    return median([json.loads(line).get("time_ms", 0.0) for line in done.stdout.splitlines()])
