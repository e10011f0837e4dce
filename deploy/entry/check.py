"""Every check and test, in the order in which they fail soonest."""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import build
from .needs import LIBRARY, VENV, meet, testing
from .say import ROOT, STATE, Failure, run, say

# Random histories of a lane: by default, within so many minutes, and with --long.
HISTORIES = "10000000"
HISTORIES_MINUTES = "14"
LONG_HISTORIES = "1000000000"
HISTORIES_OF = ("-p", "gate-core", "--test", "histories")
HISTORY_TESTS = ("random_histories_keep", "every_defect_is", "taking_information_away")
PYTHON_SOURCES = ("gate", "deploy/entry", "models/training", "models/evaluate", "tests")


# What `--long` plays besides: seconds for each codec's mutated frames and for pictures that nearly are one, passages on
# the wire.
LONG = {"GATE_FUZZ_SECONDS": "300", "GATE_PASSAGES": "2000"}


@dataclass(frozen=True)
class Step:
    """One step of the tests."""

    name: str
    about: str
    run: Callable[["Counts", bool], None]


@dataclass
class Counts:
    """What ran, for the closing line."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0


def _python(*words: str) -> list[str]:
    return [str(VENV / "bin" / "python"), *words]


def _environment() -> dict[str, str]:
    return {**os.environ, "GATE_ONNXRUNTIME": str(LIBRARY), "GATE_PYTHON": str(VENV / "bin" / "python")}


def _counted(title: str, words: list[str], counts: Counts, env: dict[str, str] | None = None) -> None:
    """Runs a test runner, shows its output as it comes, and counts from it."""
    say(f"-- {title}")
    begun = time.monotonic()
    child = subprocess.Popen(
        words,
        cwd=ROOT,
        env={**_environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if child.stdout is None:
        raise Failure(f"{title}: no output to read")
    for line in child.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        if line.startswith("SKIPPED "):
            counts.skipped += 1
        for pattern in (
            r"test result: \S+ (\d+) passed; (\d+) failed",
            r"^=*\s*(\d+) passed()\b",
            r"^# pass (\d+)()",
            r"Tests\s+(\d+) passed()",
        ):
            if found := re.search(pattern, line):
                counts.passed += int(found[1])
                counts.failed += int(found[2] or 0)
    if child.wait() != 0:
        raise Failure(f"{title}: `{' '.join(words)}` ended with {child.returncode}")
    say(f"   {title}: {time.monotonic() - begun:.0f} s")


def _style(_counts: Counts, _long: bool) -> None:
    sources = [source for source in PYTHON_SOURCES if _holds_python(ROOT / source)]
    run("rustfmt", ["cargo", "fmt", "--all", "--check"])
    run("ruff", [VENV / "bin" / "ruff", "check", "-q", *sources])
    run("ruff format", [VENV / "bin" / "ruff", "format", "-q", "--check", *sources])
    run("mypy", [VENV / "bin" / "mypy", *sources])
    run("cargo deny", ["cargo", "deny", "--log-level", "error", "check", "licenses", "bans", "sources"])


def _holds_python(source: Path) -> bool:
    return source.is_file() or next(source.rglob("*.py"), None) is not None


def _page(counts: Counts, _long: bool) -> None:
    run("console: types and lint", ["npm", "run", "--silent", "check"], cwd=build.CONSOLE)
    _counted("console: unit tests", ["npm", "run", "--silent", "test", "--prefix", str(build.CONSOLE)], counts)
    build.page()


def _clippy(_counts: Counts, _long: bool) -> None:
    run(
        "clippy",
        ["cargo", "clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"],
        about="4 minutes on two cores the first time",
    )
    run("rustdoc", ["cargo", "doc", "--locked", "--workspace", "--no-deps", "-q"], env={"RUSTDOCFLAGS": "-D warnings"})


def _rust(counts: Counts, long: bool) -> None:
    long_counts = {name: os.environ.get(name, count) for name, count in LONG.items()} if long else {}
    run(
        "test binaries",
        ["cargo", "build", "--locked", "--workspace", "--all-targets"],
        about="6 minutes on two cores the first time",
    )
    tests = ["cargo", "test", "--locked", "--workspace", "--no-fail-fast", "--exclude", "gate-tests"]
    # The histories are a step of their own.
    words = [word for name in HISTORY_TESTS for word in ("--skip", name)]
    _counted("Rust", [*tests, "--", *words, *(["--include-ignored"] if long else [])], counts, long_counts)


def _histories(counts: Counts, long: bool) -> None:
    """A long run is bounded in time, tells how far it came, and goes on there the next time."""
    env = {"GATE_HISTORIES": HISTORIES, "GATE_HISTORIES_MINUTES": HISTORIES_MINUTES}
    if long:
        STATE.mkdir(exist_ok=True)
        env = {
            "GATE_HISTORIES": LONG_HISTORIES,
            "GATE_HISTORIES_FILE": str(STATE / "histories"),
            "GATE_HISTORIES_MINUTES": "240",
        }
    env |= {name: os.environ[name] for name in env if name in os.environ}
    _counted("histories", ["cargo", "test", "--locked", *HISTORIES_OF, "--", "--nocapture"], counts, env)


def _training(counts: Counts, _long: bool) -> None:
    _counted("generator", _python("-m", "pytest", "-q", "models/training/tests", "models/evaluate/tests"), counts)


def _peers(counts: Counts, _long: bool) -> None:
    _counted("peers and entry", _python("-m", "pytest", "-q", "tests/peers", "tests/entry", "tests/bench"), counts)


def _whole(counts: Counts, _long: bool) -> None:
    run(
        "programs",
        ["cargo", "build", "--locked", "--workspace", "--bins"],
        about="4 minutes on two cores the first time",
    )
    _counted(
        "the whole gate",
        ["cargo", "test", "--locked", "--no-fail-fast", "-p", "gate-tests", "--", "--test-threads", "1", "--nocapture"],
        counts,
    )


STEPS = (
    Step("style", "formats, lints, types, licences", _style),
    Step("page", "the console's page", _page),
    Step("clippy", "lints and documents of the Rust code", _clippy),
    Step("rust", "unit, property and module tests", _rust),
    Step("histories", "random histories of a lane before a judge; at most 18 minutes on two cores", _histories),
    Step("training", "the generators that training and the demo use", _training),
    Step("peers", "Modbus peers that are not ours; the demo's parts", _peers),
    Step("whole", "the real processes together, Chromium too", _whole),
)


def step_names() -> list[str]:
    """For --only."""
    return [step.name for step in STEPS]


def run_steps(only: list[str] | None, long: bool) -> Counts:
    """Runs the chosen steps; raises Failure at the first that fails."""
    counts = Counts()
    for step in STEPS:
        if only and step.name not in only:
            continue
        say(f"== {step.name}: {step.about}")
        step.run(counts, long)
    return counts


def run_all(only: list[str] | None, long: bool) -> int:
    """Installs what is missing, runs the steps, closes with the counts."""
    begun = time.monotonic()
    meet(testing())
    counts = run_steps(only, long)
    say(f"all steps good in {(time.monotonic() - begun) / 60:.1f} minutes")
    say(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped")
    return 0


def main(args: argparse.Namespace) -> int:
    """`./gate test`."""
    return run_all(args.only, args.long)
