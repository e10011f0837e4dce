"""A relay board served by pymodbus: its own decoder, framer and transport, our own account of the relays.

The jog of Waveshare's board is FC05 with a time as its value, which the Modbus standard does not know; the
request class below keeps that value, all else is pymodbus as it comes."""

import asyncio
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.datastore import ModbusDeviceContext, ModbusServerContext
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import WriteSingleCoilRequest
from pymodbus.server import ModbusSerialServer, ModbusTcpServer

JOG = 0x0200


class Board(ModbusServerContext):
    """Eight relays with a timer each, eight inputs, and what was written."""

    def __init__(self, inputs: list[bool]) -> None:
        super().__init__(ModbusDeviceContext())
        self.on = [False] * 8
        self.until = [0.0] * 8
        self.inputs = inputs
        self.written: list[tuple[int, int, int]] = []

    def relay(self, index: int) -> bool:
        """Whether a relay is on now."""
        if self.until[index] and time.monotonic() >= self.until[index]:
            self.on[index], self.until[index] = False, 0.0
        return self.on[index]

    async def async_getValues(
        self, device_id: int, func_code: int, address: int, count: int = 1
    ) -> list[int] | list[bool] | ExcCodes:
        """FC01 and FC02."""
        if device_id != 1 or address + count > 8:
            return ExcCodes.ILLEGAL_ADDRESS
        if func_code == 1:
            return [self.relay(i) for i in range(address, address + count)]
        if func_code == 2:
            return self.inputs[address : address + count]
        return ExcCodes.ILLEGAL_FUNCTION

    def write(self, address: int, value: int) -> ExcCodes | None:
        """FC05, jog included."""
        self.written.append((5, address, value))
        index = address & 0xFF
        if index > 7:
            return ExcCodes.ILLEGAL_ADDRESS
        if address == index and value in (0x0000, 0xFF00):
            self.on[index], self.until[index] = value == 0xFF00, 0.0
            return None
        if address == JOG + index and 0 < value < 0x8000:
            self.on[index], self.until[index] = True, time.monotonic() + value / 10
            return None
        return ExcCodes.ILLEGAL_VALUE


class WriteRelay(WriteSingleCoilRequest):
    """FC05 whose value is kept as it came."""

    function_code = 5
    rtu_frame_size = 8
    value: int = 0

    def decode(self, data: bytes) -> None:
        """Address and value."""
        self.address, self.value = struct.unpack(">HH", data[:4])

    def encode(self) -> bytes:
        """The answer repeats the request."""
        return struct.pack(">HH", self.address, self.value)

    async def datastore_update(self, context: ModbusServerContext, device_id: int) -> ModbusPDU:
        """Writes."""
        assert isinstance(context, Board)
        from pymodbus.pdu import ExceptionResponse

        code = context.write(self.address, self.value)
        return ExceptionResponse(5, code) if code else self


@dataclass
class Served:
    """A board at work."""

    board: Board
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    kinds: ClassVar[list[type[ModbusPDU]]] = [WriteRelay]


async def _server(served: Served, rtu: bool, serial: str | None) -> ModbusTcpServer | ModbusSerialServer:
    def trace(sending: bool, data: bytes) -> bytes:
        if not sending:
            served.requests.append(bytes(data))
        return data

    common: dict[str, Any] = {"custom_pdu": served.kinds, "trace_packet": trace}
    framer = FramerType.RTU if rtu or serial else FramerType.SOCKET
    server: ModbusTcpServer | ModbusSerialServer
    if serial:
        server = ModbusSerialServer(served.board, framer=framer, port=serial, baudrate=9600, **common)
    else:
        server = ModbusTcpServer(served.board, framer=framer, address=("127.0.0.1", 0), **common)
    # The server would take a copy of plain data; the board keeps its own account.
    server.context = served.board
    return server


@contextmanager
def serve(*, rtu: bool = False, serial: str | None = None, inputs: list[bool] | None = None) -> Iterator[Served]:
    """Serves a board in a thread of its own: Modbus TCP, RTU bytes over TCP, or RTU on a serial port."""
    served = Served(Board(inputs if inputs is not None else [True, True, True, True, False, True, False, False]))
    loop = asyncio.new_event_loop()
    listening = threading.Event()
    ending: list[ModbusTcpServer | ModbusSerialServer] = []

    async def work() -> None:
        server = await _server(served, rtu, serial)
        ending.append(server)
        await server.serve_forever(background=True)
        if not serial:
            assert isinstance(server.transport, asyncio.Server)
            served.port = int(server.transport.sockets[0].getsockname()[1])
        listening.set()
        await server.serving

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(work())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert listening.wait(5), "pymodbus does not listen"
    try:
        yield served
    finally:
        asyncio.run_coroutine_threadsafe(ending[0].shutdown(), loop).result(5)
        thread.join(5)
