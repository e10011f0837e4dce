"""pymodbus works the simulator's relay board: what the driver is tested against speaks real Modbus."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient

from tests.peers import processes

Client = ModbusTcpClient | ModbusSerialClient


def _tcp(where: str) -> Client:
    host, _, port = where.rpartition(":")
    return ModbusTcpClient(host, port=int(port), timeout=2)


def _rtu(where: str) -> Client:
    return ModbusSerialClient(where, framer=FramerType.RTU, baudrate=9600, timeout=2)


WAYS = [("tcp", 'tcp = "127.0.0.1:0"', _tcp), ("rtu", 'pty = ""', _rtu)]


@pytest.mark.parametrize(("name", "place", "connect"), WAYS, ids=[way[0] for way in WAYS])
def test_relays_inputs_and_refusals(tmp_path: Path, name: str, place: str, connect: Callable[[str], Client]) -> None:
    with processes.simulator(tmp_path, place) as where:
        client = connect(where)
        assert client.connect(), f"pymodbus does not reach the board over {name}"
        try:
            inputs = client.read_discrete_inputs(0, count=8, device_id=1)
            assert inputs.bits[:8] == [True, True, True, True, False, True, False, False], "free, closed, no key"
            assert client.read_coils(0, count=8, device_id=1).bits[:8] == [i == 2 for i in range(8)], (
                "stop chain closed"
            )
            assert not client.write_coil(3, True, device_id=1).isError()
            assert client.read_coils(3, count=1, device_id=1).bits[0]
            assert not client.write_coil(3, False, device_id=1).isError()
            assert not client.read_coils(3, count=1, device_id=1).bits[0]
            assert client.read_coils(8, count=1, device_id=1).exception_code == 2, "no ninth relay"
            assert client.read_holding_registers(0, count=1, device_id=1).exception_code == 1, "no registers"
        finally:
            client.close()


def test_the_boom_follows_the_relays(tmp_path: Path) -> None:
    with processes.simulator(tmp_path, 'tcp = "127.0.0.1:0"') as where:
        client = _tcp(where)
        assert client.connect()
        try:
            client.write_coil(0, True, device_id=1)
            time.sleep(0.2)
            client.write_coil(0, False, device_id=1)
            time.sleep(0.5)
            limits = client.read_discrete_inputs(4, count=2, device_id=1).bits[:2]
            assert limits == [True, False], "the boom stands at its open limit"
        finally:
            client.close()
