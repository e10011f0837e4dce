"""Wirings of one relay board, one simple controller, one display, for the driver under test."""

INPUTS = """
[light]
green = { device = "board", relay = 4 }

[input]
loop_approach = { device = "board", input = 1, energised = "inactive" }
loop_under = { device = "board", input = 2, energised = "inactive" }
loop_exit = { device = "board", input = 3, energised = "inactive" }
photocell = { device = "board", input = 4, energised = "inactive" }
"""


def relay_board(bus: str, profile: str = "waveshare-relay-8ch") -> str:
    """One board carries everything."""
    return f"""
schema = 1
lane = "in-1"
poll_ms = 80

[bus.barrier]
{bus}

[device.board]
profile = "{profile}"
bus = "barrier"
unit = 1

[barrier]
open = {{ device = "board", relay = 1 }}
close = {{ device = "board", relay = 2 }}
stop_chain = {{ device = "board", relay = 3 }}
{INPUTS}open_limit = {{ device = "board", input = 5, energised = "active" }}
closed_limit = {{ device = "board", input = 6, energised = "active" }}
"""


def simple_controller(controller: str, board: str, display: str) -> str:
    """A simple RS-485 controller, a board beside it, and a display."""
    return f"""
schema = 1
lane = "out-1"
poll_ms = 80
display = "led"

[bus.controller]
{controller}

[bus.board]
{board}

[bus.display]
{display}

[device.barrier]
profile = "simple-rs485"
bus = "controller"

[device.board]
profile = "waveshare-relay-8ch"
bus = "board"

[device.led]
profile = "led-voice-display"
bus = "display"
unit = 0x64

[barrier]
controller = "barrier"
stop_chain = {{ device = "board", relay = 3 }}
{INPUTS}open_limit = {{ device = "barrier", reports = "open_limit" }}
closed_limit = {{ device = "barrier", reports = "closed_limit" }}
"""
