"""`python -m tests.bench NAME --folder DIR [--json]`."""

import argparse
import sys
from pathlib import Path

from entry.children import Children
from entry.say import ROOT, Failure
from entry.site import Site

from . import busy, chain, lane, recognition
from .figures import Figure

NAMES = ("recognition", "lane", "chain", "busy")


def main() -> int:
    """Measures one group."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--bin", type=Path, default=ROOT / "target" / "release")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", action="append", default=[], help="recognition: one set or part; may be repeated")
    parser.add_argument("--sample", type=int, default=recognition.SAMPLE, help="recognition: plates that peers read")
    parser.add_argument("--page", action="store_true", help="recognition: writes docs/recognition.md")
    parser.add_argument("--long", action="store_true", help="busy: ten minutes")
    options = parser.parse_args()

    def tell(figure: Figure) -> None:
        figure.tell(options.json)

    try:
        if options.name == "recognition":
            recognition.measure(options.bin, options.folder, tell, options.only, options.sample, options.page)
            return 0
        with Children(options.folder / "logs") as children:
            site = Site(options.folder, options.bin, children)
            if options.name == "busy":
                busy.measure(site, tell, options.long)
            else:
                (chain if options.name == "chain" else lane).measure(site, tell)
    except Failure as failure:
        print(f"bench {options.name}: {failure}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
