"""The manifest survives being written and read, and the detector's scenes keep their targets in sight."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training import manifest
from training.scenes import SCENE, Scenes
from training.tests.shared import datasets_or_skip


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    entry = {"name": "a", "file": "a.onnx", "sha256": "", "card": "a.md", "alphabet": '-0"\\Đ云', "min_score": 0.3}
    manifest.write(tmp_path, [entry])
    assert manifest.read(tmp_path) == [entry]
    (tmp_path / "a.onnx").write_bytes(b"weights")
    (tmp_path / "a.md").write_text("SHA-256: `00`\n", encoding="utf-8")
    manifest.renew(tmp_path, "a", tmp_path / "a.onnx", {"min_score": 0.5})
    [renewed] = manifest.read(tmp_path)
    assert renewed["min_score"] == 0.5 and len(renewed["sha256"]) == 64
    assert renewed["sha256"] in (tmp_path / "a.md").read_text(encoding="utf-8")


def test_scenes_are_seeded_and_their_targets_in_sight() -> None:
    root = datasets_or_skip("scenes_are_seeded")
    names = ("cn-easypr", "vn-kinds-frames", "cn-rare")
    one, two = Scenes(root, 5, names), Scenes(root, 5, names)
    for _ in range(15):
        a, b = one.draw(), two.draw()
        assert np.array_equal(a.picture, b.picture)
        assert a.picture.shape == (SCENE[1], SCENE[0], 3)
        for target in a.targets:
            middle = target.corners.mean(axis=0)
            assert (middle > -20).all() and (middle < np.array(SCENE) + 20).all()
