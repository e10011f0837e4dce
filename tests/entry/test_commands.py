"""./gate starts at once, and what is wrong on its command line is said."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _gate(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "gate"), *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_every_command_explains_itself() -> None:
    for command in ("doctor", "build", "demo", "test", "bench"):
        said = _gate(command, "--help")
        assert said.returncode == 0, said.stderr
        assert "usage" in said.stdout


def test_wrong_usage_is_2() -> None:
    assert _gate("fly").returncode == 2
    assert _gate("demo", "--script", "flood").returncode == 2


def test_a_folder_that_is_not_there_is_named() -> None:
    said = _gate("demo", "--pictures", "/no/such/folder")
    assert said.returncode == 1
    assert "/no/such/folder" in said.stdout
