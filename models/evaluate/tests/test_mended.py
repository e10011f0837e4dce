"""Mended labels name pictures that are there, and mend something."""

from pathlib import Path

import numpy as np
import pytest
from training import datasets
from training.datasets import Sample
from training.tests.shared import DATASETS

from evaluate import mended


def test_a_label_is_mended_by_set_file_and_label() -> None:
    (name, file, label), there = next(iter(mended.table().items()))
    sample = Sample(name, Path(file), label, "vn", "", 1, None, False, "dev", False)
    other = Sample(name, Path("another.jpg"), label, "vn", "", 1, None, False, "dev", False)
    assert [s.text for s in mended.apply([sample, other])] == [there, label]


def test_a_line_that_mends_nothing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mended.csv"
    file.write_text("set,file,label,there\nvn-crops,a.jpg,29A-12345,29A12345\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.jpg"):
        mended.table(file)


def test_every_line_names_a_plate_of_the_data_sets() -> None:
    if not DATASETS.is_dir():
        pytest.skip("no data sets beside the project")
    known = {
        (s.dataset, s.path.name, s.text)
        for name in datasets.CROPS + datasets.FRAMES
        for s in datasets.read(DATASETS, name)
    }
    missing = [key for key in mended.table() if key not in known]
    assert np.size(missing) == 0, missing
