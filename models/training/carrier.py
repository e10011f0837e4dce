"""Trains the head that tells what sort of vehicle carries a plate, on the features of the vehicle detector, and ships
both as one file.

    python -m training.carrier --data ../shared/datasets --work DIR

The detector's own backbone (YOLOX-nano, COCO) is kept as it is: there are too few pictures of lorries to teach another.
`--without SET` leaves a set out of the training and measures on all of it."""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnx.utils import Extractor
from torch import Tensor, nn
from torch.nn import functional

from training import carriers, manifest
from training.carriers import CLASSES, SIDE, Carrier

MODELS = Path(__file__).resolve().parents[1]
# Where the backbone's features of strides 16 and 32 come out of the detector's file.
MIDDLE, DEEP = 128, 256
CELLS = SIDE // 32
WIDTH = 48
OUTPUT = "classes"
TOLERANCE = 1e-4


class Head(nn.Module):
    """Features of both strides on the coarser grid to the logits of CLASSES."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(MIDDLE + DEEP, WIDTH, 1)
        self.where = nn.Conv2d(WIDTH, WIDTH, CELLS, groups=WIDTH)
        self.tell = nn.Linear(WIDTH, len(CLASSES))
        self.drop = nn.Dropout(0.3)

    def forward(self, features: Tensor) -> Tensor:
        seen = functional.relu(self.where(functional.relu(self.mix(self.drop(features)))))
        return self.tell(self.drop(seen.flatten(1)))


def backbone(detector: Path) -> onnx.ModelProto:
    """The detector's file up to its features, for a square of SIDE pixels, joined on the coarser grid."""
    whole = onnx.load(detector)
    ends = feature_names(whole)
    part = Extractor(whole).extract_model(["images"], list(ends))
    part.graph.input[0].type.tensor_type.shape.CopyFrom(shape([1, 3, SIDE, SIDE]))
    del part.graph.output[:]
    del part.graph.value_info[:]
    halved = helper.make_node("AveragePool", [ends[0]], ["halved"], kernel_shape=[2, 2], strides=[2, 2])
    joined = helper.make_node("Concat", ["halved", ends[1]], ["features"], axis=1)
    part.graph.node.extend([halved, joined])
    size = [1, MIDDLE + DEEP, CELLS, CELLS]
    part.graph.output.append(helper.make_tensor_value_info("features", onnx.TensorProto.FLOAT, size))
    onnx.checker.check_model(part, full_check=True)
    return part


def shape(sizes: list[int]) -> onnx.TensorShapeProto:
    return helper.make_tensor_value_info("", onnx.TensorProto.FLOAT, sizes).type.tensor_type.shape


def feature_names(whole: onnx.ModelProto) -> tuple[str, str]:
    """The outputs of the backbone's third and fourth stages: what the detector's neck resizes and joins."""
    joins = [n for n in whole.graph.node if n.op_type == "Concat"]
    made = {n.output[0]: n for n in whole.graph.node}
    resized = next(n for n in joins if any(made[i].op_type == "Resize" for i in n.input if i in made))
    middle = next(i for i in resized.input if made[i].op_type != "Resize")
    lateral = made[next(made[i].input[0] for i in resized.input if made[i].op_type == "Resize")]
    return middle, made[made[lateral.input[0]].input[0]].input[0]


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def blob(view: NDArray[np.uint8]) -> NDArray[np.float32]:
    """BGR, 0..255: as the detector takes it."""
    return np.ascontiguousarray(view.transpose(2, 0, 1)[None], np.float32)


def features(
    run: onnxruntime.InferenceSession, chosen: list[Carrier], each: dict[str, int], seed: int
) -> tuple[Tensor, Tensor]:
    """Features and classes: `each` views of every example by class, or the plain one where that is 0."""
    rng = np.random.default_rng(seed)
    found, labels = [], []
    for carrier in chosen:
        whole = carriers.picture(carrier)
        times = each.get(carrier.kind, 0)
        if times == 0 and carrier.corners is None:
            continue
        views = [carriers.draw(carrier, whole, rng) for _ in range(times)]
        if times == 0 and carrier.corners is not None:
            views = [carriers.view(whole, *carriers.square(carrier.corners))]
        found += [run.run(None, {"images": blob(v)})[0][0].astype(np.float16) for v in views]
        labels += [CLASSES.index(carrier.kind)] * len(views)
    return torch.from_numpy(np.stack(found)), torch.tensor(labels)


