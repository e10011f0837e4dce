"""Three busy lanes with two cameras of 1080p25 each, on two cores: how old a frame is when its plate is told to the
lane, whether any is looked at late, and whether memory stays.

The streams are real H.264, recorded before the clock starts and replayed, so that no encoder takes the agent's cores.
The vehicles are not announced: each is read, decided on, stands as before an officer, and turns back."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from entry import plan
from entry.say import Failure
from entry.site import Site, rehearse, scenes

from .family import memory_mb, processor_s
from .figures import Figure, median, percentile

LANES = 3
CAMERAS = ("front", "front-far")
STREAM = ("--fps", "25", "--gop", "25", "--size", "1920x1080", "--film", "8")
LOOKS_PER_S = 5.0
CORES = 2
SECONDS, LONG_SECONDS = 90, 600
# Cameras, broker and lanes find each other first.
SETTLES_S = 15
# As long as a vehicle stands at the line, and at most until the lane is clear again.
STANDS_S, CLEARS_S = 12.0, 40.0
SAMPLE_S = 1.0
OLD_S = 1.0


@dataclass
class Run:
    """What the lanes and the agent showed over time."""

    site: Site
    end: float
    standing: set[str] = field(default_factory=set)
    vehicles: int = 0
    memory: list[float] = field(default_factory=list)
    # Looks, and seconds, while a vehicle stood in every lane.
    looks: float = 0.0
    busy_s: float = 0.0

    def drive(self, lane: str) -> None:
        """Vehicle after vehicle comes to a lane, stands and turns back."""
        plant = self.site.plant
        while time.monotonic() < self.end:
            plant.ask("POST", "/vehicles", {"lane": lane, "kind": "car"})
            self._until(
                lane, lambda state: any(s["sensor"] == "approach_loop" and s["truth"] for s in state["sensors"])
            )
            self.vehicles += 1
            self.standing.add(lane)
            time.sleep(STANDS_S)
            self.standing.discard(lane)
            for one in plant.ask("GET", f"/lanes/{lane}")["vehicles"]:
                plant.ask("POST", f"/lanes/{lane}/vehicles/{one['id']}/manner", {"manner": "turns_back"})
            self._until(lane, lambda state: not state["vehicles"])
            time.sleep(1.0)

    def _until(self, lane: str, good: Callable[[dict[str, Any]], bool]) -> None:
        end = time.monotonic() + CLEARS_S
        while not good(self.site.plant.ask("GET", f"/lanes/{lane}")):
            if time.monotonic() > end:
                raise Failure(f"{lane}: the vehicle did not come or go within {CLEARS_S:.0f} s")
            time.sleep(0.1)

    def sample(self) -> None:
        """Looks and memory, once a second until the end."""
        pid = self.site.children.pid("edge-agent")
        before, looks = (False, time.monotonic()), self._looks()
        while time.monotonic() < self.end:
            time.sleep(SAMPLE_S)
            now, all_stand = time.monotonic(), len(self.standing) == LANES
            counted = self._looks()
            if all_stand and before[0]:
                self.looks += counted - looks
                self.busy_s += now - before[1]
            before, looks = (all_stand, now), counted
            self.memory.append(memory_mb(pid))

    def _looks(self) -> float:
        return _metric(self.site.panel_web.text("GET", "/metrics"), "edge_look_seconds_count")


def _metric(text: str, name: str, label: str = "") -> float:
    """The sum of a metric's lines that hold the label."""
    lines = (line for line in text.splitlines() if re.match(rf"{name}[ {{]", line) and label in line)
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def _two_cameras(site: Site) -> None:
    """Each lane's cameras in the edge's own file, with how often they are looked through."""
    file = site.edge_data / "edge.toml"
    cameras = ", ".join(
        f'{{{{ name = "{name}", url = "{site.streams}/{{0}}-{name}", view = "front", width = 1920, height = 1080, '
        f"limits = {{{{ watch_fps = {LOOKS_PER_S} }}}} }}}}"
        for name in CAMERAS
    )
    lanes = iter(site.lanes)
    lines = []
    for line in file.read_text().splitlines():
        one = line.startswith("cameras = ")
        lines.append(f"cameras = [{cameras.format(next(lanes).name)}]" if one else line)
    file.write_text("\n".join(lines) + "\n")


