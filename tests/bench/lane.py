"""What a lane does when a person asks: from the key at the lane panel to the relay."""

import time
from collections.abc import Callable
from typing import Any

from entry.site import Site
from entry.web import Web

from .figures import Figure, median, percentile

STOPS = 8
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


def measure(site: Site, tell: Callable[[Figure], None]) -> None:
    """All of it."""
    lane = "in-3"
    site.make_central()
    site.start_central()
    site.start_lanes("empty")
    site.enrol()
    pin = site.edge("pin", "lan", "--role", "officer").split()[-1]
    site.start_edge()
    cookie = site.panel_web.cookie("/api/sign-in", {"name": "lan", "pin": pin})
    time.sleep(SETTLES_S)
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
