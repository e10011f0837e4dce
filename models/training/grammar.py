"""Draws plates that could exist: texts of every kind of both countries, evenly over series letters, provinces
and kinds, so that rare ones are learned as well as frequent ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.alphabet import PROVINCES

DIGITS = "0123456789"
VN_FIRST = "ABCDEFGHKLMNPSTUVXYZ"
VN_SECOND = "ABCDEFHKLMNPRSTUVXYZ0123456789"
VN_ARMY_FIRST = "ABCDHKNPQTV"
VN_ARMY_SECOND = "ABCDEHKLMNPQSTVXY"
VN_CODES = [str(n) for n in range(11, 100) if n not in (13, 42, 44, 45, 46, 87, 91, 96)]
CN_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CN_NEW_ENERGY = "ABCDEFGHJK"
CN_ARMY = "VKHBSLJNGCEZ"


@dataclass(frozen=True)
class Plate:
    """A plate as it is written and made: `kind` names its drawing (`vn_car`, `cn_trailer`, ...)."""

    text: str
    country: str
    kind: str
    color: str
    rows: int


def pick(rng: np.random.Generator, choices: str | list[str]) -> str:
    return choices[int(rng.integers(len(choices)))]


def digits(rng: np.random.Generator, n: int) -> str:
    return "".join(pick(rng, DIGITS) for _ in range(n))


def weighted(rng: np.random.Generator, **weights: float) -> str:
    names = list(weights)
    p = np.array([weights[n] for n in names])
    return names[int(rng.choice(len(names), p=p / p.sum()))]


def _vn_color(rng: np.random.Generator) -> str:
    return weighted(rng, white=0.5, yellow=0.3, blue=0.2)


def vn_car(rng: np.random.Generator) -> Plate:
    text = pick(rng, VN_CODES) + pick(rng, VN_FIRST) + digits(rng, 5 if rng.random() < 0.8 else 4)
    return Plate(text, "vn", "vn_car", _vn_color(rng), 1 if rng.random() < 0.5 else 2)


def vn_motorcycle(rng: np.random.Generator) -> Plate:
    text = pick(rng, VN_CODES) + pick(rng, VN_FIRST) + pick(rng, VN_SECOND)
    color = weighted(rng, white=0.8, yellow=0.05, blue=0.15)
    return Plate(text + digits(rng, 5 if rng.random() < 0.7 else 4), "vn", "vn_motorcycle", color, 2)


def vn_special(rng: np.random.Generator) -> Plate:
    series = pick(rng, ["KT", "LD", "DA", "HC", "CD", "TĐ", "MĐ", "MĐ", "MĐ", "MK", "RM", "R", "R"])
    count = 6 if series == "MĐ" and rng.random() < 0.6 else (5 if rng.random() < 0.7 else 4)
    rows = 2 if series in ("MĐ", "MK") or rng.random() < 0.5 else 1
    kind = "vn_motorcycle" if series in ("MĐ", "MK") else "vn_car"
    color = weighted(rng, white=0.6, yellow=0.2, blue=0.2)
    return Plate(pick(rng, VN_CODES) + series + digits(rng, count), "vn", kind, color, rows)


def vn_temporary(rng: np.random.Generator) -> Plate:
    return Plate("T" + pick(rng, VN_CODES) + digits(rng, 5), "vn", "vn_car", "white", 1 if rng.random() < 0.5 else 2)


def vn_diplomatic(rng: np.random.Generator) -> Plate:
    head, country, serial = pick(rng, [*VN_CODES, "80", "80"]), digits(rng, 3), digits(rng, 2)
    series = pick(rng, ["NG", "QT", "NN", "CV"])
    # One line: 80-123-NG-45; two lines: 80-NG over 123-45.
    if rng.random() < 0.5:
        return Plate(head + country + series + serial, "vn", "vn_diplomatic", "white", 1)
    return Plate(head + series + country + serial, "vn", "vn_diplomatic", "white", 2)


def vn_army(rng: np.random.Generator) -> Plate:
    text = pick(rng, VN_ARMY_FIRST) + pick(rng, VN_ARMY_SECOND)
    tail = digits(rng, 4) if rng.random() < 0.85 else digits(rng, 3) + pick(rng, ["RM", "BM"])
    return Plate(text + tail, "vn", "vn_army", "red", 1 if rng.random() < 0.6 else 2)


def _serial(rng: np.random.Generator, n: int) -> str:
    letters = int(rng.choice([0, 1, 2], p=[0.35, 0.4, 0.25]))
    places = set(rng.choice(n, size=min(letters, n), replace=False).tolist())
    return "".join(pick(rng, CN_LETTERS) if i in places else pick(rng, DIGITS) for i in range(n))


def _cn_head(rng: np.random.Generator) -> str:
    return pick(rng, PROVINCES) + pick(rng, CN_LETTERS)


def cn_blue(rng: np.random.Generator) -> Plate:
    return Plate(_cn_head(rng) + _serial(rng, 5), "cn", "cn_one_line", "blue", 1)


def cn_yellow(rng: np.random.Generator) -> Plate:
    rows = 1 if rng.random() < 0.5 else 2
    return Plate(_cn_head(rng) + _serial(rng, 5), "cn", "cn_one_line" if rows == 1 else "cn_two_line", "yellow", rows)


def cn_trailer(rng: np.random.Generator) -> Plate:
    two = rng.random() < 0.75
    kind = "cn_two_line" if two else "cn_one_line"
    return Plate(_cn_head(rng) + _serial(rng, 4) + "挂", "cn", kind, "yellow", 2 if two else 1)


def cn_ending(rng: np.random.Generator) -> Plate:
    end = pick(rng, "学警领试超")
    color = {"学": "yellow", "警": "white", "领": "black", "试": "yellow", "超": "yellow"}[end]
    two = end == "警" and rng.random() < 0.3
    kind = "cn_two_line" if two else "cn_one_line"
    return Plate(_cn_head(rng) + _serial(rng, 4) + end, "cn", kind, color, 2 if two else 1)


def cn_hong_kong(rng: np.random.Generator) -> Plate:
    return Plate("粤Z" + _serial(rng, 4) + pick(rng, "港澳"), "cn", "cn_one_line", "black", 1)


def cn_embassy(rng: np.random.Generator) -> Plate:
    text = "使" + digits(rng, 6) if rng.random() < 0.5 else digits(rng, 6) + "使"
    return Plate(text, "cn", "cn_one_line", "black", 1)


def cn_new_energy(rng: np.random.Generator) -> Plate:
    if rng.random() < 0.6:
        tail = pick(rng, CN_NEW_ENERGY) + (pick(rng, CN_LETTERS) if rng.random() < 0.3 else pick(rng, DIGITS))
        text = tail + digits(rng, 4)
    else:
        text = digits(rng, 5) + pick(rng, CN_NEW_ENERGY)
    return Plate(_cn_head(rng) + text, "cn", "cn_new_energy", "green", 1)


def cn_army(rng: np.random.Generator) -> Plate:
    head = pick(rng, CN_ARMY) + pick(rng, CN_LETTERS)
    kind, rows = ("cn_one_line", 1) if rng.random() < 0.7 else ("cn_two_line", 2)
    middle = pick(rng, DIGITS) if rng.random() < 0.7 else pick(rng, CN_LETTERS)
    return Plate(head + middle + digits(rng, 4), "cn", kind, "white", rows)


def cn_rescue(rng: np.random.Generator) -> Plate:
    if rng.random() < 0.5:
        return Plate("民航" + pick(rng, CN_LETTERS) + digits(rng, 4), "cn", "cn_one_line", "green", 1)
    return Plate(_cn_head(rng) + digits(rng, 4) + "应急", "cn", "cn_one_line", "white", 1)


VN_WEIGHTS: list[tuple[Callable[[np.random.Generator], Plate], float]] = [
    (vn_car, 0.32),
    (vn_motorcycle, 0.26),
    (vn_special, 0.22),
    (vn_temporary, 0.03),
    (vn_diplomatic, 0.05),
    (vn_army, 0.12),
]
CN_WEIGHTS: list[tuple[Callable[[np.random.Generator], Plate], float]] = [
    (cn_blue, 0.34),
    (cn_yellow, 0.20),
    (cn_trailer, 0.10),
    (cn_ending, 0.13),
    (cn_hong_kong, 0.06),
    (cn_embassy, 0.03),
    (cn_new_energy, 0.12),
    (cn_army, 0.05),
    (cn_rescue, 0.04),
]


def draw(rng: np.random.Generator, country: str | None = None) -> Plate:
    """A plate of one of the kinds; half are Vietnamese, half Chinese, unless `country` is given."""
    country = country or ("vn" if rng.random() < 0.5 else "cn")
    table = VN_WEIGHTS if country == "vn" else CN_WEIGHTS
    weights = np.array([w for _, w in table])
    maker = table[int(rng.choice(len(table), p=weights / weights.sum()))][0]
    return maker(rng)
