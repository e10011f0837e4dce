"""Builds the page and the binaries."""

from .needs import building, meet
from .say import ROOT, run

CONSOLE = ROOT / "central-server" / "console"


def page() -> None:
    """The console's page, embedded by central-server."""
    if not (CONSOLE / "package.json").exists():
        return
    run("console page", ["npm", "run", "--silent", "build"], cwd=CONSOLE, quiet=True)


def release() -> int:
    """Everything that runs at a gate, optimised."""
    meet(building())
    page()
    run(
        "release binaries",
        ["cargo", "build", "--release", "--locked", "--bins"],
        about="10 minutes on two cores the first time, seconds after that",
    )
    return 0
