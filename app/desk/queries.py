"""The few reads that only the desk's pages need."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from sqlalchemy import func, select

from app.areas.index import AreaEntry, areas
from app.cases.models import CasePhoto
from app.core.db import db


def first_photos(case_ids: Sequence[int]) -> dict[int, str]:
    """The hash of each case's first photo, by case id. One statement, none for no cases."""
    if not case_ids:
        return {}
    first = select(func.min(CasePhoto.id)).where(CasePhoto.case_id.in_(case_ids)).group_by(CasePhoto.case_id)
    rows = select(CasePhoto.case_id, CasePhoto.sha256).where(CasePhoto.id.in_(first))
    return {case_id: sha256 for case_id, sha256 in db.session.execute(rows)}


@dataclass(frozen=True)
class Extent:
    """Where units lie: a box around all of them, and a point inside each by code."""

    box: list[float] | None
    points: dict[str, list[float]]


def extent_of(units: Sequence[AreaEntry]) -> Extent:
    """Of the units that have land in the active generation. One statement."""
    land = areas().land_of([unit for unit in units if unit.has_geometry])
    if not land.entries:
        return Extent(None, {})
    centres, inside = shapely.centroid(land.geometries), shapely.point_on_surface(land.geometries)
    shown = np.where(shapely.contains(land.geometries, centres), centres, inside)
    inner = shapely.get_coordinates(shown).round(5).tolist()
    codes = [entry.code for entry in land.entries]
    return Extent(shapely.total_bounds(land.geometries).tolist(), dict(zip(codes, inner, strict=True)))
