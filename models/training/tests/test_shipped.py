"""The shipped files are those of the manifest, and keep the contract of their inputs and outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluate.pipeline import Eyes, session

from training import manifest, plates
from training.alphabet import ALPHABET, SLOTS
from training.tests.shared import MODELS
from training.warp import rectify

ENTRIES: dict[str, dict[str, Any]] = {e["name"]: e for e in manifest.read(MODELS)}


@pytest.mark.parametrize("name", ["vehicle-detector", "plate-detector", "plate-reader"])
def test_files_hashes_and_cards_agree(name: str) -> None:
    entry = ENTRIES[name]
    digest = manifest.sha256(MODELS / entry["file"])
    assert digest == entry["sha256"]
    assert digest in (MODELS / entry["card"]).read_text(encoding="utf-8")


def test_a_renewed_manifest_is_unsigned(tmp_path: Path) -> None:
    (tmp_path / "reader.onnx").write_bytes(b"weights")
    manifest.write(tmp_path, [{"name": "plate-reader", "file": "reader.onnx", "sha256": "", "card": "reader.md"}])
    (tmp_path / "manifest.sig").write_text("{}", encoding="utf-8")
    manifest.renew(tmp_path, "plate-reader", tmp_path / "reader.onnx", {"temperature": 1.5})
    [entry] = manifest.read(tmp_path)
    assert entry["sha256"] == manifest.sha256(tmp_path / "reader.onnx") and entry["temperature"] == 1.5
    assert not (tmp_path / "manifest.sig").exists(), "an old signature beside a new manifest"


def test_the_detector_keeps_its_contract() -> None:
    run = session(MODELS / ENTRIES["plate-detector"]["file"])
    [given] = run.get_inputs()
    assert (given.name, given.shape, given.type) == ("image", [1, 3, "height", "width"], "tensor(float)")
    for height, width in ((384, 640), (192, 320)):  # whole pictures, windows around one plate
        blank = np.full((1, 3, height, width), 114, np.float32)
        [boxes] = run.run(["boxes"], {"image": blank})
        cells = sum(height // stride * (width // stride) for stride in (8, 16, 32))
        assert boxes.shape == (1, cells, 11)
        assert boxes[..., :3].min() >= 0 and boxes[..., :3].max() <= 1
        assert boxes[..., :3].max() < ENTRIES["plate-detector"]["min_score"], "a blank picture has no plate"


def test_the_reader_keeps_its_contract() -> None:
    entry = ENTRIES["plate-reader"]
    assert entry["alphabet"] == ALPHABET
    assert 0.1 <= entry["temperature"] <= 10 and 0 <= entry["min_probability"] <= 1
    path: Path = MODELS / entry["file"]
    assert path.stat().st_size <= 3 * 1024 * 1024
    run = session(path)
    [given] = run.get_inputs()
    assert (given.name, given.shape, given.type) == ("plate", [1, 3, 64, 160], "tensor(float)")
    out = run.run(["characters", "kind", "color", "rows"], {"plate": np.full((1, 3, 64, 160), 90, np.float32)})
    assert [o.shape for o in out] == [(1, SLOTS, len(ALPHABET)), (1, 4), (1, 6), (1, 2)]
    assert all(np.allclose(o.sum(-1), 1, atol=1e-4) for o in out)


def test_clean_drawn_plates_are_read() -> None:
    """A reader that cannot read clean drawings is broken, whatever its figures say."""
    eyes = Eyes(MODELS)
    texts = [("24C12345", "vn", "vn_car", "white", 1), ("29H67890", "vn", "vn_car", "yellow", 2)]
    texts += [("云G12345", "cn", "cn_one_line", "blue", 1), ("粤BAQ286", "cn", "cn_two_line", "yellow", 2)]
    right = 0
    for text, country, kind, color, rows in texts:
        for seed in range(5):
            picture, corners = plates.render(text, country, kind, color, rows, seed)
            read = eyes.read_view(rectify(picture, corners))
            right += read.text == text and read.kind == country
    assert right >= 16, f"only {right} of 20"
