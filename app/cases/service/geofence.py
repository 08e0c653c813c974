"""Whether someone stands where the case lies when they check it."""

from dataclasses import dataclass
from typing import Any

from app.areas.index import areas
from app.cases.models import Case
from app.catalogue.configuration import limits
from app.spatial.datum import to_wgs84


@dataclass(frozen=True)
class Spot:
    """Where the actor was: in the case's grid (give or take the limit and the accuracy), or how far away."""

    lon: float
    lat: float
    accuracy_m: float
    inside: bool
    away_m: int


def read_spot(case: Case, position: dict[str, Any]) -> Spot:
    """`position`: lon, lat, crs, accuracy_m, checked by the schema. Without a grid any place will do."""
    lon, lat = (float(value) for value in to_wgs84(position["lon"], position["lat"], position["crs"]))
    accuracy = min(position.get("accuracy_m") or 0.0, MOST_ACCURACY)
    index = areas()
    grid = index.by_id.get(case.grid_id or 0)
    if grid is None or not grid.has_geometry:
        return Spot(lon, lat, accuracy, True, 0)
    away = index.tree.metres_to(grid.id, lon, lat)
    return Spot(lon, lat, accuracy, away <= limits().geofence_m + accuracy, round(away))


MOST_ACCURACY = 200.0
"""Metres. A phone that knows no better is nowhere in particular."""
