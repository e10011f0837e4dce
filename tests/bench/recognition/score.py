"""From readings to figures: exact, found, accepted but wrong with its upper bound, coverage, calibration."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaluate.bound import upper_bound
from training.alphabet import normalise

from ..figures import median
from .sets import Box, Item

BINS = 15  # of the calibration error


@dataclass(frozen=True)
class Told:
    """One plate or code that a reader told. `box`: left, top, right, bottom."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True)
class Answer:
    """What a reader told of one picture."""

    told: tuple[Told, ...]
    ms: float
    networks_ms: float = 0.0  # as much of it as networks ran, where the reader says


@dataclass(frozen=True)
class Judged:
    """One plate, and the reading that counts for it: the surest that stands on it; None where there was none."""

    item: Item
    told: Told | None

    @property
    def right(self) -> bool:
        """The whole text is right."""
        return self.told is not None and normalise(self.told.text) == self.item.text


@dataclass
class Score:
    """A reader's figures on one group."""

    plates: int = 0
    exact: int = 0
    found: int = 0
    accepted: int = 0
    wrong: int = 0
    times: list[float] = field(default_factory=list)

    def share(self, count: int) -> float:
        """Of all plates."""
        return count / max(1, self.plates)

    @property
    def bound(self) -> float:
        """Below it the share of wrong ones among the accepted ones lies, 95 % sure."""
        return upper_bound(self.wrong, self.accepted)

    @property
    def ms(self) -> float:
        """A picture, in the middle."""
        return median(self.times)


def _on(told: Told, item: Item) -> bool:
    """Whether a reading stands on the plate: its middle lies within the labelled box."""
    if item.box is None:
        return True
    x, y = (told.box[0] + told.box[2]) / 2, (told.box[1] + told.box[3]) / 2
    return item.box[0] <= x <= item.box[2] and item.box[1] <= y <= item.box[3]


def judge(items: Iterable[Item], answers: Mapping[Path, Answer]) -> list[Judged]:
    """The reading that counts for each plate. Where nobody said where a code stands, the right one counts if any."""
    judged = []
    for item in items:
        told = [t for t in answers[item.path].told if _on(t, item)] if item.path in answers else []
        anywhere = item.box is None and not item.crop
        best = max(told, key=lambda t: (anywhere and normalise(t.text) == item.text, t.confidence), default=None)
        judged.append(Judged(item, best))
    return judged


def score(judged: Sequence[Judged], answers: Mapping[Path, Answer], limit: float) -> Score:
    """The figures of plates that were judged; accepted is what is told with at least `limit`."""
    found = Score(plates=len(judged))
    for one in judged:
        if one.told is None:
            continue
        found.found += 1
        found.exact += one.right
        if one.told.confidence >= limit:
            found.accepted += 1
            found.wrong += not one.right
    paths = {one.item.path for one in judged}
    found.times = [answers[p].ms for p in sorted(paths) if p in answers]
    return found


def calibration_error(judged: Iterable[Judged]) -> float:
    """Expected calibration error (Naeini, Cooper and Hauskrecht 2015): how far, over fifteen equal bins of the
    probability that was given, its mean lies from the share that is right; plates without a reading do not count."""
    bins: dict[int, list[Judged]] = {}
    for one in judged:
        if one.told is not None:
            bins.setdefault(min(BINS - 1, int(one.told.confidence * BINS)), []).append(one)
    count = sum(map(len, bins.values()))
    apart = (abs(sum(o.told.confidence - o.right for o in held if o.told)) for held in bins.values())
    return sum(apart) / max(1, count)
