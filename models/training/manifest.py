"""The manifest of the shipped models: `manifest.toml`, read with tomllib and written by this module alone."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

HEAD = """# The shipped models. `sha256` is checked when they are loaded; an unknown file is refused.
# Written by `python -m training.export`; what each model takes and gives stands in its card.
"""


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(models: Path) -> list[dict[str, Any]]:
    path = models / "manifest.toml"
    if not path.exists():
        return []
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return list(found.get("model", []))


def _value(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return str(value)


def write(models: Path, entries: list[dict[str, Any]]) -> None:
    text = HEAD
    for entry in entries:
        text += "\n[[model]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in entry.items())
    (models / "manifest.toml").write_text(text, encoding="utf-8")
    # Whoever signed the manifest signed what it was: it is signed anew by `edge-agent models sign`.
    (models / "manifest.sig").unlink(missing_ok=True)


def renew(models: Path, name: str, file: Path, values: dict[str, Any]) -> None:
    """Puts a file's hash, and the values, into a model's entry, and the hash into its card. None removes a value."""
    entries = read(models)
    entry = next((e for e in entries if e["name"] == name), None)
    if entry is None:
        raise KeyError(f"manifest.toml has no model {name!r}")
    entry["file"], entry["sha256"] = file.name, sha256(file)
    entry.update(values)
    for key in [key for key, value in entry.items() if value is None]:
        del entry[key]
    write(models, entries)
    card = models / entry["card"]
    if card.exists():
        text = card.read_text(encoding="utf-8")
        line = f"SHA-256: `{entry['sha256']}`"
        card.write_text(re.sub(r"SHA-256: `[0-9a-f]*`", line, text), encoding="utf-8")
