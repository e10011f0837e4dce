"""Writes vehicles.json: what the simulated cameras are to show, with the truth."""

import argparse
import json
import sys
from pathlib import Path

from . import drawn, photographs

ROOT = Path(__file__).resolve().parents[3]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.scenes", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for vehicles.json and drawn pictures")
    parser.add_argument("--pictures", type=Path, help="show the pictures of this folder")
    parser.add_argument("--datasets", type=Path, default=ROOT.parent / "shared" / "datasets")
    parser.add_argument("--drawn", action="store_true", help="draw everything, even where photographs are at hand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=12, help="how many vehicles are drawn")
    return parser.parse_args()


def main() -> int:
    """Chooses, draws, writes."""
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    drawings = drawn.some(options.out, options.seed, options.count)
    if options.pictures:
        try:
            shown, source = photographs.of_folder(options.pictures), f"your pictures in {options.pictures}"
        except ValueError as why:
            print(why, file=sys.stderr)
            return 2
    elif not options.drawn and photographs.there(options.datasets):
        shown = photographs.some(options.datasets, options.seed)
        # No photograph shows a Chinese plate of two lines at a gate.
        source = f"photographs of {options.datasets.name}, and drawn scenes where it has none of a kind"
    else:
        shown, source = [], "scenes drawn by the project's own generator"
    body = {
        "source": source,
        "empty": str(drawn.empty(options.out, options.seed)),
        "unreadable": drawn.unreadable(options.out, options.seed + 500).as_json(),
        "vehicles": [vehicle.as_json() for vehicle in [*shown, *drawings]],
    }
    (options.out / "vehicles.json").write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    print(source)
    return 0


if __name__ == "__main__":
    sys.exit(main())
