"""What happens in the demo: which vehicles come, which of them were declared, and what each is to show."""

import csv
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Visit:
    """One vehicle at one lane, `at_s` after the start. `patience_s`: then its driver turns round."""

    at_s: float
    lane: str
    vehicle: dict[str, Any]
    shows: str
    patience_s: float


@dataclass(frozen=True)
class Story:
    """All that comes, and who is declared, watched, confirmed."""

    visits: list[Visit]
    declared: list[dict[str, Any]]
    watched: list[dict[str, Any]]
    then: list[dict[str, Any]]


def _cast(vehicles: list[dict[str, Any]], used: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    """Of the vehicles not used yet that fit, the one that was read best in the rehearsal; any other where none fits."""
    free = [v for v in vehicles if v not in used] or vehicles
    fitting = [v for v in free if all(v[key] == value for key, value in wanted.items())] or free
    chosen = max(fitting, key=lambda v: (bool(v.get("fits")) and v.get("sure", 0.0), v.get("sure", 0.0)))
    used.append(chosen)
    return chosen


def tell(scenes: dict[str, Any]) -> Story:
    """The first two minutes, and what comes after them."""
    vehicles, used = scenes["vehicles"], list[dict[str, Any]]()
    photographs = [v for v in vehicles if v["source"] != "drawn"] or vehicles
    drawn = [v for v in vehicles if v["source"] == "drawn"]
    first = _cast([v for v in vehicles if v["plate"] and not v["container"]] or vehicles, used)
    chinese = _cast(photographs, used, country="cn", rows=1, container="")
    one_line = _cast(photographs, used, country="vn", rows=1, container="")
    two_lines = _cast(photographs, used, country="vn", rows=2, container="")
    chinese_two = _cast(drawn, used, country="cn", rows=2, container="")
    watched = _cast(drawn, used, country="cn", rows=1, container="")
    stranger = _cast(photographs, used, country="cn", container="")
    container = next((v for v in photographs if v["container"]), None) or _cast(
        drawn, used, vehicle_class="container_lorry"
    )
    visits = [
        Visit(4, "in-1", first, "declared and confirmed: passes by itself", 60),
        Visit(8, "in-2", scenes["unreadable"], "cannot be read: waits for the officer", 240),
        Visit(14, "in-3", watched, "on the watchlist: refused, the driver reads a neutral text", 25),
        Visit(30, "in-1", chinese, "declared: Chinese plate of one line", 45),
        Visit(44, "in-3", chinese_two, "declared: Chinese plate of two lines", 45),
        Visit(56, "out-1", first, "leaves again: the same crossing", 60),
        Visit(66, "in-1", two_lines, "declared: Vietnamese plate of two lines", 45),
        Visit(76, "in-3", container, "a container", 40),
        Visit(84, "out-2", one_line, "declared: Vietnamese plate of one line, on its way out", 40),
        Visit(96, "in-1", stranger, "not declared: waits for the officer", 40),
    ]
    reserved = [stranger, watched, scenes["unreadable"]]
    declared = [v for v in vehicles if v["plate"] and v not in reserved]
    return Story(visits, declared, [watched], [v for v in vehicles if v not in reserved])


def _as_declared(vehicle: dict[str, Any]) -> str:
    """Chinese plates are declared without their province."""
    plate = str(vehicle["plate"])
    return plate[1:] if vehicle["country"] == "cn" and not plate[:1].isascii() else plate


def lists(story: Story, folder: Path) -> dict[str, Path]:
    """The lists as files to import, in the order in which they go in."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    begin, end, permit = (
        t.strftime("%Y-%m-%dT%H:%M:%SZ")
        for t in (now - timedelta(hours=2), now + timedelta(hours=12), now + timedelta(days=300))
    )
    expected, confirmations, permits = [], [], []
    seen: set[str] = set()
    for number, vehicle in enumerate(story.declared, 1):
        plate, declaration = _as_declared(vehicle), f"{now:%Y%m%d}{number:05}"
        if plate in seen:
            continue
        seen.add(plate)
        for direction in ("entry", "exit"):
            expected.append(
                {
                    "declaration": declaration,
                    "company": "Công ty TNHH Vận tải Kim Thành"
                    if vehicle["country"] == "vn"
                    else "河口口岸物流有限公司",
                    "direction": direction,
                    "plate": plate,
                    "country": vehicle["country"],
                    "class": vehicle["vehicle_class"],
                    "laden": "yes" if vehicle["container"] else "no",
                    "containers": vehicle["container"],
                    "fresh": "yes" if number % 3 == 0 else "no",
                    "from": begin,
                    "until": end,
                    "fee_settled": "yes",
                }
            )
        for kind in ("border_guard_in", "customs_in", "border_guard_out", "customs_out"):
            by = "BP Kim Thành" if kind.startswith("border") else "Hải quan Kim Thành"
            confirmations.append({"declaration": declaration, "plate": plate, "kind": kind, "at": begin, "by": by})
        permits.append(
            {"number": f"GP-{number:05}", "plate": plate, "country": vehicle["country"], "from": begin, "until": permit}
        )
    watch = [
        {"plate": _as_declared(v), "country": v["country"], "reference": f"demo-{n}"}
        for n, v in enumerate(story.watched, 1)
    ]
    return {
        name: _csv(folder / f"{name}.csv", rows)
        for name, rows in (
            ("expected", expected),
            ("confirmations", confirmations),
            ("permits", permits),
            ("watchlist", watch),
        )
    }


def _csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(file: Path) -> dict[str, Any]:
    """vehicles.json."""
    body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return body


def clock() -> str:
    """The time as the log shows it."""
    return time.strftime("%H:%M:%S")
