"""Begins from a shipped ONNX file instead of from nothing: its weights, put back into the network that they came from.

Export folds each batch normalisation into its convolution. Here the normalisation comes back by the statistics of a
batch of examples, so that on them the network says what the file says. Heads that are not shipped (CTC) begin anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

WEIGHTED = {"Conv", "MatMul", "Add", "Mul"}


class Foreign(ValueError):
    """The file is not of this network."""


def place(node: str) -> str:
    """The dotted name of the module that a node of the file came from, without the exporting wrapper and the operation:
    `/reader/stem/stem.2/first/first.0/Conv` is `stem.2.first.0`."""
    parts: list[str] = []
    for part in node.strip("/").split("/")[1:-1]:
        if parts and part.startswith(parts[-1] + "."):
            parts.pop()
        parts.append(part)
    return ".".join(parts)


def weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """What the file holds, by the network's names: its parameters; and by the name of each convolution the bias that
    the normalisation after it was folded into."""
    graph = onnx.load(path).graph
    held = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    named = {name.split(".", 1)[1]: value for name, value in held.items() if not name.startswith("onnx::")}
    folded: dict[str, Tensor] = {}
    scales = 0
    for node in graph.node:
        values = [held[i] for i in node.input if i.startswith("onnx::") and i in held]
        if node.op_type not in WEIGHTED or not values:
            continue
        at = place(node.name)
        if node.op_type == "Conv":
            named[f"{at}.weight"], folded[at] = values
        elif node.op_type == "MatMul":
            named[f"{at}.weight"] = values[0].T.contiguous()
        elif node.op_type == "Add" and at.endswith("attention"):
            named[f"{at}.bias"] = values[0] / 8
        elif node.op_type == "Mul" and values[0].ndim == 0:
            named[f"scales.{scales}"] = values[0]
            scales += 1
    together = [named.pop(f"scales.{i}") for i in range(scales)]
    if together:
        named["scales"] = torch.stack(together)
    return named, folded


@torch.no_grad()
def load(network: nn.Module, path: Path, batch: Tensor) -> None:
    """Puts the file's weights into the network; `batch` is what a run of it takes, some hundred examples.

    Raises Foreign when the file's weights do not fit."""
    named, folded = weights(path)
    own = network.state_dict()
    wrong = [name for name, value in named.items() if name not in own or own[name].shape != value.shape]
    if wrong:
        raise Foreign(f"{path.name} is of another network: {', '.join(wrong[:5])} do not fit")
    network.load_state_dict(named, strict=False)
    modules = dict(network.named_modules())
    hooks = []
    for at, bias in folded.items():
        head, _, last = at.rpartition(".")
        normal = modules[f"{head}.{int(last) + 1}"]
        if not isinstance(normal, nn.BatchNorm2d):
            raise Foreign(f"{path.name}: no batch normalisation follows {at}")
        hooks.append(normal.register_forward_pre_hook(_restore(bias)))
    network.eval()
    network(batch)
    for hook in hooks:
        hook.remove()


def _restore(bias: Tensor) -> Callable[[nn.BatchNorm2d, tuple[Tensor, ...]], None]:
    def hook(normal: nn.BatchNorm2d, inputs: tuple[Tensor, ...]) -> None:
        mean, variance = inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3), unbiased=False)
        assert normal.running_mean is not None and normal.running_var is not None
        normal.running_mean.copy_(mean)
        normal.running_var.copy_(variance)
        normal.weight.copy_((variance + normal.eps).sqrt())
        normal.bias.copy_(mean + bias)

    return hook
