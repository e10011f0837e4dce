"""docs/recognition.md and its plots, out of what a run found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import cv2
import numpy as np
from entry.say import ROOT
from evaluate import mended
from evaluate.degrade import WAYS

from . import plot
from .readers import PEER_LIMIT, PEERS
from .score import Judged, Score, calibration_error

if TYPE_CHECKING:
    from . import Found, Row

PAGE = ROOT / "docs" / "recognition.md"
PICTURES = ROOT / "docs" / "pictures"
TEMPLATE = Path(__file__).with_name("page.md")


def _blur(grey: np.ndarray) -> float:
    """How little of the contrast is in fine detail; larger is more blurred."""
    small = cv2.resize(grey, (160, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    return -float(cv2.Laplacian(small, cv2.CV_32F).std() / (small.std() + 12))


def thirds(plates: Iterable[Judged]) -> dict[str, float]:
    """The calibration error of the worst, middle and best third of plates by blur, darkness and width."""
    measures: dict[str, Callable[[np.ndarray], float]] = {
        "blur": _blur,
        "darkness": lambda grey: -float(grey.mean()),
        "narrowness": lambda grey: -float(grey.shape[1]),
    }
    seen: list[tuple[Judged, np.ndarray]] = []
    for one in plates:
        if one.told is None:
            continue
        grey = cv2.imread(str(one.item.path), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            continue
        if one.item.box:
            x0, y0, x1, y1 = (round(v) for v in one.item.box)
            grey = grey[max(0, y0) : y1, max(0, x0) : x1]
        if grey.size:
            seen.append((one, grey))
    found = {}
    for name, measure in measures.items():
        ordered = sorted(((measure(grey), n) for n, (_, grey) in enumerate(seen)))
        for k, share in enumerate(("least", "middle", "most")):
            part = ordered[k * len(ordered) // 3 : (k + 1) * len(ordered) // 3]
            found[f"{share}_{name}"] = calibration_error(seen[n][0] for _, n in part)
    return found


def _plots(found: Found) -> list[str]:
    """Writes a plot for every way of getting worse; the lines that show them."""
    shown = []
    for way in WAYS:
        points = [found.worse.get((way.name, step)) for step in way.steps]
        lines = [
            plot.Line("exact", [p[0] if p else None for p in points]),
            plot.Line("calibration error", [p[1] if p else None for p in points]),
        ]
        title = f"{way.name}: from good to bad"
        svg = plot.steps(title, way.unit, [f"{step:g}" for step in way.steps], lines)
        (PICTURES / f"recognition-{way.name}.svg").write_text(svg, encoding="utf-8")
        shown.append(f"![Exact readings and calibration error by {way.name}](pictures/recognition-{way.name}.svg)")
    return shown


def _cells(score: Score) -> list[str]:
    wrong = f"{score.wrong} (<= {score.bound:.3f})" if score.accepted else "-"
    exact, found, coverage = (score.share(n) for n in (score.exact, score.found, score.accepted))
    return [f"{score.plates}", f"{exact:.3f}", f"{found:.3f}", f"{coverage:.3f}", wrong, f"{score.ms:.0f}"]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    body = ["| " + " | ".join(row) + " |" for row in rows]
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *body]


def _rows(rows: Iterable[Row]) -> Iterable[list[str]]:
    for row in rows:
        verdict = "ok" if row.ours.share(row.ours.exact) >= row.group.target else "short"
        yield [row.group.name, "edge-agent", *_cells(row.ours), f">= {row.group.target:.3g}", verdict]
        if row.ours.plates != row.sampled.plates:
            yield ["", "edge-agent, same sample", *_cells(row.sampled), "", ""]
        for name, theirs in row.peers.items():
            yield ["", name, *_cells(theirs), "", ""]


def write(found: Found, sample: int) -> None:
    """Renews the page and the plots."""
    told = {row.group.name for row in found.rows}
    others = [f for f in found.figures if not f.name.startswith((*told, "worse_"))]
    sets = ["set", "reader", "plates", "exact", "found", "coverage", "accepted wrong (95 %)", "ms", "target", ""]
    figures = (
        [f"`{f.name}`", f"{f.value:.4g}", f.unit, f"{f.op} {f.target:g}" if f.op != "-" else "", f.verdict, f.to]
        for f in others
    )
    values = {
        "models": ", ".join(f"{name} `{digest}`" for name, digest in found.hashes.items()),
        "mended": len(mended.table()),
        "limit": f"{found.limit:g}",
        "peer_limit": f"{PEER_LIMIT:g}",
        "peers": " and ".join(f"`{wheel}`" for wheel in PEERS.values()),
        "sample": sample,
        "cores": os.cpu_count(),
        "load": f"{os.getloadavg()[2]:.1f}",
        "sets": "\n".join(_table(sets, _rows(found.rows))),
        "others": "\n".join(_table(["figure", "value", "unit", "target", "", "of"], figures)),
        "plots": "\n".join(_plots(found)),
    }
    PAGE.write_text(Template(TEMPLATE.read_text(encoding="utf-8")).substitute(values), encoding="utf-8")
