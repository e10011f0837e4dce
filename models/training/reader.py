"""Trains the plate reader.

    python -m training.pool   --data ../shared/datasets --out POOL &
    python -m training.reader --data ../shared/datasets --pool POOL --out DIR --minutes 90 --resume

The schedule follows the clock: the learning rate ends when the minutes do. A checkpoint is written every two minutes;
`--resume` goes on from it. `training.export` turns a checkpoint into the shipped file."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training import schedule, shipped
from training.alphabet import SLOTS
from training.examples import Examples
from training.network import Reader
from training.pool import Pools

CTC_WEIGHT = 0.25
TRAIT_WEIGHT = 0.2
BEGIN = 512  # examples whose statistics stand in for those that a shipped file has folded away


def to_input(pictures: NDArray[np.uint8]) -> Tensor:
    """BGR pictures as the network takes them: RGB, 0..255."""
    rgb = torch.from_numpy(np.ascontiguousarray(pictures[..., ::-1]))
    return rgb.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)


def loss(out: dict[str, Tensor], labels: Tensor) -> Tensor:
    slots = labels[:, :SLOTS]
    total = functional.cross_entropy(out["characters"].float().flatten(0, 1), slots.flatten())
    log = out["ctc"].float().log_softmax(-1).transpose(0, 1)
    lengths = (slots > 0).sum(1)
    steps = torch.full_like(lengths, log.shape[0])
    ctc = functional.ctc_loss(log, slots, steps, lengths, zero_infinity=True)
    traits = functional.cross_entropy(out["kind"].float(), labels[:, SLOTS])
    for name, column in (("color", SLOTS + 1), ("rows", SLOTS + 2)):
        if bool((labels[:, column] >= 0).any()):
            traits = traits + functional.cross_entropy(out[name].float(), labels[:, column], ignore_index=-1)
    return total + CTC_WEIGHT * ctc + TRAIT_WEIGHT * traits


@torch.no_grad()
def predict(network: nn.Module, pictures: NDArray[np.uint8], batch: int = 128) -> dict[str, Tensor]:
    network.eval()
    found = [network(to_input(pictures[i : i + batch])) for i in range(0, len(pictures), batch)]
    return {k: torch.cat([f[k] for f in found]) for k in found[0]}


def exact(network: nn.Module, pictures: NDArray[np.uint8], labels: NDArray[np.int8]) -> str:
    """Shares of whole texts right, by country, for the log."""
    out = predict(network, pictures)
    right = (out["characters"].argmax(-1).numpy() == labels[:, :SLOTS]).all(1)
    kinds = labels[:, SLOTS]
    parts = [f"{name} {right[kinds == k].mean():.3f}" for k, name in enumerate(("vn", "cn", "container", "none"))]
    return ", ".join(p for p in parts if "nan" not in p)


def draw_set(examples: Examples, count: int, real: bool) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    drawn = [examples.draw_real() if real else examples.draw() for _ in range(count)]
    return np.stack([d[0] for d in drawn]), np.stack([d[1] for d in drawn])


def train(given: argparse.Namespace) -> None:
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    network = Reader().to(memory_format=torch.channels_last)
    average = schedule.Average(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=given.rate, betas=(0.9, 0.98), weight_decay=0.02)
    path = given.out / "reader.checkpoint"
    state = schedule.load(path) if given.resume else None
    spent, step = 0.0, 0
    if state:
        network.load_state_dict(state["network"])
        average.network.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        spent, step, average.steps = state["spent"], state["step"], state["step"]
    pools = Pools(given.pool)
    rng = np.random.default_rng(given.seed + step)
    if given.begin and not state:
        shipped.load(network, given.begin, to_input(pools.batch(rng, BEGIN)[0]))
        average = schedule.Average(network)
    held = Examples(given.data, 77, only_held_out=True)
    held_set, synthetic_set = draw_set(held, 600, True), draw_set(held, 600, False)
    clock = schedule.Clock(given.minutes, spent)
    saved = checked = time.monotonic()
    mean, seen = 0.0, 0
    while not clock.over():
        rate = clock.rate(given.rate)
        for group in optimizer.param_groups:
            group["lr"] = rate
        pictures, raw = pools.batch(rng, given.batch)
        labels = torch.from_numpy(raw).long()
        network.train()
        with schedule.precision():
            out = network(to_input(pictures), ctc=True)
        value = loss(out, labels)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
        average.update(network)
        step, seen = step + 1, seen + given.batch
        mean += 0.01 * (value.item() - mean) if step > 1 else value.item()
        now = time.monotonic()
        if now - saved > 100 or clock.over():
            held_text = exact(average.network, *held_set)
            mixed_text = exact(average.network, *synthetic_set)
            pace = seen / (now - checked)
            print(
                f"{clock.elapsed() / 60:.1f} min, step {step}, {pace:.0f}/s, rate {rate:.5f}, loss {mean:.3f}; "
                f"held out: {held_text}; mixed: {mixed_text}",
                flush=True,
            )
            _save(path, network, average, optimizer, clock, step)
            saved = checked = time.monotonic()
            seen = 0
    _save(path, network, average, optimizer, clock, step)


def _save(
    path: Path,
    network: Reader,
    average: schedule.Average,
    optimizer: torch.optim.Optimizer,
    clock: schedule.Clock,
    step: int,
) -> None:
    state = {
        "network": network.state_dict(),
        "average": average.network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "spent": clock.elapsed(),
        "step": step,
    }
    schedule.save(path, state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--pool", type=Path, required=True, help="folder of the pools that training.pool fills")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint, outside the repository")
    parser.add_argument("--minutes", type=float, default=90.0)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1.5e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--begin", type=Path, help="a shipped file to begin from, instead of from nothing")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
