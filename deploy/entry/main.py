"""The command line of ./gate."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from . import bench, build, check, demo, needs
from .say import Failure, say

EPILOG = """first steps:
  ./gate doctor   tells what is missing on this machine and the command that mends it
  ./gate demo     installs what is missing, builds, and runs the whole gate on this machine
  ./gate test     installs what is missing, and runs every check and test
"""


def parser() -> argparse.ArgumentParser:
    """Describes the command line."""
    top = argparse.ArgumentParser(
        prog="./gate",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    doctor = commands.add_parser("doctor", help="what is missing on this machine, and the command that mends it")
    doctor.set_defaults(run=lambda _args: needs.doctor())
    builder = commands.add_parser("build", help="release binaries in target/release, the console's page in them")
    builder.set_defaults(run=lambda _args: build.release())
    show = commands.add_parser("demo", help="runs the whole gate: cameras, lanes, barriers, centre, console")
    show.add_argument("--pictures", type=Path, metavar="DIR", help="photographs to show to the cameras")
    show.add_argument("--script", choices=demo.SCRIPTS, help="something that happens meanwhile")
    show.add_argument("--seconds", type=int, metavar="N", help="ends by itself after N seconds")
    show.set_defaults(run=demo.run)
    tests = commands.add_parser("test", help="every check and test; --only NAME runs some of them")
    tests.add_argument("--long", action="store_true", help="the full counts that take hours")
    tests.add_argument(
        "--only", metavar="STEP", action="append", choices=check.step_names(), help="one step; may be repeated"
    )
    tests.set_defaults(run=check.main)
    figures = commands.add_parser("bench", help="measures; one line a figure")
    figures.add_argument("name", nargs="?", choices=bench.NAMES, help="one group of figures")
    figures.add_argument("--json", action="store_true", help="one JSON object a figure")
    figures.add_argument("--only", metavar="SET", action="append", help="recognition: one set or part; may be repeated")
    figures.add_argument("--sample", type=int, metavar="N", help="recognition: plates a set that peers read; 0: none")
    figures.add_argument("--page", action="store_true", help="recognition: writes docs/recognition.md and its plots")
    figures.add_argument("--long", action="store_true", help="busy: ten minutes instead of one and a half")
    figures.set_defaults(run=bench.run)
    return top


def main(argv: Sequence[str]) -> int:
    """Runs a command; returns the exit status."""
    args = parser().parse_args(argv)
    try:
        return int(args.run(args))
    except Failure as failure:
        say(f"gate: {failure}")
        return 1
    except KeyboardInterrupt:
        return 130