def _start(site: Site) -> None:
    """The whole gate: streams of surely read vehicles, lanes, centre, edge on its cores."""
    shown, source = scenes(site.folder / "scenes", None)
    rehearse(shown["vehicles"], site.bin)
    surest = sorted(shown["vehicles"], key=lambda v: -v["sure"])[:LANES]
    print(f"cameras show {source}", flush=True)
    site.lanes = site.lanes[:LANES]
    site.make_central()
    site.start_central()
    site.start_plant()
    shows = zip(site.lanes, surest, strict=True)
    site.start_cameras({f"{lane.name}-{name}": one["picture"] for lane, one in shows for name in CAMERAS}, STREAM)
    plan.edge_files(site.edge_data, site.lanes, site.places, site.streams, site.panel)
    _two_cameras(site)
    site.enrol()
    site.start_edge(cores=CORES)


def _growth(memory: list[float]) -> float:
    """By which share the last quarter takes more than the second."""
    quarter = max(1, len(memory) // 4)
    return fmean(memory[-quarter:]) / fmean(memory[quarter : 2 * quarter] or memory) - 1


def measure(site: Site, tell: Callable[[Figure], None], long: bool) -> None:
    """All of it."""
    _start(site)
    time.sleep(SETTLES_S)
    seconds = LONG_SECONDS if long else SECONDS
    pid = site.children.pid("edge-agent")
    begun, used = time.monotonic(), processor_s(pid)
    run = Run(site, begun + seconds)
    drivers = [threading.Thread(target=run.drive, args=(lane.name,)) for lane in site.lanes]
    for driver in drivers:
        driver.start()
    run.sample()
    cores = (processor_s(pid) - used) / (time.monotonic() - begun)
    metrics = site.panel_web.text("GET", "/metrics")
    for driver in drivers:
        driver.join(CLEARS_S * 3)
    log = (site.children.logs / "edge-agent.log").read_text(errors="replace")
    ages = [float(age) for age in re.findall(r"a plate is ready.*?age_ms=(\d+)", log)]
    if not ages or run.busy_s == 0:
        raise Failure(f"{len(ages)} plates were read of {run.vehicles} vehicles: {site.children.tail('edge-agent')}")
    seen = _metric(metrics, "edge_frame_age_seconds_count")
    old = seen - _metric(metrics, "edge_frame_age_seconds_bucket", f'le="{OLD_S:g}"')
    of = f"{len(ages)} plates of {run.vehicles} vehicles in {seconds} s, {LANES} lanes, {len(CAMERAS)} cameras each"
    rate = run.looks / run.busy_s / LANES / len(CAMERAS)
    tell(Figure("busy_looks_per_s", rate, "1/s", to=f"a camera, asked {LOOKS_PER_S:g}, while all lanes are busy"))
    tell(Figure("busy_frame_age_p50", median(ages), "ms", to=f"frame received to its plate told: {of}"))
    tell(Figure("busy_frame_age_p95", percentile(ages, 0.95), "ms", "<=", 300))
    tell(Figure("busy_frame_age_most", max(ages), "ms", "<=", 1000 * OLD_S))
    tell(Figure("busy_frames_late", old, "frames", "<=", 0, f"of {seen:.0f} looked at, older than {OLD_S:g} s then"))
    tell(Figure("busy_memory", run.memory[-1], "MB", to="agent and its six workers, at the end"))
    tell(Figure("busy_memory_growth", _growth(run.memory), "share", "<=", 0.02, "last quarter to the second one"))
    tell(Figure("busy_cores", cores, "cores", "<=", CORES, "agent and its workers"))
