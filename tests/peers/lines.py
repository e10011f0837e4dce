"""Serial lines without hardware: two ptys joined to each other, with all bytes that crossed."""

import os
import select
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Line:
    """Two ends of one line, and what went over it."""

    ours: str
    theirs: str
    from_ours: bytearray = field(default_factory=bytearray)
    from_theirs: bytearray = field(default_factory=bytearray)


@contextmanager
def line() -> Iterator[Line]:
    """A line; `ours` and `theirs` are device paths to open."""
    (ours, ours_slave), (theirs, theirs_slave) = os.openpty(), os.openpty()
    for slave in (ours_slave, theirs_slave):
        tty.setraw(slave)
    made = Line(os.ttyname(ours_slave), os.ttyname(theirs_slave))
    ended, end = os.pipe()

    def pump() -> None:
        while True:
            ready, _, _ = select.select([ours, theirs, ended], [], [])
            if ended in ready:
                return
            for source, sink, log in ((ours, theirs, made.from_ours), (theirs, ours, made.from_theirs)):
                if source in ready:
                    data = os.read(source, 512)
                    log.extend(data)
                    os.write(sink, data)

    pumping = threading.Thread(target=pump, daemon=True)
    pumping.start()
    try:
        yield made
    finally:
        os.close(end)
        pumping.join(5)
        for one in (ours, ours_slave, theirs, theirs_slave, ended):
            os.close(one)
