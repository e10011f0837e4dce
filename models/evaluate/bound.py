"""How bad a share could be, by what was counted."""

from __future__ import annotations

import math

SURE = 0.95


def upper_bound(wrong: int, of: int) -> float:
    """The one-sided 95 % upper bound of a share (Clopper and Pearson 1934): the largest share under which so few wrong
    ones still come in more than one of twenty trials; 1 where nothing was tried."""
    if wrong >= of:
        return 1.0
    low, high = wrong / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        logs = (
            math.lgamma(of + 1)
            - math.lgamma(k + 1)
            - math.lgamma(of - k + 1)
            + k * math.log(middle)
            + (of - k) * math.log1p(-middle)
            for k in range(wrong + 1)
        )
        low, high = (middle, high) if sum(map(math.exp, logs)) > 1 - SURE else (low, middle)
    return high
