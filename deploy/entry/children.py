"""Programs that run beside each other and end together: with Ctrl-C, with a failure, and with this process."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .say import Failure

PR_SET_PDEATHSIG = 1
ENDS_WITHIN_S = 8.0


def free_port() -> int:
    """A TCP port of this machine that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _with_parent() -> None:
    """The child ends when this process does, killed included."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Children:
    """Started programs; each writes to a log of its own and gets a process group of its own."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _why: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.end()

    def start(self, name: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
        """Starts a program; its output goes to `logs/NAME.out` and `logs/NAME.log`."""
        with (self.logs / f"{name}.out").open("wb") as out, (self.logs / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [str(word) for word in command],
                env={**os.environ, **(env or {})},
                # Held open: some programs end when it closes.
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=log,
                start_new_session=True,
                preexec_fn=_with_parent,
            )

    def pid(self, name: str) -> int:
        """Its process id."""
        return self.running[name].pid

    def told(self, name: str) -> str:
        """What it wrote to its standard output so far."""
        return (self.logs / f"{name}.out").read_text(errors="replace")

    def until(self, name: str, what: str, ready: Callable[[], bool], seconds: float = 30.0) -> None:
        """Waits until `ready`; fails with the end of the program's log."""
        end = time.monotonic() + seconds
        while not ready():
            if self.running[name].poll() is not None:
                raise Failure(f"{name} ended with {self.running[name].returncode}: {self.tail(name)}")
            if time.monotonic() > end:
                raise Failure(f"{name}: {what} did not happen within {seconds:.0f} s: {self.tail(name)}")
            time.sleep(0.05)

    def tail(self, name: str) -> str:
        """The end of its log."""
        text = (self.logs / f"{name}.log").read_text(errors="replace") + self.told(name)
        return "\n".join(text.splitlines()[-12:]) + f"\n   (all of it: {self.logs / name}.log)"

    def fallen(self) -> str | None:
        """The name of a program that ended by itself."""
        return next((name for name, child in self.running.items() if child.poll() is not None), None)

    def stop(self, name: str) -> None:
        """Ends one program, politely first."""
        self._end([self.running.pop(name)])

    def end(self) -> None:
        """Ends all, the last started first."""
        self._end(list(self.running.values())[::-1])
        self.running.clear()

    def _end(self, children: list[subprocess.Popen[bytes]]) -> None:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        end = time.monotonic() + ENDS_WITHIN_S
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, end - time.monotonic()))
            # What it left of its group, itself included.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            if child.stdin:
                child.stdin.close()
