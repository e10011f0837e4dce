"""mbpoll (libmodbus) works the simulator's relay board over TCP and a serial line."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.peers import processes

WAYS = ['tcp = "127.0.0.1:0"', 'pty = ""']


def _mbpoll(where: str, *options: str, value: str = "") -> str:
    program = shutil.which("mbpoll")
    assert program, "mbpoll is not installed; ./gate doctor tells how to mend it"
    if where.startswith("/"):
        line = ["-m", "rtu", "-b", "9600", "-P", "none", "-a", "1", "-o", "2", where]
    else:
        host, _, port = where.rpartition(":")
        line = ["-m", "tcp", "-p", port, "-a", "1", "-o", "2", host]
    words = [program, "-0", "-1", *options, *line, *([value] if value else [])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _bits(said: str) -> dict[int, int]:
    return {int(found[1]): int(found[2]) for found in re.finditer(r"^\[(\d+)\]:\s+(\d)", said, re.MULTILINE)}


@pytest.mark.parametrize("place", WAYS, ids=["tcp", "rtu"])
def test_reads_inputs_and_switches_a_relay(tmp_path: Path, place: str) -> None:
    with processes.simulator(tmp_path, place) as where:
        inputs = _bits(_mbpoll(where, "-t", "1", "-r", "0", "-c", "8"))
        assert inputs == {0: 1, 1: 1, 2: 1, 3: 1, 4: 0, 5: 1, 6: 0, 7: 0}
        _mbpoll(where, "-t", "0", "-r", "3", value="1")
        assert _bits(_mbpoll(where, "-t", "0", "-r", "0", "-c", "8"))[3] == 1
