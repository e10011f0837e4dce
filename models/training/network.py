"""The plate reader's network: a small CNN to 4x20 tokens, two attention layers over them, and one learned query a
slot that looks for its character; a CTC head on the tokens' rows helps the features along while training."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.alphabet import ALPHABET, COLORS, KINDS, SLOTS
from training.warp import HEIGHT, WIDTH

ROWS, COLUMNS = HEIGHT // 16, WIDTH // 8


def conv(a: int, b: int, stride: int | tuple[int, int] = 1, size: int = 3) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(a, b, size, stride, size // 2, bias=False), nn.BatchNorm2d(b), nn.SiLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))
        self.act = nn.SiLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(x + self.second(self.first(x)))


class Attention(nn.Module):
    """Multi-head attention with a learned bias for each pair of places: plates are much alike in where their
    characters stand, and the bias finds that long before the contents do. (It is kept at an eighth of its size, so that
    it learns faster than the rest.)"""

    def __init__(self, width: int, heads: int, queries: int, tokens: int) -> None:
        super().__init__()
        self.heads = heads
        self.bias = nn.Parameter(torch.zeros(heads, queries, tokens))
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)

    def _split(self, x: Tensor) -> Tensor:
        n, t, width = x.shape
        return x.view(n, t, self.heads, width // self.heads).transpose(1, 2)

    def forward(self, queries: Tensor, tokens: Tensor) -> Tensor:
        q, k, v = self._split(self.query(queries)), self._split(self.key(tokens)), self._split(self.value(tokens))
        # In plain operations: on a CPU, backwards in bf16, four times as fast as torch's fused attention.
        found = ((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + (8 * self.bias).to(q.dtype)).softmax(-1) @ v
        n, _, t, _ = found.shape
        return self.out(found.transpose(1, 2).reshape(n, t, -1))


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, queries: int, tokens: int) -> None:
        super().__init__()
        self.norm, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads, queries, tokens)
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor, tokens: Tensor | None = None) -> Tensor:
        inner = self.norm(x)
        x = x + self.attention(inner, inner if tokens is None else tokens)
        return x + self.feed(self.norm2(x))


class Reader(nn.Module):
    """Logits of slots, kind, colour and rows; with `ctc=True` also the CTC head's."""

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            conv(3, 24, 2),
            conv(24, 56, 2),
            Residual(56),
            conv(56, width, 2),
            Residual(width),
            conv(width, width, (2, 1)),
        )
        self.place = nn.Parameter(torch.randn(1, ROWS * COLUMNS, width) * 0.2)
        self.encoder = nn.Sequential(*(Layer(width, 3, ROWS * COLUMNS, ROWS * COLUMNS) for _ in range(2)))
        self.slots = nn.Parameter(torch.randn(1, SLOTS, width) * 0.5)
        self.look = Layer(width, 3, SLOTS, ROWS * COLUMNS)
        self.look_again = Layer(width, 3, SLOTS, ROWS * COLUMNS)
        self.norm, self.memory = nn.LayerNorm(width), nn.LayerNorm(width)
        self.characters = nn.Linear(width, len(ALPHABET))
        self.ctc = nn.Linear(width, len(ALPHABET))
        self.traits = nn.Linear(2 * width, len(KINDS) + len(COLORS) + 2)

    def forward(self, picture: Tensor, ctc: bool = False) -> dict[str, Tensor]:
        x = self.stem((picture - 127.5) / 64.0)
        n, width = x.shape[0], x.shape[1]
        tokens = self.memory(self.encoder(x.flatten(2).transpose(1, 2) + self.place))
        slots = self.look_again(self.look(self.slots.expand(n, -1, -1), tokens), tokens)
        slots = self.norm(slots)
        pooled = torch.cat([tokens.mean(1), slots.mean(1)], 1)
        traits = self.traits(pooled)
        kinds, colors = len(KINDS), len(KINDS) + len(COLORS)
        out = {
            "characters": self.characters(slots),
            "kind": traits[:, :kinds],
            "color": traits[:, kinds:colors],
            "rows": traits[:, colors:],
        }
        if ctc:
            grid = tokens.reshape(n, 2, ROWS // 2, COLUMNS, width).mean(2).reshape(n, 2 * COLUMNS, width)
            out["ctc"] = self.ctc(grid)
        return out


class Exported(nn.Module):
    """The reader as shipped: probabilities. The temperature that calibrates them stands in the manifest."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, plate: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        out = self.reader(plate)
        return tuple(out[name].softmax(-1) for name in ("characters", "kind", "color", "rows"))
