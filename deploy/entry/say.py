"""Talking to the person at the terminal, and running programs in their sight."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".gate"


class Failure(Exception):
    """Something that the person has to know, with the remedy."""


def say(text: str) -> None:
    """One line, at once."""
    print(text, flush=True)


def run(
    title: str,
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    about: str = "",
    quiet: bool = False,
    silent: bool = False,
) -> None:
    """Runs a program to its end. `quiet` keeps its output for the case that it fails; `silent` says nothing of it."""
    if not silent:
        say(f"-- {title}{f' ({about})' if about else ''}")
    begun = time.monotonic()
    words = [str(word) for word in command]
    merged = {**os.environ, **(env or {})}
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=merged,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            check=False,
        )
    except FileNotFoundError as error:
        raise Failure(f"{title}: {words[0]} is not installed; ./gate doctor tells how to mend it") from error
    if done.returncode != 0:
        if quiet and done.stdout:
            sys.stdout.write(done.stdout.decode(errors="replace")[-6000:])
        raise Failure(f"{title}: `{' '.join(words)}` ended with {done.returncode}")
    if not silent:
        say(f"   {title}: {time.monotonic() - begun:.0f} s")


def output(command: Sequence[str | Path]) -> str | None:
    """What a program prints, or None when it fails or is not there."""
    try:
        done = subprocess.run([str(w) for w in command], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except OSError:
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
