"""A vehicle to drive through a lane: its picture, and what is true of it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Plant = Literal["car", "lorry", "trailer"]


@dataclass(frozen=True)
class Vehicle:
    """`plate` and `container` are "" where there is none or nobody knows. `vehicle_class` is the declaration's word for
    the vehicle, `plant` what drives over the loops. `seen` tells people what the picture is."""

    picture: Path
    plate: str
    country: str
    rows: int
    color: str
    vehicle_class: str
    plant: Plant
    container: str
    seen: str
    source: str

    def as_json(self) -> dict[str, Any]:
        """For vehicles.json."""
        return {**asdict(self), "picture": str(self.picture)}
