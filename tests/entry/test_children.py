"""Programs that the demo starts end with it, and the cable can be cut."""

import contextlib
import os
import socket
import sys
import threading
import time
from pathlib import Path

import pytest
from entry.children import Children, free_port
from entry.cut import Cable
from entry.say import Failure

STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def _runs(pid: int) -> bool:
    return os.path.exists(f"/proc/{pid}")


def test_all_end_even_those_that_do_not_want_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entry.children.ENDS_WITHIN_S", 0.5)
    with Children(tmp_path) as children:
        children.start("polite", [sys.executable, "-c", "import time; time.sleep(60)"])
        children.start("stubborn", [sys.executable, "-c", STUBBORN])
        children.until("stubborn", "its word", lambda: "up" in children.told("stubborn"))
        pids = [children.pid("polite"), children.pid("stubborn")]
        assert children.fallen() is None
    assert not [pid for pid in pids if _runs(pid)]


def test_a_program_that_falls_is_named_with_its_log(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        children.start("weak", [sys.executable, "-c", "import sys; sys.exit('no strength')"])
        with pytest.raises(Failure, match="no strength"):
            children.until("weak", "its start", lambda: False)
        assert children.fallen() == "weak"


def _echo(server: socket.socket) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client:
            while data := client.recv(100):
                client.sendall(data)


def test_a_cut_cable_passes_nothing_and_a_whole_one_does() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_echo, args=(server,), daemon=True).start()
    cable = Cable(free_port(), server.getsockname()[1])
    with socket.create_connection(("127.0.0.1", cable.port), 5) as line:
        line.sendall(b"before")
        assert line.recv(100) == b"before"
        cable.pull()
        line.settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            assert line.recv(100) == b""
    with socket.create_connection(("127.0.0.1", cable.port), 5) as line:
        assert line.recv(100) == b""
    cable.plug()
    time.sleep(0.05)
    with socket.create_connection(("127.0.0.1", cable.port), 5) as line:
        line.sendall(b"after")
        assert line.recv(100) == b"after"
    server.close()
