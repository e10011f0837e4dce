"""What the tests share: where the data sets would be."""

from __future__ import annotations

from pathlib import Path

import pytest

MODELS = Path(__file__).resolve().parents[2]
DATASETS = MODELS.parents[1] / "shared" / "datasets"


def datasets_or_skip(name: str) -> Path:
    """The folder of the data sets; without it the test is skipped, and says so."""
    if not DATASETS.is_dir():
        print(f"SKIPPED {name}: no data sets beside the project")
        pytest.skip("no data sets beside the project")
    return DATASETS
