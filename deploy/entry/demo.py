"""The whole gate on this machine: cameras, lanes, barriers, centre, console."""

import argparse

from .say import Failure

SCRIPTS = ("outage",)


def run(args: argparse.Namespace) -> int:
    """`./gate demo [--pictures DIR] [--script NAME] [--seconds N]`."""
    raise Failure(f"demo {args.script or ''}: the processes that it starts are not there yet")
