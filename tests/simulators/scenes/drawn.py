"""Vehicles that are drawn here, for a clone without any photograph."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from training import containers, grammar, plates

from . import bodies, road, weather
from .canvas import clouds, put, soft
from .vehicle import Vehicle

# Millimetres of a plate to pixels of the picture.
PIXELS_PER_MM = 0.42
COUNTRY_NAMES = {"vn": "Vietnamese", "cn": "Chinese"}


def empty(folder: Path, seed: int) -> Path:
    """The lane with nobody in it."""
    rng = np.random.default_rng(seed)
    return _keep(folder / "empty.jpg", weather.under(road.lane(rng), "day", rng))


def vehicle(folder: Path, name: str, body: str, plate: grammar.Plate, sky: weather.Weather, seed: int) -> Vehicle:
    """Draws one vehicle (`body` is car, lorry or container_lorry) with this plate."""
    rng = np.random.default_rng(seed)
    picture = road.lane(rng)
    plate_picture, _ = plates.render(plate.text, plate.country, plate.kind, plate.color, plate.rows, seed)
    height, width = plate_picture.shape[:2]
    size = (width * PIXELS_PER_MM, height * PIXELS_PER_MM)
    code = ""
    if body == "car":
        places = bodies.car(picture, rng, size)
    elif body == "lorry":
        places = bodies.lorry(picture, rng, size)
    else:
        code = containers.draw_code(rng)
        code_picture, _ = containers.render(code, False, seed)
        places = bodies.container_lorry(picture, rng, size, code_picture.shape[0] / code_picture.shape[1])
        if places.code is not None:
            put(picture, code_picture, places.code)
    put(picture, plate_picture, places.plate)
    lines = "one line" if plate.rows == 1 else "two lines"
    return Vehicle(
        picture=_keep(folder / f"{name}.jpg", weather.under(picture, sky, rng)),
        plate=plate.text,
        country=plate.country,
        rows=plate.rows,
        color=plate.color,
        vehicle_class=body,
        plant="car" if body == "car" else ("lorry" if body == "lorry" else "trailer"),
        container=code,
        seen=f"{body.replace('_', ' ')}, {COUNTRY_NAMES[plate.country]} plate of {lines}, {sky}",
        source="drawn",
    )


def plate(rng: np.random.Generator, country: str, rows: int, color: str) -> grammar.Plate:
    """An ordinary plate of this country, with so many rows, of this colour."""
    kinds = {"vn": (grammar.vn_car,), "cn": (grammar.cn_blue, grammar.cn_yellow)}[country]
    for n in range(5000):
        made = kinds[n % len(kinds)](rng)
        if made.rows == rows and made.color == color:
            return made
    raise RuntimeError(f"the grammar draws no {color} plate of {country} with {rows} rows")


def some(folder: Path, seed: int, count: int) -> list[Vehicle]:
    """Vehicles of both countries, one line and two, some with a container; the same for the same seed."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for n in range(count):
        country, rows = ("vn", "cn")[n % 2], 1 + (n // 2) % 2
        body = ("lorry", "lorry", "lorry", "lorry", "container_lorry", "lorry", "car", "container_lorry")[n % 8]
        car = body == "car"
        color = ("white" if country == "vn" else "blue") if car and rows == 1 else "yellow"
        drawn = plate(rng, country, rows, color)
        sky = weather.WEATHERS[n % 3] if n < 9 else weather.WEATHERS[n % len(weather.WEATHERS)]
        made.append(vehicle(folder, f"drawn-{n:02}", body, drawn, sky, seed * 1000 + n))
    return made


def unreadable(folder: Path, seed: int) -> Vehicle:
    """A lorry whose plate is covered with mud: nobody can read it."""
    rng = np.random.default_rng(seed)
    clean = vehicle(folder, "unreadable", "lorry", plate(rng, "vn", 1, "yellow"), "rain", seed)
    picture = cv2.imread(str(clean.picture))
    if picture is None:
        raise RuntimeError(f"{clean.picture} was written and cannot be read")
    h, w = picture.shape[:2]
    mud = soft(clouds(rng, (w, h), (w // 12, h // 12)), 6)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    around = np.exp(-(((x - w / 2) / 190) ** 2 + ((y - 572) / 60) ** 2))
    cover = np.clip(around * 2.4 + mud * 0.8 - 0.3, 0, 1)[:, :, None] * (around > 0.03)[:, :, None]
    dirty = picture * (1 - cover) + np.array([62, 84, 104], np.float32) * cover
    cv2.imwrite(str(clean.picture), np.clip(dirty, 0, 255).astype(np.uint8))
    return replace(clean, seen="lorry whose plate is covered with mud")


def _keep(path: Path, picture: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 92]):
        raise RuntimeError(f"{path} cannot be written")
    return path
