"""What an inspector's phone needs when there is no signal, in one JSON document."""

from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from app.areas.index import AreaEntry, AreaIndex, areas
from app.catalogue.configuration import limits
from app.core.config import settings
from app.core.policy import Actor
from app.field.bundle_duties import duties_for, office_hours, reasons_by_action, recent_for
from app.field.choices import category_data, kinds
from app.field.queries import grids_of, start_of
from app.workflow.actions import Action

Json = dict[str, Any]
BESIDE = 0.0003  # degrees, some 30 m: grids whose land begins within it touch mine
DETAIL = 0.00001  # degrees, some 1 m: finer corners of outlines are left out
PHOTOS_MOST, PHOTO_SIDE, VOICE_SECONDS, COARSE_M = 5, 2048, 60, 50
_outlines: WeakKeyDictionary[AreaIndex, dict[tuple[int, ...], list[Json]]] = WeakKeyDictionary()


def bundle_for(actor: Actor, at: datetime) -> Json:
    """Everything but the instant and the session's token, so that equal content has an equal tag."""
    grids = grids_of(actor)
    start = start_of([*grids, areas().city])
    return {
        "owner": str(actor.public_id),
        "user": actor.username,
        "name": actor.name,
        "name_en": actor.name_en,
        "grids": outlines(grids),
        "start": start and {"point": start.point, "box": start.box},
        "categories": category_data(),
        "kinds": kinds(),
        "reasons": reasons_by_action(Action),
        "limits": _limits(),
        "duties": duties_for(actor, at),
        "recent": recent_for(actor, at),
        "hours": office_hours(at),
    }


def outlines(grids: list[AreaEntry]) -> list[Json]:
    """Grids of mine, those that touch them, and those of the same communities, with simplified outlines."""
    index = areas()
    kept = _outlines.setdefault(index, {})
    mine = tuple(grid.id for grid in grids)
    if mine not in kept:
        land = index.land_of(_around(grids, index))
        shapes = shapely.simplify(land.geometries, DETAIL) if land.entries else land.geometries
        kept[mine] = [_outline(e, g, mine, index) for e, g in zip(land.entries, shapes, strict=True)]
    return kept[mine]


def _around(grids: list[AreaEntry], index: AreaIndex) -> list[AreaEntry]:
    found = {grid.id: grid for grid in grids}
    for grid in grids:
        found |= {each.id: each for each in index.children.get(grid.parent_id, [])}
    for shape in index.land_of(grids).geometries if grids else ():
        touched = index.tree.locate_shape(shapely.buffer(shape, BESIDE))
        found |= {share.area_id: index.by_id[share.area_id] for share in touched}
    return sorted(found.values(), key=lambda each: each.code)


def _outline(unit: AreaEntry, shape: Any, mine: tuple[int, ...], index: AreaIndex) -> Json:
    community = index.by_id.get(unit.lineage["community_id"] or 0)
    rounded = shapely.transform(shape, lambda xy: np.round(xy, 5))
    return {
        "code": unit.code,
        "name": unit.name,
        "name_en": unit.name_en,
        "mine": unit.id in mine,
        "community": community
        and {"code": community.code, "name": community.name, "name_en": community.name_en},
        "approximate": unit.approximate,
        "geometry": shapely.geometry.mapping(rounded),
    }


def _limits() -> Json:
    """How many and how large: bytes, pixels, seconds, metres."""
    return {
        "photos_most": PHOTOS_MOST,
        "photo_bytes": settings().photo_limit,
        "photo_pixels_side": PHOTO_SIDE,
        "voice_seconds": VOICE_SECONDS,
        "geofence_m": limits().geofence_m,
        "accuracy_warn_m": COARSE_M,
    }
