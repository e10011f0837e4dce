"""Builds the page and the binaries."""

import hashlib

from .needs import building, meet
from .say import ROOT, STATE, run

CONSOLE = ROOT / "central-server" / "console"
PAGE_NOTE = STATE / "met" / "page"


def page(quiet: bool = False) -> None:
    """The console's page, embedded by central-server; built anew when its sources changed."""
    if (CONSOLE / "dist" / "index.html").exists() and PAGE_NOTE.exists() and PAGE_NOTE.read_text() == _sources():
        return
    run("console page", ["npm", "run", "--silent", "build"], cwd=CONSOLE, quiet=True, silent=quiet)
    PAGE_NOTE.parent.mkdir(parents=True, exist_ok=True)
    PAGE_NOTE.write_text(_sources())


def _sources() -> str:
    """A hash over all that the page is made of."""
    digest = hashlib.sha256()
    for path in sorted(CONSOLE.rglob("*")):
        inside = path.relative_to(CONSOLE).parts
        if path.is_file() and inside[0] not in ("node_modules", "dist"):
            digest.update("/".join(inside).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def release(quiet: bool = False, everything: bool = False) -> int:
    """Everything that runs at a gate, optimised; with `everything` also what the benchmarks measure with."""
    meet(building())
    page(quiet)
    packages = ["edge-agent", "central-server", "gate-simulators", *(["gate-bench"] if everything else [])]
    run(
        "release binaries",
        [
            "cargo",
            "build",
            "--release",
            "--locked",
            "--bins",
            *(w for p in packages for w in ("-p", p)),
            *(["-q"] if quiet else []),
        ],
        about="10 minutes on two cores the first time, seconds after that",
        silent=quiet,
    )
    return 0
