"""The entry's modules and the renderer are found by every test in Python."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT, ROOT / "deploy", ROOT / "models"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
