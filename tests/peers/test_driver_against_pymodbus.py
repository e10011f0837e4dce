"""The edge agent's driver works a relay board that pymodbus serves."""

import time
from pathlib import Path

import pytest
from pymodbus.constants import ExcCodes

from tests.peers import board, lines, processes, wirings
from tests.peers.board import Served


def _work(served: Served, folder: Path, bus: str) -> None:
    with processes.driver(folder, wirings.relay_board(bus)) as driver:
        driver.reads("closed_limit", True)
        driver.reads("loop_approach", False)
        served.board.inputs[0] = False
        driver.reads("loop_approach", True)
        served.board.on[2] = True
        begun = time.monotonic()
        driver.order("open 700")
        driver.news({"pulse_taken": "open"})
        assert (5, 0x0200, 7) in served.board.written, "OPEN is a jog of the board's own timer"
        driver.news({"pulse_done": "open"})
        assert 0.65 <= time.monotonic() - begun <= 1.6, "it was read back off after its time"
        assert (5, 0x0000, 0xFF00) not in served.board.written, "no motion relay is ever switched on for good"
        driver.order("drop_stop")
        driver.until("the stop chain's relay is off", lambda _event: not served.board.on[2])
        assert served.board.written[-3:] == [(5, 0, 0), (5, 1, 0), (5, 2, 0)], "OPEN and CLOSE are cleared first"
        assert not [e for e in driver.told if "trouble" in e]


def test_modbus_tcp(tmp_path: Path) -> None:
    with board.serve() as served:
        _work(served, tmp_path, f'modbus_tcp = "127.0.0.1:{served.port}"')


def test_rtu_over_tcp(tmp_path: Path) -> None:
    with board.serve(rtu=True) as served:
        _work(served, tmp_path, f'serial_over_tcp = "127.0.0.1:{served.port}"')
        assert bytes.fromhex("0105020000078DB0") in b"".join(served.requests), (
            "relay 1 for 700 ms, as the maker writes it"
        )


def test_rtu_on_a_serial_line(tmp_path: Path) -> None:
    with lines.line() as line, board.serve(serial=line.theirs) as served:
        _work(served, tmp_path, f'serial = "{line.ours}"')
        assert bytes.fromhex("0105020000078DB0") in bytes(line.from_ours)


@pytest.mark.parametrize("rtu", [False, True])
def test_a_refusal_moves_nothing_and_is_told(tmp_path: Path, rtu: bool) -> None:
    with board.serve(rtu=rtu) as served:
        bus = "serial_over_tcp" if rtu else "modbus_tcp"
        served.board.write = lambda address, value: ExcCodes.DEVICE_BUSY  # type: ignore[method-assign]
        with processes.driver(tmp_path, wirings.relay_board(f'{bus} = "127.0.0.1:{served.port}"')) as driver:
            driver.reads("closed_limit", True)
            driver.order("open 700")
            driver.news({"pulse_failed": "open"})
            trouble = [e["trouble"] for e in driver.told if "trouble" in e]
            assert trouble, "it is told in words too"
