"""Line plots as SVG: a few lines over steps, both axes named, readable in light and dark pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 34, 58
COLORS = ("#1f6feb", "#cf222e", "#2da44e", "#8250df")


@dataclass(frozen=True)
class Line:
    """One line: a value between 0 and 1 a step; None where there is none."""

    name: str
    values: Sequence[float | None]


def steps(title: str, across: str, marks: Sequence[str], lines: Sequence[Line]) -> str:
    """A plot of shares over steps that are evenly apart."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(n: int) -> float:
        return LEFT + wide * n / max(1, len(marks) - 1)

    def y(value: float) -> float:
        return TOP + high * (1 - value)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-size="13" font-weight="bold">{escape(title)}</text>',
    ]
    for tenth in range(0, 11, 2):
        at = y(tenth / 10)
        out.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#d0d7de"/>')
        out.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    for n, mark in enumerate(marks):
        out.append(f'<text x="{x(n):.1f}" y="{TOP + high + 16}" text-anchor="middle">{escape(mark)}</text>')
    out.append(f'<text x="{LEFT + wide / 2}" y="{TOP + high + 32}" text-anchor="middle">{escape(across)}</text>')
    for k, line in enumerate(lines):
        color = COLORS[k % len(COLORS)]
        points = [(x(n), y(v)) for n, v in enumerate(line.values) if v is not None]
        if points:
            path = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
            out.append(f'<path d="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
            out += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{color}"/>' for px, py in points]
        at = LEFT + k * wide / max(1, len(lines))
        out.append(f'<rect x="{at:.0f}" y="{HEIGHT - 17}" width="12" height="4" fill="{color}"/>')
        out.append(f'<text x="{at + 16:.0f}" y="{HEIGHT - 11}">{escape(line.name)}</text>')
    return "\n".join([*out, "</svg>", ""])
