"""What a lane does when a person asks: from the key at the lane panel to the relay; what its drivers do on the wire;
what five lanes at rest cost; and how fast random histories of a lane are judged."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from typing import Any

from entry.check import HISTORIES_OF
from entry.say import ROOT, Failure
from entry.site import Site
from entry.web import Web

from .family import processor_s
from .figures import Figure, median, percentile

STOPS = 8
HISTORIES = "200000"
AT_REST_S = 20
# A reset is a new beginning: nothing moves for 5 s.
SETTLES_S = 5.6


def _at(plant: Web, lane: str, since: float, name: str) -> float | None:
    """When the plant saw the first such change after `since`, as wall time."""
    before = time.time()
    state: dict[str, Any] = plant.ask("GET", f"/lanes/{lane}")
    zero = (before + time.time()) / 2 - state["now_ms"] / 1000
    notes = [zero + n["at_ms"] / 1000 for n in state["notes"] if n["kind"] == "stop_chain" and n["text"] == name]
    return next((at for at in notes if at > since - 0.005), None)


def _modbus_floor(site: Site, lane: str) -> float:
    """Bare round trip to the relay board: the median of 50 reads, in milliseconds."""
    from pymodbus.client import ModbusTcpClient

    host, _, port = site.places[lane]["board"]["tcp"].rpartition(":")
    client = ModbusTcpClient(host, port=int(port))
    client.connect()
    times = []
    for _ in range(50):
        begun = time.monotonic()
        client.read_discrete_inputs(0, count=8, device_id=1)
        times.append((time.monotonic() - begun) * 1000)
    client.close()
    return median(times)


def _histories(tell: Callable[[Figure], None]) -> None:
    """Random histories of a lane, played and judged on all cores, as the tests play them."""
    words = ["cargo", "test", "--locked", "-q", *HISTORIES_OF, "random_histories", "--", "--nocapture"]
    env = {**os.environ, "GATE_HISTORIES": HISTORIES}
    text = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+) h of the gate's time.* in ([0-9.]+) s: (\d+) histories/s", text)
    if found is None:
        raise Failure(f"`{' '.join(words)}` told no histories/s; run it by hand and read what it says")
    hours, seconds, per_s = int(found[1]), float(found[2]), float(found[3])
    tell(Figure("histories_per_s", per_s, "/s", to=f"{HISTORIES} histories on {os.cpu_count()} cores"))
    tell(Figure("histories_gate_hours_per_s", hours / seconds, "h/s", to="the gate's time that they took"))


def _wire(site: Site, tell: Callable[[Figure], None]) -> None:
    """The drivers alone, against devices that stamp what they hear."""
    words = [str(site.bin / "wire"), str(ROOT / "firmware-config")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"`{' '.join(words)}` failed: {done.stderr.strip()}")
    found: dict[str, float] = json.loads(done.stdout)
    poll = found["poll_interval"]
    tell(Figure("order_to_wire_p99", found["order_p99"], "ms", "<=", 5, "OPEN to its first byte, idle bus, Modbus TCP"))
    tell(Figure("stop_to_wire_p99", found["stop_p99"], "ms", "<=", 10, "20 units polled without a pause, 115200 baud"))
    tell(Figure("input_to_lane_p99", found["change_p99"], "ms", "<=", poll + 5, f"polled every {poll:.0f} ms"))
    ratio = found["full_poll"] / found["full_poll_floor"]
    tell(Figure("full_poll", found["full_poll"], "ms", to="8 inputs at 9600 baud"))
    tell(Figure("floor_full_poll", found["full_poll_floor"], "ms", to="the bytes and the two silences of the RTU rule"))
    tell(Figure("full_poll_to_floor", ratio, "x", "<=", 1.3))


def _without_cameras(site: Site) -> None:
    """What lanes and buses cost is measured without eyes."""
    file = site.edge_data / "edge.toml"
    lines = file.read_text().splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith("cameras = ")) + "\n")


def _at_rest(site: Site) -> Figure:
    """Five lanes with nobody there: polled, ticked, shown, reported."""
    pid = site.children.pid("edge-agent")
    before = processor_s(pid)
    time.sleep(AT_REST_S)
    share = (processor_s(pid) - before) / AT_REST_S
    return Figure("five_lanes_at_rest", share * 100, "% of a core", "<=", 3, f"over {AT_REST_S} s, without cameras")


def measure(site: Site, tell: Callable[[Figure], None]) -> None:
    """All of it."""
    _wire(site, tell)
    lane = "in-3"
    site.make_central()
    site.start_central()
    site.start_lanes("empty")
    _without_cameras(site)
    site.enrol()
    pin = site.edge("pin", "lan", "--role", "officer").split()[-1]
    site.start_edge()
    cookie = site.panel_web.cookie("/api/sign-in", {"name": "lan", "pin": pin})
    time.sleep(SETTLES_S)
    tell(_at_rest(site))
    times = []
    for _ in range(STOPS):
        begun = time.time()
        site.panel_web.ask("POST", f"/api/lanes/{lane}/stop")
        dropped = None
        while dropped is None and time.time() - begun < 3:
            dropped = _at(site.plant, lane, begun, "dropped")
        if dropped is not None:
            times.append((dropped - begun) * 1000)
        site.panel_web.ask("POST", f"/api/lanes/{lane}/act", {"act": "reset", "reason": "bench"}, {"Cookie": cookie})
        time.sleep(SETTLES_S)
    tell(Figure("stop_drops_chain_p50", median(times), "ms", to=f"key at the panel to relay off, {len(times)} times"))
    tell(Figure("stop_drops_chain_p95", percentile(times, 0.95), "ms", "<=", 300))
    tell(
        Figure("floor_modbus_round_trip_p50", _modbus_floor(site, lane), "ms", to="bare read of the board, Modbus TCP")
    )
    _histories(tell)
