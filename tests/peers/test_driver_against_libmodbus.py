"""The edge agent's driver works a relay board that libmodbus serves, over TCP and on a serial line."""

from pathlib import Path

from tests.peers import libmodbus, lines, processes, wirings
from tests.peers.libmodbus import Board

INPUTS = [True, True, True, True, False, True, False, False]


def _work(board: Board, folder: Path, bus: str) -> None:
    board.set_relay(2, True)
    with processes.driver(folder, wirings.relay_board(bus, "lc-relay-8r")) as driver:
        driver.reads("closed_limit", True)
        driver.reads("loop_approach", False)
        board.set_input(0, False)
        driver.reads("loop_approach", True)
        driver.order("open 700")
        driver.news({"pulse_taken": "open"})
        assert (16, 3, 4, 7) in board.written, "OPEN is a flash of the board's own timer"
        assert board.relay(0)
        driver.news({"pulse_done": "open"})
        assert (5, 0, 0xFF00) not in board.written, "no motion relay is ever switched on for good"
        driver.order("drop_stop")
        driver.until("the stop chain's relay is off", lambda _event: not board.relay(2))
        assert board.written[-3:] == [(5, 0, 0), (5, 1, 0), (5, 2, 0)], "OPEN and CLOSE are cleared first"
        driver.order("restore_stop")
        driver.until("the stop chain's relay is on", lambda _event: board.relay(2))
        # A busy machine may let a poll miss its turn; the line itself gives no trouble.
        assert not [e for e in driver.told if "before its turn" not in e.get("trouble", "before its turn")]


def test_modbus_tcp(tmp_path: Path) -> None:
    with libmodbus.tcp(INPUTS) as (board, port):
        _work(board, tmp_path, f'modbus_tcp = "127.0.0.1:{port}"')


def test_rtu_on_a_serial_line(tmp_path: Path) -> None:
    with lines.line() as line, libmodbus.line(INPUTS, line.theirs) as board:
        _work(board, tmp_path, f'serial = "{line.ours}"')
        flash = bytes.fromhex("01 10 00 03 00 02 04 00 04 00 07")
        assert flash in bytes(line.from_ours), "relay 1 for 700 ms, as the maker writes it"
