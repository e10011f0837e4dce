"""What the project needs on a machine: how to tell that it is there, and how to get it.

A need that is met is noted under `.gate/met/` with a hash of what was asked, so that the next start asks
no registry and no package manager.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .say import ROOT, STATE, Failure, output, run, say

VENV = STATE / "venv"
LIBRARY = STATE / "lib" / "libonnxruntime.so"

DEBIAN_BUILD = ("pkg-config", "clang", "libclang-dev", "libopencv-dev")
DEBIAN_RUN = (
    "mosquitto",
    "ffmpeg",
    "python3-gi",
    "gir1.2-gst-rtsp-server-1.0",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-bad",
    "gstreamer1.0-plugins-ugly",
    "fonts-opendin",
    "fonts-bebas-neue",
    "fonts-noto-cjk",
    "fonts-dejavu-core",
)
DEBIAN_TEST = ("postgresql-15", "mosquitto-clients", "chromium", "mbpoll", "libmodbus5")


@dataclass(frozen=True)
class Need:
    """One thing that has to be there."""

    name: str
    about: str
    asked: str
    there: Callable[[], bool]
    get: Callable[[], None]
    mend: str

    def note(self) -> Path:
        """Where it is noted that the need is met."""
        digest = hashlib.sha256(self.asked.encode()).hexdigest()[:16]
        return STATE / "met" / f"{self.name}-{digest}"

    def met(self) -> bool:
        """Whether it is there; the note spares the look."""
        return self.note().exists() or self.there()


def _debian(name: str, packages: tuple[str, ...], about: str) -> Need:
    def there() -> bool:
        listed = output(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages]) or ""
        return {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")} >= set(packages)

    words = " ".join(packages)
    return Need(
        name, about, words, there, lambda: _apt(packages), f"sudo apt-get install --no-install-recommends {words}"
    )


def _apt(packages: tuple[str, ...]) -> None:
    if shutil.which("apt-get") is None:
        raise Failure(f"this machine has no apt-get; install by its own means: {' '.join(packages)}")
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("Debian's package lists", [*sudo, "apt-get", "update", "-q"], env=quiet, quiet=True)
    install = [*sudo, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    run("Debian packages", install, env=quiet, quiet=True, about="up to 3 minutes: " + " ".join(packages))


def _wheels(name: str, requirements: Path, about: str) -> Need:
    asked = requirements.read_text() if requirements.exists() else ""

    def get() -> None:
        if not (VENV / "bin" / "python").exists():
            run("Python environment", [sys.executable, "-m", "venv", VENV], quiet=True)
        pip: list[str | Path] = [
            VENV / "bin" / "python",
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "-r",
            requirements,
        ]
        run(f"Python wheels for {name}", pip, quiet=True, about="about a minute")

    mend = f".gate/venv/bin/python -m pip install -r {requirements.relative_to(ROOT)}"
    return Need(f"wheels-{name}", about, asked, lambda: False, get, mend)


def _runtime() -> Need:
    def get() -> None:
        found = sorted(VENV.glob("lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*"))
        if not found:
            raise Failure("the onnxruntime wheel holds no libonnxruntime.so; remove .gate/venv and try again")
        LIBRARY.parent.mkdir(parents=True, exist_ok=True)
        LIBRARY.unlink(missing_ok=True)
        shutil.copy2(found[-1], LIBRARY)

    asked = (ROOT / "deploy" / "entry" / "requirements-run.txt").read_text()
    return Need("onnxruntime", "runs the models", asked, lambda: False, get, "./gate build")


def _npm(name: str, folder: Path, about: str) -> Need:
    lock = folder / "package-lock.json"
    asked = lock.read_text() if lock.exists() else ""

    def get() -> None:
        run(
            f"npm packages for {name}",
            ["npm", "ci", "--no-audit", "--no-fund"],
            cwd=folder,
            quiet=True,
            about="under a minute",
        )

    there = folder / "node_modules" / ".package-lock.json"
    return Need(f"npm-{name}", about, asked, there.exists, get, f"npm ci --prefix {folder.relative_to(ROOT)}")


def _tool(program: str, crate: str, about: str) -> Need:
    def get() -> None:
        run(crate, ["cargo", "install", "--locked", crate], quiet=True, about="5 minutes on two cores, once")

    return Need(crate, about, crate, lambda: shutil.which(program) is not None, get, f"cargo install --locked {crate}")


def building() -> list[Need]:
    """For `./gate build`."""
    return [
        _debian("debian-build", DEBIAN_BUILD, "OpenCV and what its binding is generated with"),
        _wheels("run", ROOT / "deploy" / "entry" / "requirements-run.txt", "ONNX Runtime, and pictures for the demo"),
        _runtime(),
        _npm("console", ROOT / "central-server" / "console", "the console's page"),
    ]


def running() -> list[Need]:
    """For `./gate demo`."""
    return [*building(), _debian("debian-run", DEBIAN_RUN, "broker, RTSP server, encoder, fonts of plates")]


def testing() -> list[Need]:
    """For `./gate test`."""
    return [
        *running(),
        _debian("debian-test", DEBIAN_TEST, "PostgreSQL, Chromium, Modbus peers"),
        _wheels("test", ROOT / "tests" / "requirements.txt", "pymodbus, pytest, ruff, mypy"),
        _npm("whole", ROOT / "tests" / "whole" / "console", "drives Chromium"),
        _tool("cargo-deny", "cargo-deny", "licences, bans, sources"),
    ]


def meet(needed: Iterable[Need]) -> None:
    """Gets whatever is missing."""
    for need in needed:
        if need.met():
            if not need.note().exists():
                _keep(need)
            continue
        say(f"-- {need.name} is missing: {need.about}")
        need.get()
        _keep(need)


def _keep(need: Need) -> None:
    need.note().parent.mkdir(parents=True, exist_ok=True)
    need.note().touch()


def doctor() -> int:
    """Names what is missing and the command that mends it."""
    missing = 0
    for program, remedy in (
        ("cargo", "https://rustup.rs"),
        ("node", "Node.js 20"),
        ("npm", "Node.js 20"),
        ("cc", "gcc"),
    ):
        if shutil.which(program) is None:
            missing += 1
            say(f"missing  {program}: install {remedy}")
    for need in testing():
        if need.met():
            say(f"ok       {need.name}: {need.about}")
        else:
            missing += 1
            say(f"missing  {need.name}: {need.about}\n         {need.mend}")
    say(
        f"{missing} missing; ./gate demo and ./gate test install them by themselves"
        if missing
        else "nothing is missing"
    )
    return 1 if missing else 0
