"""The plate detector's network: small plain convolutions to strides 8, 16 and 32, brought together from the top down,
and one head shared by the three: three scores and the offsets of four corners from each cell."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.network import Residual, conv

INPUT = (384, 640)  # height, width
STRIDES = (8, 16, 32)
CLASSES = 3
# One unit of the head's corner output is so many strides.
REACH = 4.0


class Detector(nn.Module):
    """For each level: [n, 3 + 8, rows, columns], scores as logits and offsets in units of `REACH` strides."""

    def __init__(self, widths: tuple[int, int, int, int] = (32, 32, 48, 64), neck: int = 32) -> None:
        super().__init__()
        a, c, d, e = widths
        self.stem = conv(3, a, 4, 5)
        self.low = nn.Sequential(conv(a, c, 2), Residual(c))
        self.middle = nn.Sequential(conv(c, d, 2), Residual(d))
        self.high = nn.Sequential(conv(d, e, 2), Residual(e), Residual(e))
        self.sides = nn.ModuleList([conv(c, neck, size=1), conv(d, neck, size=1), conv(e, neck, size=1)])
        self.smooth = nn.ModuleList([conv(neck, neck) for _ in STRIDES])
        self.scores = nn.Conv2d(neck, CLASSES, 1, bias=True)
        self.corners = nn.Conv2d(neck, 8, 1)
        self.scales = nn.Parameter(torch.ones(len(STRIDES)))
        with torch.no_grad():  # rare things: begin with low scores, and with small corners
            assert self.scores.bias is not None
            self.scores.bias.fill_(-4.0)
            self.corners.weight.mul_(0.1)

    def forward(self, picture: Tensor) -> list[Tensor]:
        x = self.stem((picture - 114.0) / 64.0)
        low = self.low(x)
        middle = self.middle(low)
        high = self.high(middle)
        sides = [side(level) for side, level in zip(self.sides, (low, middle, high), strict=True)]
        middle = sides[1] + functional.interpolate(sides[2], scale_factor=2.0, mode="nearest")
        low = sides[0] + functional.interpolate(middle, scale_factor=2.0, mode="nearest")
        out = []
        for i, level in enumerate((low, middle, sides[2])):
            found = self.smooth[i](level)
            out.append(torch.cat([self.scores(found), self.corners(found) * self.scales[i]], 1))
        return out


def cells(rows: int, columns: int, stride: int) -> Tensor:
    """The middles of a level's cells in pixels: [rows * columns, 2]."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return (torch.stack([x, y], -1).reshape(-1, 2).float() + 0.5) * stride


def flat(levels: list[Tensor]) -> tuple[Tensor, Tensor]:
    """All levels as one: scores (logits) [n, N, 3] and corners in pixels [n, N, 8]."""
    scores, corners = [], []
    for level, stride in zip(levels, STRIDES, strict=True):
        _, _, rows, columns = level.shape
        level = level.float().flatten(2).transpose(1, 2)
        middles = cells(rows, columns, stride).repeat(1, 4)
        scores.append(level[..., :CLASSES])
        corners.append(level[..., CLASSES:] * (REACH * stride) + middles)
    return torch.cat(scores, 1), torch.cat(corners, 1)


class Exported(nn.Module):
    """The detector as shipped: one table of scores and corners in pixels."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, image: Tensor) -> Tensor:
        scores, corners = flat(self.detector(image))
        return torch.cat([scores.sigmoid(), corners], -1)
