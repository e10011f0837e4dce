"""Drives vehicles through the lanes: the camera's picture and the vehicle on the loops go together."""

import contextlib
import random
import threading
import time
from typing import Any

from .say import say
from .story import Story, Visit, clock
from .web import Refused, Web

LOOKS_EVERY_S = 0.4
# Between two vehicles of a lane, once the story is told.
PAUSE_S = (8.0, 25.0)


class Traffic:
    """Every lane's drivers, each in a thread of its own."""

    def __init__(self, plant: Web, cameras: Web, empty: str, story: Story, seed: int) -> None:
        self.plant, self.cameras, self.empty, self.story = plant, cameras, empty, story
        self.chance = random.Random(seed)
        self.ended = threading.Event()
        self.begun = time.monotonic()
        self.passed = 0
        self.turned_back = 0
        self._counting = threading.Lock()
        self.threads: list[threading.Thread] = []

    def start(self, lanes: list[str]) -> None:
        """Begins."""
        for lane in lanes:
            thread = threading.Thread(target=self._lane, args=(lane,), daemon=True, name=f"traffic-{lane}")
            self.threads.append(thread)
            thread.start()

    def end(self) -> None:
        """No further vehicle comes."""
        self.ended.set()
        for thread in self.threads:
            thread.join(5)

    def _lane(self, lane: str) -> None:
        mine = [visit for visit in self.story.visits if visit.lane == lane]
        for visit in mine:
            if self.ended.wait(max(0.0, self.begun + visit.at_s - time.monotonic())):
                return
            self._drive(visit)
        told_s = max(visit.at_s for visit in self.story.visits) + 15
        if self.ended.wait(max(0.0, self.begun + told_s - time.monotonic())):
            return
        while not self.ended.wait(self.chance.uniform(*PAUSE_S)):
            vehicle = self.chance.choice(self.story.then)
            self._drive(Visit(0, lane, vehicle, vehicle["seen"], 45))

    def _drive(self, visit: Visit) -> None:
        try:
            self._visit(visit)
        except (OSError, Refused) as why:
            if not self.ended.is_set():
                say(f"{clock()}  {visit.lane:6} the simulator did not do it: {why}")
            self.ended.wait(2)

    def _visit(self, visit: Visit) -> None:
        vehicle, lane = visit.vehicle, visit.lane
        name = vehicle["plate"] or vehicle["container"] or "?"
        say(f"{clock()}  {lane:6} {name:12} comes: {visit.shows} ({vehicle['seen']})")
        self.show(lane, vehicle["picture"])
        number = self.plant.ask("POST", "/vehicles", {"lane": lane, "kind": vehicle["plant"] or "car"})["id"]
        begun = time.monotonic()
        waiting_since, turned, through = 0.0, False, False
        while not self.ended.wait(LOOKS_EVERY_S):
            state = self.plant.ask("GET", f"/lanes/{lane}")
            here = next((v for v in state["vehicles"] if v["id"] == number), None)
            if here is None:
                break
            if here["rear_m"] > 1.0 and not through:
                through = True
                self._count("passed")
                say(f"{clock()}  {lane:6} {name:12} passed after {time.monotonic() - begun:.0f} s")
                self.show(lane, self.empty)
            if here["at_stop_line"]:
                waiting_since = waiting_since or time.monotonic()
                if not turned and time.monotonic() - waiting_since > visit.patience_s:
                    turned = True
                    self.plant.ask("POST", f"/lanes/{lane}/vehicles/{number}/manner", {"manner": "turns_back"})
                    self._count("turned_back")
                    say(f"{clock()}  {lane:6} {name:12} was not let in within {visit.patience_s:.0f} s and turns round")
        self.show(lane, self.empty)

    def _count(self, what: str) -> None:
        with self._counting:
            setattr(self, what, getattr(self, what) + 1)

    def show(self, lane: str, picture: str) -> None:
        """What the lane's camera sees from now on."""
        with contextlib.suppress(OSError):
            self.cameras.ask("POST", f"/{lane}", {"picture": picture})


def wrong_openings(plant: Web, lanes: list[str]) -> list[dict[str, Any]]:
    """What the plant saw that must never be."""
    bad = {"boom_on_body", "closing_on_body", "opened_without_vehicle", "open_and_close", "relay_held"}
    return [
        {"lane": lane, **note}
        for lane in lanes
        for note in plant.ask("GET", f"/lanes/{lane}")["notes"]
        if note["kind"] in bad
    ]
