"""The demo's story has what it promises, from drawn scenes as from photographs."""

import csv
from pathlib import Path
from typing import Any

from entry import plan, story


def _vehicle(number: int, country: str, rows: int, source: str, container: str = "") -> dict[str, Any]:
    plate = f"24C{number:05}" if country == "vn" else f"云G{number:05}"
    body = "container_lorry" if container else "lorry"
    return {
        "picture": f"{source}-{number}.jpg",
        "plate": plate,
        "country": country,
        "rows": rows,
        "vehicle_class": body,
        "plant": "lorry",
        "container": container,
        "seen": body,
        "source": source,
        "sure": 0.9,
        "fits": True,
    }


def _scenes(sources: tuple[str, ...]) -> dict[str, Any]:
    vehicles: list[dict[str, Any]] = []
    for source in sources:
        for n, (country, rows) in enumerate([("vn", 1), ("vn", 2), ("cn", 1), ("cn", 2)] * 3):
            vehicles.append(_vehicle(len(vehicles) + 1, country, rows, source, "CSQU3054383" if n == 11 else ""))
    return {"vehicles": vehicles, "unreadable": _vehicle(999, "vn", 1, "drawn"), "empty": "empty.jpg"}


def test_within_two_minutes_everything_happens() -> None:
    for sources in (("drawn",), ("photograph", "drawn")):
        told = story.tell(_scenes(sources))
        assert max(visit.at_s for visit in told.visits) < 120
        shown = [visit.vehicle for visit in told.visits]
        assert {(v["country"], v["rows"]) for v in shown} >= {("vn", 1), ("vn", 2), ("cn", 1), ("cn", 2)}
        assert any(v["container"] for v in shown)
        assert {visit.lane for visit in told.visits} == {lane.name for lane in plan.LANES}
        declared = [v["plate"] for v in told.declared]
        assert not [v["plate"] for v in told.watched if v["plate"] in declared]
        assert told.visits[0].vehicle["plate"] in declared, "the first vehicle passes by itself"


def test_lists_name_every_declared_vehicle_without_its_province(tmp_path: Path) -> None:
    told = story.tell(_scenes(("drawn",)))
    files = story.lists(told, tmp_path)
    assert list(files) == ["expected", "confirmations", "permits", "watchlist"]
    with files["expected"].open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["plate"] for row in rows} == {v["plate"].removeprefix("云") for v in told.declared}
    assert {row["direction"] for row in rows} == {"entry", "exit"}


def test_every_lane_is_wired_as_it_is_simulated(tmp_path: Path) -> None:
    port = {"tcp": "127.0.0.1:5020"}
    places = {lane.name: {"board": port, "controller": port, "display": port} for lane in plan.LANES}
    plan.edge_files(tmp_path, plan.LANES, places, "rtsp://127.0.0.1:8554", 9443)
    text = (tmp_path / "edge.toml").read_text()
    for lane in plan.LANES:
        assert f'name = "{lane.name}"' in text
        assert f'lane = "{lane.name}"' in (tmp_path / f"{lane.name}.toml").read_text()
