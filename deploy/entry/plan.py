"""The lanes of the demo and their devices: what the simulator is told, and the edge's own files for them."""

import json
from dataclasses import dataclass
from pathlib import Path

from .say import ROOT

BOOM = "boom = { open_ms = 1500, close_ms = 1800 }"


@dataclass(frozen=True)
class Lane:
    """A lane; `kind` is the barrier: relays, came or simple_rs485; `serial` puts its board on a serial line; one for
    `both_ways` leads in `direction` at first."""

    name: str
    direction: str
    kind: str
    serial: bool = False
    both_ways: bool = False

    @property
    def ways(self) -> str:
        """As the centre is told which ways it may lead."""
        return "both" if self.both_ways else self.direction

    def for_simulator(self) -> str:
        """Its part of the simulator's file."""
        place = '{ pty = "" }' if self.serial else '{ tcp = "127.0.0.1:0" }'
        lines = ["[[lane]]", f'name = "{self.name}"', f'barrier = "{self.kind}"', f"board = {place}"]
        lines.append(BOOM)
        if self.kind != "relays":
            lines.append('controller = { tcp = "127.0.0.1:0" }')
        lines.append('display = { tcp = "127.0.0.1:0" }')
        # The barrier's own controller lowers the boom, as most do.
        lines.append("closes_by_itself_ms = 3000")
        return "\n".join(lines) + "\n"

    def wiring(self, places: dict[str, dict[str, str]]) -> str:
        """Its wiring file."""
        board = _bus(places["board"], modbus=True)
        text = f'schema = 1\nlane = "{self.name}"\npoll_ms = 80\ndisplay = "led"\n\n[bus.board]\n{board}\n'
        text += f"\n[bus.display]\n{_bus(places['display'], modbus=False)}\n"
        text += '\n[device.board]\nprofile = "waveshare-relay-8ch"\nbus = "board"\n'
        unit = "0x64" if self.direction == "entry" else "0x65"
        text += f'\n[device.led]\nprofile = "led-voice-display"\nbus = "display"\nunit = {unit}\n'
        if self.kind == "relays":
            text += '\n[barrier]\nopen = { device = "board", relay = 1 }\nclose = { device = "board", relay = 2 }\n'
            limits = [
                'open_limit = { device = "board", input = 5, energised = "active" }',
                'closed_limit = { device = "board", input = 6, energised = "active" }',
            ]
        else:
            profile = "came-modbus" if self.kind == "came" else "simple-rs485"
            text += f"\n[bus.controller]\n{_bus(places['controller'], modbus=self.kind == 'came')}\n"
            text += f'\n[device.controller]\nprofile = "{profile}"\nbus = "controller"\n'
            text += '\n[barrier]\ncontroller = "controller"\n'
            limits = [
                'open_limit = { device = "controller", reports = "open_limit" }',
                'closed_limit = { device = "controller", reports = "closed_limit" }',
            ]
        text += 'stop_chain = { device = "board", relay = 3 }\n'
        text += '\n[light]\ngreen = { device = "board", relay = 4 }\n\n[input]\n'
        loops = ("loop_approach", "loop_under", "loop_exit", "photocell")
        for number, name in enumerate(loops, 1):
            text += f'{name} = {{ device = "board", input = {number}, energised = "inactive" }}\n'
        text += "\n".join(limits) + "\n"
        text += 'manual_key = { device = "board", input = 7, energised = "active" }\n'
        text += 'emergency = { device = "board", input = 8, energised = "active" }\n'
        if self.both_ways:
            text += '\n[other_end]\nlight = { green = { device = "board", relay = 5 } }\n'
        return text

    def for_edge(self, camera: str) -> str:
        """Its part of edge.toml."""
        return f"""
[[lane]]
name = "{self.name}"
direction = "{self.direction}"
wiring = "{self.name}.toml"
cameras = [{{ name = "front", url = "{camera}", view = "front", width = 1280, height = 720 }}]

[lane.barrier]
closing = "controller"
travel_open_ms = 1500
travel_close_ms = 1800
pulse_ms = 500
min_open_ms = 2000
clear_ms = 2000
photocell = true
three_loops = true
force_limitation_recorded = false
"""


def _bus(place: dict[str, str], *, modbus: bool) -> str:
    ((kind, where),) = place.items()
    if kind == "pty":
        return f'serial = "{where}"'
    return f'{"modbus_tcp" if modbus else "serial_over_tcp"} = "{where}"'


LANES = (
    Lane("in-1", "entry", "relays", serial=True),
    Lane("in-2", "entry", "came"),
    Lane("in-3", "entry", "relays"),
    Lane("out-1", "exit", "simple_rs485"),
    Lane("out-2", "exit", "relays", both_ways=True),
)


def simulator_file(lanes: tuple[Lane, ...] = LANES) -> str:
    """All lanes, for the simulator."""
    return 'control = "127.0.0.1:0"\n\n' + "\n".join(lane.for_simulator() for lane in lanes)


def edge_files(
    folder: Path, lanes: tuple[Lane, ...], places: dict[str, dict[str, dict[str, str]]], cameras: str, panel: int
) -> None:
    """edge.toml and one wiring file a lane, into the edge's data folder."""
    folder.mkdir(parents=True, exist_ok=True)
    models, profiles = (json.dumps(str(ROOT / name)) for name in ("models", "firmware-config"))
    text = f"schema = 1\nmodels = {models}\nprofiles = {profiles}\n"
    text += f'\n[panel]\nlisten = "127.0.0.1:{panel}"\n'
    for lane in lanes:
        text += lane.for_edge(f"{cameras}/{lane.name}")
        (folder / f"{lane.name}.toml").write_text(lane.wiring(places[lane.name]))
    (folder / "edge.toml").write_text(text)