def train(x: Tensor, y: Tensor, steps: int, seed: int) -> Head:
    torch.manual_seed(seed)
    head = Head()
    with torch.no_grad():  # features of about one in size
        head.mix.weight.div_(x[::50].float().std())
    optimizer = torch.optim.AdamW(head.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    places = [torch.nonzero(y == c)[:, 0] for c in range(len(CLASSES))]
    for _ in range(steps):
        at = torch.cat([p[torch.randint(len(p), (86,))] for p in places])
        value = functional.cross_entropy(head(x[at].float()), y[at], label_smoothing=0.03)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
    return head.eval()


@torch.no_grad()
def calibrate(head: Head, x: Tensor, y: Tensor) -> float:
    """Makes the probabilities truest; never bolder than they are: these vehicles were all learned from."""
    logits = head(x.float())
    tried = [1.0 + 0.1 * i for i in range(40)]
    heat = min(tried, key=lambda t: functional.cross_entropy(logits / t, y).item())
    head.tell.weight.div_(heat)
    head.tell.bias.div_(heat)
    return heat


@torch.no_grad()
def report(head: Head, x: Tensor, y: Tensor, chosen: list[Carrier]) -> None:
    """How many are right, by data set and class; and how many of those told at 0.8 and more."""
    chance, told = head(x.float()).softmax(-1).max(-1)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, carrier in enumerate(c for c in chosen if c.corners is not None):
        groups[carrier.dataset, carrier.kind].append(i)
    for (name, kind), at in groups.items():
        right, sure = told[at] == y[at], chance[at] >= 0.8
        print(
            f"{name:18} {kind:11} {int(right.sum())} of {len(at)} right; "
            f"told at 0.8: {int(sure.sum())}, right {int((right & sure).sum())}"
        )


def joined(base: onnx.ModelProto, head: Head) -> onnx.ModelProto:
    """Backbone and head as one file: a square of pixels in, probabilities of CLASSES out."""
    graph = base.graph
    graph.initializer.extend(numpy_helper.from_array(v.numpy(), k) for k, v in head.state_dict().items())
    make = helper.make_node
    graph.node.extend(
        [
            make("Conv", ["features", "mix.weight", "mix.bias"], ["mixed"]),
            make("Relu", ["mixed"], ["mixed.relu"]),
            make("Conv", ["mixed.relu", "where.weight", "where.bias"], ["where"], group=WIDTH),
            make("Relu", ["where"], ["where.relu"]),
            make("Flatten", ["where.relu"], ["flat"]),
            make("Gemm", ["flat", "tell.weight", "tell.bias"], ["logits"], transB=1),
            make("Softmax", ["logits"], [OUTPUT], axis=1),
        ]
    )
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, [1, len(CLASSES)]))
    onnx.checker.check_model(base, full_check=True)
    return base


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--models", type=Path, default=MODELS, help="where the file and the manifest are")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", nargs="*", default=[], help="sets left out of the training; nothing is shipped")
    given = parser.parse_args()
    torch.set_num_threads(1)
    base = backbone(given.models / "vehicle-detector.onnx")
    run = session(base)
    every = carriers.read(given.data)
    taught = [c for c in every if c.split == "train" and c.dataset not in given.without]
    count = {k: sum(c.kind == k for c in taught) for k in CLASSES}
    each = {k: max(2, 9000 // max(1, n)) for k, n in count.items()}
    print(f"{count} examples, {each} views of each", flush=True)
    x, y = features(run, taught, each, given.seed)
    head = train(x, y, given.steps, given.seed)
    asked = [c for c in every if c.dataset in given.without] or [c for c in every if c.split == "dev"]
    seen = features(run, asked, {}, given.seed)
    again = features(run, taught, dict.fromkeys(CLASSES, 3), given.seed + 1)
    print(f"temperature {calibrate(head, *again):.1f}")
    report(head, *seen, asked)
    if not given.without:
        ship(given.models, base, head, seen[0][:20])


def ship(models: Path, base: onnx.ModelProto, head: Head, examples: Tensor) -> None:
    """Writes the file, checks its head against the network, and renews the manifest."""
    path = models / "plate-carrier.onnx"
    onnx.save(joined(base, head), path)
    named = onnx.shape_inference.infer_shapes(onnx.load(path))
    tail = session(Extractor(named).extract_model(["features"], [OUTPUT]))
    differs = 0.0
    for features in examples.float():
        told = torch.from_numpy(tail.run(None, {"features": features[None].numpy()})[0])
        with torch.no_grad():
            differs = max(differs, (head(features[None]).softmax(-1) - told).abs().max().item())
    if differs > TOLERANCE:
        raise RuntimeError(f"{path.name} differs from the network by {differs:.1e}, more than {TOLERANCE}")
    manifest.renew(models, "plate-carrier", path, {})
    print(f"{path.name}: differs by {differs:.1e}")


if __name__ == "__main__":
    main()
