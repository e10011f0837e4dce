"""The whole gate on this machine: cameras, lanes, barriers, centre, console; and vehicles that come."""

import argparse
import contextlib
import os
import signal
import threading
import time
from typing import Any

from . import build, story, traffic
from .children import Children
from .needs import meet, running
from .say import ROOT, STATE, Failure, say
from .site import Site, rehearse, scenes
from .web import Refused

SCRIPTS = ("outage",)
OFFICER, LEADER = "lan.nguyen", "hung.tran"
PINS = {"lan": "officer", "hung": "shift_leader"}
AGENCY = "hai-quan"
# The broker goes away so long after the start, for so long.
OUTAGE_AT_S, OUTAGE_S = 40.0, 60.0
SEED = 1


def run(args: argparse.Namespace) -> int:
    """`./gate demo [--pictures DIR] [--script NAME] [--seconds N]`."""
    if args.pictures and not args.pictures.is_dir():
        raise Failure(f"--pictures {args.pictures}: no such folder")
    meet(running())
    build.release()
    signal.signal(signal.SIGTERM, _interrupt)
    folder = STATE / f"demo-{os.getpid()}"
    begun = time.monotonic()
    with Children(folder / "logs") as children:
        site = Site(folder, ROOT / "target" / "release", children, with_cable=args.script == "outage")
        try:
            return _run(site, args, begun)
        except KeyboardInterrupt:
            say("\nthe demo ends")
            return 0
        finally:
            # A second Ctrl-C must not leave a process behind.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            fallen = children.fallen()
            children.end()
            if fallen:
                say(f"{fallen} had ended by itself; the logs stay in {children.logs}")
            else:
                site.remove()


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _run(site: Site, args: argparse.Namespace, begun: float) -> int:
    say("-- the gate starts (about 15 s)")
    shown, source = scenes(site.folder / "scenes", args.pictures)
    rehearse(shown["vehicles"], site.bin)
    told = story.tell(shown)
    site.make_central()
    invites = {name: _invite(site, name, role) for name, role in ((OFFICER, "officer"), (LEADER, "shift_leader"))}
    key = site.central("agency", "add", AGENCY)
    for name, file in story.lists(told, site.folder / "lists").items():
        site.central("import", name, str(file))
    site.start_central()
    site.start_lanes(shown["empty"])
    site.enrol()
    pins = {name: site.edge("pin", name, "--role", role).split()[-1] for name, role in PINS.items()}
    site.start_edge()
    say(f"   the gate works after {time.monotonic() - begun:.0f} s; the cameras show {source}\n")
    _addresses(site, invites, pins, key)
    vehicles = traffic.Traffic(site.plant, site.cameras, shown["empty"], told, SEED)
    vehicles.start([lane.name for lane in site.lanes])
    try:
        _watch(site, args, vehicles)
    finally:
        vehicles.end()
        with contextlib.suppress(OSError, Refused):
            _account(site, vehicles)
    return 0


def _invite(site: Site, name: str, role: str) -> str:
    full = {"lan.nguyen": "Nguyễn Thị Lan", "hung.tran": "Trần Văn Hùng"}[name]
    return site.central("user", "add", name, "--role", role, "--full-name", full).splitlines()[-1]


def _addresses(site: Site, invites: dict[str, str], pins: dict[str, str], key: str) -> None:
    central = f"https://localhost:{site.https}"
    lines = [
        f"  lane console     {central}/",
        f"                   first sign-in: name {OFFICER}, invite {invites[OFFICER]} (an officer)",
        f"                   first sign-in: name {LEADER}, invite {invites[LEADER]} (the shift leader)",
        f"  lane panel       https://localhost:{site.panel}/",
        *(f"                   name {name}, PIN {pin} ({PINS[name].replace('_', ' ')})" for name, pin in pins.items()),
        "  agency           "
        f"curl --cacert {site.authority} -H 'Authorization: Bearer {key.split()[-1]}' -H 'Gate-Purpose: demo' "
        f"-H 'Gate-Case: 1' '{central}/api/v1/passages?limit=3'",
        f"  simulated lanes  {site.plant.address}/state (the truth about boom, loops and vehicles)",
        f"  everything that this demo writes lies in {site.folder}; Ctrl-C ends it and takes the folder away",
        "",
        "  The certificates are signed by this demo's own authority. Let the browser go on past its warning, or",
        f"  trust {site.authority} in it for as long as the demo runs.",
        "",
    ]
    say("\n".join(lines))


def _watch(site: Site, args: argparse.Namespace, vehicles: traffic.Traffic) -> None:
    """Waits for the end; pulls the cable meanwhile where the script says so."""
    begun = time.monotonic()
    end = begun + args.seconds if args.seconds else float("inf")
    cut = threading.Event()
    while time.monotonic() < end:
        if name := site.children.fallen():
            raise Failure(f"{name} ended by itself: {site.children.tail(name)}")
        now = time.monotonic() - begun
        if site.cable and not cut.is_set() and now > OUTAGE_AT_S:
            cut.set()
            site.cable.pull()
            _tell(f"the cable to the broker is cut for {OUTAGE_S:.0f} s: the lanes decide by themselves")
        if site.cable and site.cable.cut and now > OUTAGE_AT_S + OUTAGE_S:
            _tell(f"{vehicles.passed} vehicles passed so far; events waiting at the edge: {_waiting(site)}")
            site.cable.plug()
            _tell("the cable is whole again")
            _until_all_arrived(site)
        time.sleep(0.3)


def _waiting(site: Site) -> int:
    """Events that the centre has not acknowledged, by the edge's own account."""
    for line in site.panel_web.text("GET", "/metrics").splitlines():
        if line.startswith("edge_outbox_waiting"):
            return int(float(line.split()[-1]))
    return -1


def _until_all_arrived(site: Site) -> None:
    end = time.monotonic() + 90
    while (waiting := _waiting(site)) > 0 and time.monotonic() < end:
        time.sleep(0.5)
    _tell(f"events waiting at the edge: {waiting}; {'all arrived' if waiting == 0 else 'not all arrived'}")


def _tell(what: str) -> None:
    say(f"{story.clock()}  --     {what}")


def _account(site: Site, vehicles: traffic.Traffic) -> None:
    wrong: list[dict[str, Any]] = traffic.wrong_openings(site.plant, [lane.name for lane in site.lanes])
    say(f"{vehicles.passed} vehicles passed, {vehicles.turned_back} turned round, wrong openings: {len(wrong)}")
    for one in wrong:
        say(f"   {one}")
