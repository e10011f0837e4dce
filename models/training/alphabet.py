"""The characters that the plate reader knows, and how texts are written for it."""

from __future__ import annotations

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
ENDINGS = "挂学警港澳领使试超"
# 民航 (airport vehicles) and 应急 (rescue) are plates of the standard as well.
SPECIAL = "民航应急"
NOTHING = "-"
ALPHABET = NOTHING + "0123456789" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "Đ" + PROVINCES + ENDINGS + SPECIAL
SLOTS = 12

KINDS = ("vn", "cn", "container", "none")
COLORS = ("white", "yellow", "blue", "green", "red", "black")

INDEX = {c: i for i, c in enumerate(ALPHABET)}


def normalise(text: str) -> str:
    """Upper case, no separators; Hanzi and Đ are kept: `24c-123.45` is `24C12345`."""
    return "".join(c for c in text.upper() if c not in "-.·•・_/ \t－．")


def encode(text: str) -> list[int]:
    """The slots of a text: one index a character, the rest 0. Raises ValueError where it cannot be written."""
    if len(text) > SLOTS:
        raise ValueError(f"{text!r} has {len(text)} characters, a reader's line has {SLOTS}")
    unknown = [c for c in text if c not in INDEX]
    if unknown:
        raise ValueError(f"{text!r} holds {unknown[0]!r}, which is not in the alphabet")
    return [INDEX[c] for c in text] + [0] * (SLOTS - len(text))


def decode(slots: list[int]) -> str:
    """The text of slots: every character up to the first "nothing"."""
    text = ""
    for i in slots:
        if i == 0:
            break
        text += ALPHABET[i]
    return text
