"""Measures. Every figure is one line: `figure NAME VALUE UNIT target OP VALUE ok|short`."""

import argparse

from .say import Failure

NAMES = ("chain", "recognition", "lane")


def run(args: argparse.Namespace) -> int:
    """`./gate bench [NAME] [--json]`."""
    raise Failure(f"bench {args.name or 'all'}: the processes that it measures are not there yet")
