"""Figures: a name, a value, a unit, and the target it is held against."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`op` is "<=", ">=" or "-" where there is nothing to hold it against; `to` is what a ratio is to."""

    name: str
    value: float
    unit: str
    op: str = "-"
    target: float = 0.0
    to: str = ""

    @property
    def verdict(self) -> str:
        """`ok`, `short`, or `-`."""
        if self.op == "-":
            return "-"
        good = self.value <= self.target if self.op == "<=" else self.value >= self.target
        return "ok" if good else "short"

    def tell(self, as_json: bool) -> None:
        """One line."""
        if as_json:
            body = {"name": self.name, "value": round(self.value, 4), "unit": self.unit, "op": self.op}
            body |= {"target": self.target, "verdict": self.verdict, "to": self.to}
            print(json.dumps(body, ensure_ascii=False), flush=True)
            return
        target = f"target {self.op} {self.target:g} {self.verdict}" if self.op != "-" else "target - - -"
        print(
            f"figure {self.name} {self.value:.4g} {self.unit} {target}{f' ({self.to})' if self.to else ''}", flush=True
        )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies; 0 where there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def median(values: Sequence[float]) -> float:
    """The middle one; 0 where there are none."""
    return statistics.median(values) if values else 0.0
