"""Masks of single characters, from fonts and, where the data sets are at hand, from pictures of glyphs in the
Chinese standard's shapes. A mask is a uint8 picture cut to its ink: 255 is ink."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mask = NDArray[np.uint8]

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", str(Path.home() / ".fonts"))
FONTS = {
    "din": ("OSP-DIN.ttf", "DejaVuSansCondensed-Bold.ttf"),
    "bebas": ("BebasNeue-Bold.otf", "DejaVuSansCondensed-Bold.ttf"),
    "bebas-regular": ("BebasNeue-Regular.otf", "DejaVuSansCondensed-Bold.ttf"),
    "sans": ("DejaVuSans-Bold.ttf",),
    "condensed": ("DejaVuSansCondensed-Bold.ttf",),
    "hanzi": ("NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc"),
}


class NoFont(RuntimeError):
    """None of a style's fonts is installed."""


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in FONT_FOLDERS:
        for at, _, names in os.walk(folder):
            for name in names:
                found.setdefault(name, os.path.join(at, name))
    return found


@lru_cache(maxsize=64)
def font(style: str, size: int) -> ImageFont.FreeTypeFont:
    """The font of a style; raises NoFont, naming what to install."""
    for name in FONTS[style]:
        path = _installed().get(name)
        if path:
            return ImageFont.truetype(path, size, index=2 if name.endswith(".ttc") else 0)
    raise NoFont(
        f"no font for {style!r} found (looked for {', '.join(FONTS[style])}): install fonts-opendin, "
        "fonts-bebas-neue, fonts-noto-cjk and fonts-dejavu-core"
    )


def _cut(mask: Mask) -> Mask:
    ys, xs = np.where(mask > 64)
    if len(ys) == 0:
        return mask
    return np.ascontiguousarray(mask[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1])


@lru_cache(maxsize=4096)
def drawn(char: str, style: str) -> Mask:
    """A character drawn with a font, 120 px high or as near as its form allows, cut to its ink."""
    style = "hanzi" if ord(char) > 0x2E80 else style
    f = font(style, 160)
    box = f.getbbox(char)
    picture = Image.new("L", (int(box[2]) + 20, int(box[3]) + 20), 0)
    ImageDraw.Draw(picture).text((8, 8), char, fill=255, font=f)
    return _cut(np.asarray(picture, dtype=np.uint8))


@lru_cache(maxsize=1)
def _folder() -> Path | None:
    """Where the glyph pictures lie, if at all: `GATE_DATASETS` or `../shared/datasets` of the project."""
    given = os.environ.get("GATE_DATASETS")
    root = Path(given) if given else Path(__file__).resolve().parents[3] / "shared" / "datasets"
    return root / "glyphs" if (root / "glyphs").is_dir() else None


def _read(path: Path, how: int) -> Mask | None:
    """A picture, or None where there is none (OpenCV would complain on its own)."""
    picture = cv2.imread(str(path), how) if path.is_file() else None
    return None if picture is None else np.asarray(picture, dtype=np.uint8)


@lru_cache(maxsize=4096)
def pictured(char: str, family: str) -> Mask | None:
    """A character out of the glyph pictures: `140`, `220`, `220_up`, `220_down`, `green` or a folder's name
    such as `hx/black`. None where there is no such picture."""
    folder = _folder()
    if folder is None:
        return None
    name = char if ord(char) < 128 else f"u{ord(char):x}"
    if family.startswith("hx/"):
        picture = _read(folder / "huangxinping" / family[3:] / f"{name}.png", cv2.IMREAD_UNCHANGED)
        if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
            return None
        return _cut(np.ascontiguousarray(picture[:, :, 3]))
    grey = _read(folder / "yyq" / "font_model" / f"{family}_{name}.jpg", cv2.IMREAD_GRAYSCALE)
    if grey is None:
        return None
    return _cut(np.asarray(255 - grey, dtype=np.uint8))


@lru_cache(maxsize=256)
def chips(char: str) -> tuple[Mask, ...]:
    """Characters cut out of real Vietnamese plates, as masks; empty without the data sets."""
    folder = _folder()
    if folder is None or not (folder / "vn-chips" / char).is_dir():
        return ()
    masks = []
    for path in sorted((folder / "vn-chips" / char).iterdir())[:80]:
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if grey is None or min(grey.shape) < 6:
            continue
        _, mask = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
        if edge.mean() > 127:
            mask = np.asarray(255 - mask, dtype=np.uint8)
        ink = _cut(np.asarray(mask, dtype=np.uint8))
        if 0.15 < float(ink.mean()) / 255 < 0.75 and ink.shape[0] >= 0.5 * grey.shape[0]:
            masks.append(ink)
    return tuple(masks)


def _mask(char: str, style: str) -> Mask:
    """`cn:FAMILY` is a glyph picture, `chip:N` the N-th cut character, all else a font's style."""
    found: Mask | None = None
    if style.startswith("cn:"):
        found = pictured(char, style[3:])
    elif style.startswith("chip:"):
        choice = chips(char)
        found = choice[int(style[5:]) % len(choice)] if choice else None
    else:
        return drawn(char, style)
    return drawn(char, "bebas") if found is None else found


@lru_cache(maxsize=20000)
def fitted(char: str, style: str, width: int, height: int) -> Mask:
    """A character filling a cell of `width` x `height`; an I or a 1 keeps its own breadth, in the middle."""
    mask = _mask(char, style)
    slim = mask.shape[1] / mask.shape[0] < 0.34 and ord(char) < 128
    own = round(2 * width * mask.shape[1] / mask.shape[0])
    w = max(2, min(width, own)) if slim else width
    small = cv2.resize(mask, (w, height), interpolation=cv2.INTER_AREA if height < mask.shape[0] else cv2.INTER_LINEAR)
    cell = np.zeros((height, width), np.uint8)
    at = (width - w) // 2
    cell[:, at : at + w] = small
    return cell
