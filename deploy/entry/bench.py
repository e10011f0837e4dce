"""Measures. Every figure is one line: `figure NAME VALUE UNIT target OP VALUE ok|short`."""

import argparse
import os
import shutil
import subprocess

from . import build
from .needs import VENV, meet, testing
from .say import ROOT, STATE, say

NAMES = ("recognition", "lane", "chain", "busy")


def run(args: argparse.Namespace) -> int:
    """`./gate bench [NAME] [--json]`."""
    meet(testing())
    build.release(quiet=args.json, everything=True)
    path = f"{ROOT}:{ROOT / 'deploy'}:{ROOT / 'models'}"
    worst = 0
    for name in [args.name] if args.name else NAMES:
        folder = STATE / f"bench-{name}-{os.getpid()}"
        folder.mkdir(parents=True)
        if not args.json:
            say(f"== {name}")
        words = [str(VENV / "bin" / "python"), "-m", "tests.bench", name, "--folder", str(folder)]
        words += ["--json"] if args.json else []
        if name == "recognition":
            words += [word for one in args.only or [] for word in ("--only", one)]
            words += ["--sample", str(args.sample)] if args.sample is not None else []
            words += ["--page"] if args.page else []
        words += ["--long"] if name == "busy" and args.long else []
        worst = max(
            worst, subprocess.run(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, check=False).returncode
        )
        shutil.rmtree(folder, ignore_errors=True)
    return worst
