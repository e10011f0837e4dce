"""Trains the plate detector.

    python -m training.scene_pool --data ../shared/datasets --out POOL &
    python -m training.detector   --pool POOL --out DIR --minutes 55 --resume

The schedule follows the clock; a checkpoint is written every two minutes. Scenes are 416x256, the shipped network
looks at 640x384: it is all convolutions and does not mind."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training import schedule, shipped
from training.detector_network import CLASSES, STRIDES, Detector, cells, flat
from training.reader import to_input
from training.scene_pool import ScenePool
from training.scenes import SCENE

# The sizes (longest side, in pixels) that each level answers for; they overlap.
LEVELS = ((0.0, 80.0), (50.0, 190.0), (130.0, 1e9))
NEAR, AROUND = 1.5, 2.6  # strides from a target's middle: nearer is "here", from there to AROUND is not counted
CORNER_WEIGHT = 3.0
BEGIN = 128  # scenes whose statistics stand in for those that a shipped file has folded away


def grid() -> tuple[Tensor, Tensor]:
    """Middles [N, 2] and levels [N] of a scene's cells."""
    middles, levels = [], []
    for i, stride in enumerate(STRIDES):
        here = cells(SCENE[1] // stride, SCENE[0] // stride, stride)
        middles.append(here)
        levels.append(torch.full((len(here),), i))
    return torch.cat(middles), torch.cat(levels)


def assign(targets: Tensor, middles: Tensor, levels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """For each cell of each scene: the target it answers for (-1: none), and which classes do not count there
    [n, N, CLASSES] because a target's middle is near but not near enough."""
    n, most = targets.shape[:2]
    quads = targets[..., 1:9].reshape(n, most, 4, 2)
    real = targets[..., 0] >= 0
    middle = quads.mean(2)
    extent = quads.amax(2) - quads.amin(2)
    longest, area = extent.amax(-1), extent.prod(-1)
    stride = torch.tensor(STRIDES)[levels].float()
    low = torch.tensor([a for a, _ in LEVELS])[levels]
    high = torch.tensor([b for _, b in LEVELS])[levels]
    away = (middles[None, None] - middle[:, :, None]).abs()
    distance = away.amax(-1) / stride
    # Long thin things: no farther across than they are broad.
    inside = (away <= torch.maximum(extent[:, :, None] * 0.5, stride[None, None, :, None] * 0.75)).all(-1)
    fits = (longest[..., None] >= low) & (longest[..., None] < high) & real[..., None]
    here = fits & inside & (distance <= NEAR)
    size = torch.where(here, area[..., None], torch.inf)
    smallest, which = size.min(1)
    which = torch.where(smallest.isinf(), -1, which)
    near = (
        real[..., None] & (distance <= AROUND) & (longest[..., None] >= low * 0.6) & (longest[..., None] < high * 1.6)
    )
    skip = torch.zeros(n, len(middles), CLASSES, dtype=torch.bool)
    for c in range(CLASSES):
        skip[..., c] = (near & (targets[..., 0] == c)[..., None]).any(1)
    return which, skip, area


def loss(out: list[Tensor], targets: Tensor, empty: Tensor, middles: Tensor, levels: Tensor) -> tuple[Tensor, Tensor]:
    scores, corners = flat(out)
    which, skip, _ = assign(targets, middles, levels)
    positive = which >= 0
    chosen = targets.gather(1, which.clamp(min=0)[..., None].expand(-1, -1, targets.shape[2]))
    classes = chosen[..., 0].clamp(min=0).long()
    wanted = functional.one_hot(classes, CLASSES).float() * positive[..., None]
    weight = empty[:, None].expand_as(wanted) * ~skip
    weight = torch.where(wanted > 0, torch.ones_like(weight), weight)
    chance = scores.sigmoid()
    focal = torch.where(wanted > 0, 0.5 * (1 - chance) ** 2, 0.5 * chance**2)
    entropy = functional.binary_cross_entropy_with_logits(scores, wanted, reduction="none")
    count = positive.sum().clamp(min=1)
    score_loss = (focal * entropy * weight).sum() / count
    quads = chosen[..., 1:9][positive]
    extent = quads.reshape(-1, 4, 2).amax(1) - quads.reshape(-1, 4, 2).amin(1)
    unit = extent.amin(-1).clamp(min=8.0)[:, None]
    wrong = functional.smooth_l1_loss(corners[positive] / unit, quads / unit, reduction="none", beta=0.05)
    corner_loss = (wrong.mean(1) * chosen[..., 9][positive]).sum() / count
    return score_loss, corner_loss


def train(given: argparse.Namespace) -> None:
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    network = Detector().to(memory_format=torch.channels_last)
    average = schedule.Average(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=given.rate, weight_decay=0.02)
    path = given.out / "detector.checkpoint"
    state = schedule.load(path) if given.resume else None
    spent, step = 0.0, 0
    if state:
        network.load_state_dict(state["network"])
        average.network.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        spent, step, average.steps = state["spent"], state["step"], state["step"]
    pool = ScenePool(given.pool)
    rng = np.random.default_rng(given.seed + step)
    if given.begin and not state:
        shipped.load(network, given.begin, to_input(pool.batch(rng, BEGIN)[0]))
        average = schedule.Average(network)
    middles, levels = grid()
    clock = schedule.Clock(given.minutes, spent)
    saved, seen, means = time.monotonic(), 0, [0.0, 0.0]
    while not clock.over():
        rate = clock.rate(given.rate)
        for group in optimizer.param_groups:
            group["lr"] = rate
        pictures, raw, empty = pool.batch(rng, given.batch)
        network.train()
        with schedule.precision():
            out = network(to_input(pictures))
        parts = loss(out, torch.from_numpy(raw), torch.from_numpy(empty), middles, levels)
        value = parts[0] + CORNER_WEIGHT * parts[1]
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        average.update(network)
        step, seen = step + 1, seen + given.batch
        means = [m + max(0.02, 1 / step) * (p.item() - m) for m, p in zip(means, parts, strict=True)]
        now = time.monotonic()
        if now - saved > 100 or clock.over():
            pace = seen / (now - saved)
            print(
                f"{clock.elapsed() / 60:.1f} min, step {step}, {pace:.0f}/s, rate {rate:.5f}, "
                f"scores {means[0]:.3f}, corners {means[1]:.4f}",
                flush=True,
            )
            state = {"network": network.state_dict(), "average": average.network.state_dict()}
            schedule.save(path, state | {"optimizer": optimizer.state_dict(), "spent": clock.elapsed(), "step": step})
            saved, seen = time.monotonic(), 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pool", type=Path, required=True, help="folder that training.scene_pool fills")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint, outside the repository")
    parser.add_argument("--minutes", type=float, default=55.0)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--begin", type=Path, help="a shipped file to begin from, instead of from nothing")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
