"""What goes over the wire, byte for byte, as the makers' sheets write it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers import board, processes, wirings

FREE_AND_CLOSED = bytes.fromhex("AA5501020103")


class Listener:
    """A TCP port that keeps what it is told, and answers the simple controller's query."""

    def __init__(self, query: bytes | None = None, answer: bytes = b"") -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.socket.getsockname()[1])
        self.heard = bytearray()
        self.query, self.answer = query, answer
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            while data := client.recv(512):
                self.heard.extend(data)
                if self.query and self.query in data:
                    client.sendall(self.answer)

    def hears(self, frame: bytes) -> None:
        """Waits for a frame."""
        end = time.monotonic() + 5
        while frame not in self.heard:
            assert time.monotonic() < end, f"{frame.hex(' ')} was not sent; heard {bytes(self.heard[-60:]).hex(' ')}"
            time.sleep(0.02)


@contextmanager
def _lane(folder: Path) -> Iterator[tuple[processes.Driver, Listener, Listener]]:
    controller = Listener(bytes.fromhex("AA55040105"), FREE_AND_CLOSED)
    display = Listener()
    with board.serve() as served:
        wiring = wirings.simple_controller(
            f'serial_over_tcp = "127.0.0.1:{controller.port}"',
            f'modbus_tcp = "127.0.0.1:{served.port}"',
            f'serial_over_tcp = "127.0.0.1:{display.port}"',
        )
        with processes.driver(folder, wiring) as driver:
            yield driver, controller, display
    for one in (controller, display):
        one.socket.close()


def test_the_simple_controller(tmp_path: Path) -> None:
    with _lane(tmp_path) as (driver, controller, _display):
        controller.hears(bytes.fromhex("AA55040105"))
        driver.reads("closed_limit", True)
        driver.order("open 500")
        controller.hears(bytes.fromhex("AA55010102"))
        driver.order("close 500")
        controller.hears(bytes.fromhex("AA55030104"))
        driver.order("drop_stop")
        controller.hears(bytes.fromhex("AA55020103"))


def _crc16(data: bytes) -> int:
    """CRC-16/MODBUS, bit by bit."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def test_the_display(tmp_path: Path) -> None:
    with _lane(tmp_path) as (driver, _controller, display):
        driver.order("show 1 请通行")
        text = "请通行".encode("gbk")
        display.hears(bytes([0x01, 0x00, 0x01, 0x00]) + text)
        time.sleep(0.1)
        begin = display.heard.index(b"\xaa\x55")
        length = int.from_bytes(display.heard[begin + 6 : begin + 8], "big")
        frame = bytes(display.heard[begin : begin + 8 + length + 3])
        assert frame[3] == 0x64 and frame[4] == 0x00 and frame[5] in (0x25, 0x27), "the display on the way in"
        assert length == 4 + len(text)
        assert int.from_bytes(frame[-3:-1], "big") == _crc16(frame[2:-3] + b"\x00\x00"), (
            "CRC over SEQ..DATA and two zeros"
        )
        assert frame[-1] == 0xAF
