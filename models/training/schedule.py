"""Precision, a long cosine over wall-clock time, the moving average of weights, checkpoints that survive a kill."""

from __future__ import annotations

import copy
import math
import os
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn


def precision() -> torch.autocast:
    """Halves where the processor computes with them; where it does not, they cost ten times what floats do."""
    able = torch.cpu.get_capabilities()
    return torch.autocast("cpu", torch.bfloat16, enabled=bool(able.get("avx512_bf16") or able.get("amx_bf16")))


class Clock:
    """How much of the training's time has gone, over restarts."""

    def __init__(self, minutes: float, spent: float = 0.0) -> None:
        self.total, self.spent, self.start = minutes * 60, spent, time.monotonic()

    def elapsed(self) -> float:
        return self.spent + time.monotonic() - self.start

    def over(self) -> bool:
        return self.elapsed() >= self.total

    def rate(self, peak: float, warm_seconds: float = 45.0) -> float:
        """The learning rate now: up in a line, then down a cosine to a hundredth of the peak."""
        gone = self.elapsed()
        if gone < warm_seconds:
            return peak * (0.05 + 0.95 * gone / warm_seconds)
        share = min(1.0, (gone - warm_seconds) / max(1.0, self.total - warm_seconds))
        return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


class Average:
    """An exponential moving average of a network's weights, which is what is shipped."""

    def __init__(self, network: nn.Module, decay: float = 0.998) -> None:
        self.network, self.decay, self.steps = copy.deepcopy(network).eval(), decay, 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        self.steps += 1
        keep = min(self.decay, self.steps / (self.steps + 10))
        for mine, theirs in zip(self.network.state_dict().values(), network.state_dict().values(), strict=True):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - keep)
            else:
                mine.copy_(theirs)


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes a checkpoint whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)


def load(path: Path) -> dict[str, Any] | None:
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None
