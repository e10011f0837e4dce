"""Turns a checkpoint into the shipped ONNX file, checks the file against the network on real pictures, and renews the
manifest's entry.

    python -m training.export reader   --checkpoint DIR/reader.checkpoint   --data ../shared/datasets
    python -m training.export detector --checkpoint DIR/detector.checkpoint --data ../shared/datasets
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training import datasets, detector_network, manifest, schedule
from training.alphabet import SLOTS
from training.canvas import letterbox
from training.examples import Examples
from training.network import Exported, Reader
from training.reader import draw_set, predict, to_input

OPSET = 17
TOLERANCE = 2e-3
MODELS = Path(__file__).resolve().parents[1]


class Unequal(RuntimeError):
    """The exported file does not say what the network says."""


def write(
    network: nn.Module,
    example: Tensor,
    path: Path,
    inputs: list[str],
    outputs: list[str],
    free: dict[str, dict[int, str]] | None = None,
) -> None:
    """Writes the network as a file; `free` names the sides of inputs and outputs that may have any length."""
    part = path.with_suffix(".part")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example,),
            str(part),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=free,
            opset_version=OPSET,
            dynamo=False,
        )
    part.replace(path)


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def compare(network: nn.Module, path: Path, inputs: list[Tensor], name: str) -> float:
    """The largest difference between network and file; raises Unequal where it is too large."""
    runs, worst = session(path), 0.0
    for x in inputs:
        with torch.no_grad():
            expected = network(x)
        found = runs.run(None, {name: x.numpy()})
        for a, b in zip(expected if isinstance(expected, tuple) else (expected,), found, strict=True):
            worst = max(worst, float(np.abs((a.numpy() - b) / np.maximum(1.0, np.abs(b))).max()))
    if worst > TOLERANCE:
        raise Unequal(f"{path.name} differs from the network by {worst:.2e}, more than {TOLERANCE}")
    return worst


def temperature(network: Reader, pictures: NDArray[np.uint8], labels: NDArray[np.int8]) -> tuple[float, float]:
    """The temperature that makes the characters' probabilities truest on plates set aside, and the least whole-text
    probability at which 99 of 100 of them are right."""
    logits = predict(network, pictures)["characters"]
    slots = torch.from_numpy(labels[:, :SLOTS].astype(np.int64))
    tried = [0.6 + 0.05 * i for i in range(40)]
    losses = [functional.cross_entropy((logits / t).flatten(0, 1), slots.flatten()).item() for t in tried]
    best = tried[int(np.argmin(losses))]
    chance, read = (logits / best).softmax(-1).max(-1)
    right = (read == slots).all(1).numpy()
    order = np.argsort(-chance.prod(1).numpy())
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.nonzero(share >= 0.99)[0]
    limit = float(chance.prod(1).numpy()[order][enough[-1]]) if len(enough) else 0.99
    return best, min(0.9, max(0.5, limit))


def export_reader(given: argparse.Namespace) -> None:
    state = schedule.load(given.checkpoint)
    if state is None:
        raise FileNotFoundError(f"no checkpoint at {given.checkpoint}")
    reader = Reader()
    reader.load_state_dict(state["average"])
    reader.eval()
    held = draw_set(Examples(given.data, 78, only_held_out=True), 800, True)
    heat, limit = temperature(reader, *held)
    network = Exported(reader).eval()
    path = given.models / "plate-reader.onnx"
    write(network, torch.zeros(1, 3, 64, 160), path, ["plate"], ["characters", "kind", "color", "rows"])
    worst = compare(network, path, [to_input(held[0][i : i + 1]).contiguous() for i in range(40)], "plate")
    # A calibration belongs to the weights that it was fitted for.
    fitted = {"calibration": None, "opening_probability": None}
    values = {"temperature": round(heat, 3), "min_probability": round(limit, 3), **fitted}
    manifest.renew(given.models, "plate-reader", path, values)
    print(f"{path.name}: differs by {worst:.1e}, temperature {heat:.2f}, min_probability {limit:.3f}")
    print("now `python -m evaluate.calibrate` makes the agent's probabilities true for these weights")


def export_detector(given: argparse.Namespace) -> None:
    state = schedule.load(given.checkpoint)
    if state is None:
        raise FileNotFoundError(f"no checkpoint at {given.checkpoint}")
    detector = detector_network.Detector()
    detector.load_state_dict(state["average"])
    network = detector_network.Exported(detector.eval()).eval()
    path = given.models / "plate-detector.onnx"
    free = {"image": {2: "height", 3: "width"}, "boxes": {1: "cells"}}
    write(network, torch.zeros(1, 3, *detector_network.INPUT), path, ["image"], ["boxes"], free)
    frames = [s for s in datasets.read(given.data, "cn-easypr") if s.split == "train"][:10]
    pictures = [letterbox(datasets.picture(s))[0] for s in frames]
    inputs = [to_input(p[None, :: 1 + i % 2, :: 1 + i % 2]).contiguous() for i, p in enumerate(pictures)]
    worst = compare(network, path, inputs, "image")
    manifest.renew(given.models, "plate-detector", path, {"min_score": given.min_score})
    print(f"{path.name}: differs by {worst:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["reader", "detector"])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--models", type=Path, default=MODELS, help="where the file and the manifest are")
    parser.add_argument("--min-score", type=float, default=0.45, help="the detector's least score")
    given = parser.parse_args()
    torch.set_num_threads(1)
    export_reader(given) if given.what == "reader" else export_detector(given)


if __name__ == "__main__":
    main()
