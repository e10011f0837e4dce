"""A relay board served by libmodbus, the C library that most devices and tools on Linux speak with: its own decoder,
tables and answers. What is ours are the timers of the relays, as the LC board has them: FC10 at 3 + 5n, mode 4, then
the length in units of 100 ms."""

import ctypes
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

FLASH = 4
LONGEST = 260
# The server looks so often whether it shall end.
LOOK_S = 0.2


class _Mapping(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int) for name in ("nb_bits", "start_bits", "nb_input_bits", "start_input_bits")),
        *((name, ctypes.c_int) for name in ("nb_inputs", "start_inputs", "nb_registers", "start_registers")),
        ("bits", ctypes.POINTER(ctypes.c_uint8)),
        ("input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("inputs", ctypes.POINTER(ctypes.c_uint16)),
        ("registers", ctypes.POINTER(ctypes.c_uint16)),
    ]


def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libmodbus.so.5", use_errno=True)
    except OSError as missing:
        raise AssertionError("libmodbus is not installed; ./gate doctor tells how to mend it") from missing
    library.modbus_new_tcp.restype = ctypes.c_void_p
    library.modbus_new_rtu.restype = ctypes.c_void_p
    library.modbus_mapping_new.restype = ctypes.POINTER(_Mapping)
    return library


class Board:
    """Eight relays with a timer each, eight inputs, and what was written."""

    def __init__(self, inputs: list[bool], port: int = 0, serial: str | None = None) -> None:
        self.library = _library()
        self.mapping = self.library.modbus_mapping_new(8, 8, 64, 0)
        self.until = [0.0] * 8
        self.written: list[tuple[int, ...]] = []
        self.ended = threading.Event()
        for index, on in enumerate(inputs):
            self.set_input(index, on)
        if serial is None:
            self.context = ctypes.c_void_p(self.library.modbus_new_tcp(b"127.0.0.1", port))
        else:
            made = self.library.modbus_new_rtu(serial.encode(), 9600, ctypes.c_char(b"N"), 8, 1)
            self.context = ctypes.c_void_p(made)
            self.library.modbus_set_slave(self.context, 1)
        self.library.modbus_set_indication_timeout(self.context, 0, int(LOOK_S * 1e6))

    def set_input(self, index: int, on: bool) -> None:
        """An input is energised from now on, or not."""
        self.mapping.contents.input_bits[index] = int(on)

    def relay(self, index: int) -> bool:
        """Whether a relay is on."""
        return bool(self.mapping.contents.bits[index])

    def set_relay(self, index: int, on: bool) -> None:
        """A relay is on from now on, or off."""
        self.mapping.contents.bits[index] = int(on)

    def answer(self) -> bool:
        """Answers one request; false where none came."""
        request = (ctypes.c_uint8 * LONGEST)()
        length = self.library.modbus_receive(self.context, request)
        if length <= 0:
            return False
        for index, until in enumerate(self.until):
            if until and time.monotonic() >= until:
                self.until[index] = 0.0
                self.set_relay(index, False)
        pdu = bytes(request[self.library.modbus_get_header_length(self.context) : length])
        if self.library.modbus_reply(self.context, request, length, self.mapping) > 0:
            self._act(pdu)
        return True

    def _act(self, pdu: bytes) -> None:
        address, value = int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
        if pdu[0] == 0x05:
            self.written.append((5, address, value))
        if pdu[0] == 0x10:
            registers = self.mapping.contents.registers
            words = (int(registers[address]), int(registers[address + 1]))
            self.written.append((16, address, *words))
            index, rest = divmod(address - 3, 5)
            if rest == 0 and words[0] == FLASH:
                self.until[index] = time.monotonic() + words[1] / 10
                self.set_relay(index, True)


def _serve_tcp(board: Board, listening: int) -> None:
    while not board.ended.is_set():
        if not select.select([listening], [], [], LOOK_S)[0]:
            continue
        board.library.modbus_tcp_accept(board.context, ctypes.byref(ctypes.c_int(listening)))
        client = board.library.modbus_get_socket(board.context)
        while not board.ended.is_set():
            # Nothing within the time is no end of the connection; a readable end is.
            if select.select([client], [], [], LOOK_S)[0] and not board.answer():
                break
        board.library.modbus_close(board.context)


def _serve_line(board: Board) -> None:
    while not board.ended.is_set():
        board.answer()


@contextmanager
def tcp(inputs: list[bool]) -> Iterator[tuple[Board, int]]:
    """A board on Modbus TCP, and its port."""
    board = Board(inputs)
    listening = board.library.modbus_tcp_listen(board.context, 1)
    assert listening >= 0, os.strerror(ctypes.get_errno())
    with socket.socket(fileno=os.dup(listening)) as known:
        port = int(known.getsockname()[1])
    with _running(board, threading.Thread(target=_serve_tcp, args=(board, listening), daemon=True)):
        yield board, port
    os.close(listening)


@contextmanager
def line(inputs: list[bool], serial: str) -> Iterator[Board]:
    """A board on a serial port, as unit 1."""
    board = Board(inputs, serial=serial)
    assert board.library.modbus_connect(board.context) == 0, os.strerror(ctypes.get_errno())
    with _running(board, threading.Thread(target=_serve_line, args=(board,), daemon=True)):
        yield board
    board.library.modbus_close(board.context)


@contextmanager
def _running(board: Board, thread: threading.Thread) -> Iterator[None]:
    thread.start()
    try:
        yield
    finally:
        board.ended.set()
        thread.join(5)
