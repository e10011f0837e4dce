"""What a process and its children take: memory and processor time."""

import os
from collections.abc import Iterator
from pathlib import Path


def family(pid: int) -> Iterator[Path]:
    """The process and all its children, as folders of /proc; one that ends meanwhile is left out."""
    waiting = [str(pid)]
    while waiting:
        one = Path("/proc") / waiting.pop()
        yield one
        try:
            for thread in (one / "task").iterdir():
                waiting += (thread / "children").read_text().split()
        except OSError:
            continue


def memory_mb(pid: int) -> float:
    """Resident memory of the family; shared pages are counted once, by their share."""
    total = 0.0
    for one in family(pid):
        try:
            lines = (one / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))
    return total


def processor_s(pid: int) -> float:
    """Processor time that the family has used, its threads together."""
    total = 0.0
    for one in family(pid):
        try:
            fields = (one / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total
