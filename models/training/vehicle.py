"""Makes the shipped vehicle detector out of YOLOX-nano's published file: the same weights, for pictures of any shape
whose sides are multiples of 32, with the five of COCO's classes that matter at a gate.

    python -m training.vehicle --source yolox_nano.onnx --data ../shared/datasets
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import numpy_helper

from training import datasets, manifest

MODELS = Path(__file__).resolve().parents[1]
# COCO's numbers: person, car, motorcycle, bus, truck.
CLASSES = (0, 2, 3, 5, 7)
COCO, BOX = 80, 5  # classes; values of a cell before them: x, y, width, height, objectness
SIDE = 416
TOLERANCE = 1e-3


def fewer_classes(model: onnx.ModelProto) -> int:
    """Keeps the outputs of the class convolutions that matter; returns how many convolutions were cut."""
    held = {i.name: i for i in model.graph.initializer}
    cut = 0
    for node in model.graph.node:
        if node.op_type != "Conv" or held[node.input[1]].dims[0] != COCO:
            continue
        for name in node.input[1:]:
            values = numpy_helper.to_array(held[name])[list(CLASSES)]
            held[name].CopyFrom(numpy_helper.from_array(values, name))
        cut += 1
    for node in model.graph.node:  # [1, 85, cells] becomes [1, 10, cells]
        for name in node.input if node.op_type == "Reshape" else ():
            if name in held and held[name].dims == [3]:
                held[name].CopyFrom(numpy_helper.from_array(np.array([1, BOX + len(CLASSES), -1]), name))
    return cut


def any_shape(model: onnx.ModelProto) -> None:
    """Height and width of the input become free."""
    size = model.graph.input[0].type.tensor_type.shape.dim
    size[2].dim_param, size[3].dim_param = "height", "width"
    cells = model.graph.output[0].type.tensor_type.shape.dim
    cells[1].dim_param, cells[2].dim_value = "cells", BOX + len(CLASSES)
    del model.graph.value_info[:]


def run(path: Path, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"images": picture})[0][0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="YOLOX-nano's ONNX file as published")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--models", type=Path, default=MODELS, help="where the file and the manifest are")
    given = parser.parse_args()
    model = onnx.load(given.source)
    cut = fewer_classes(model)
    if cut != 3:
        raise ValueError(f"{given.source.name}: {cut} convolutions of {COCO} classes, 3 are expected")
    any_shape(model)
    onnx.checker.check_model(model)
    path = given.models / "vehicle-detector.onnx"
    onnx.save(model, path)
    frame = datasets.picture(datasets.read(given.data, "cn-easypr")[0])
    view = np.full((SIDE, SIDE, 3), 114, np.uint8)
    part = frame[:SIDE, :SIDE]
    view[: part.shape[0], : part.shape[1]] = part
    blob = np.ascontiguousarray(view.transpose(2, 0, 1)[None], np.float32)
    columns = [*range(BOX), *(BOX + c for c in CLASSES)]
    differs = float(np.abs(run(given.source, blob)[:, columns] - run(path, blob)).max())
    if differs > TOLERANCE:
        raise RuntimeError(f"{path.name} differs from its source by {differs:.1e}, more than {TOLERANCE}")
    manifest.renew(given.models, "vehicle-detector", path, {})
    print(f"{path.name}: differs from its source by {differs:.1e}")


if __name__ == "__main__":
    main()
