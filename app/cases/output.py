"""Cases as JSON, GeoJSON and CSV rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from app.areas.index import AreaIndex, areas
from app.cases.answers import answers_of
from app.cases.duties import Duties
from app.cases.models import Case, Task
from app.cases.queries.one import Found
from app.core.clock import rfc3339
from app.core.policy import LEVEL_FIELDS, Actor
from app.people.queries import DepartmentRow, departments
from app.workflow.moves import Move

Json = dict[str, Any]


def item(row: Any, now: datetime) -> Json:
    """A row (or entity) of cases as lists show it."""
    return _item(row, now, areas(), departments())


def items(rows: list[Any], now: datetime) -> list[Json]:
    index, handling = areas(), departments()
    return [_item(row, now, index, handling) for row in rows]


def _item(row: Any, now: datetime, index: AreaIndex, handling: Mapping[int, DepartmentRow]) -> Json:
    holder = index.by_id[row.holder_id]
    department = handling.get(row.department_id) if row.department_id else None
    return {
        "id": str(row.uuid),
        "number": row.number,
        "version": row.version,
        "status": row.status,
        "level": row.level,
        "holder": {"code": holder.code, "name": holder.name},
        "department": department and {"code": department.code, "name": department.name},
        "category": row.category,
        "areas": {
            "city": _code(index, row.city_id),
            "district": _code(index, row.district_id),
            "town": _code(index, row.town_id),
            "community": _code(index, row.community_id),
            "grid": _code(index, row.grid_id),
        },
        "placement": row.placement,
        "place_text": row.place_text,
        "geometry": geometry_of(row),
        "filed_at": rfc3339(row.filed_at),
        "observed_at": rfc3339(row.observed_at),
        "due_at": rfc3339(row.due_at),
        "overdue": row.ended_at is None and row.due_at is not None and row.due_at < now,
        "ended_at": rfc3339(row.ended_at),
        "description": row.description,
        "urgency": row.urgency,
        "restricted": row.restricted,
        "escalations": row.escalations,
        "returns": row.returns,
        "reworks": row.reworks,
    }


def _code(index: AreaIndex, area_id: int | None) -> str | None:
    return index.by_id[area_id].code if area_id is not None else None


def geometry_of(row: Any) -> Json | None:
    if row.geometry is not None:
        shape: Json = orjson.loads(row.geometry)
        return shape
    return None if row.lon is None else {"type": "Point", "coordinates": [row.lon, row.lat]}


def case(found: Found, actor: Actor, now: datetime) -> Json:
    """A case in full, with what the actor may do; to a filer without clearance, its receipt."""
    photos = [attachment._asdict() for attachment in found.attachments()]
    if found.receipt:
        return receipt(found.case, photos)
    duties = found.tasks()
    tasks = [task(each) for each in duties]
    moves = Duties(found.case, actor, now, duties).moves()
    index = areas()
    names = {level: _name(index, getattr(found.case, ident)) for level, ident in LEVEL_FIELDS.items()}
    return item(found.case, now) | {
        "area_names": names,
        "accuracy_m": found.case.accuracy_m,
        "channel": found.case.channel,
        "card": found.case.card,
        "applied": found.case.applied,
        "reopens": found.case.reopens,
        "extensions": found.case.extensions,
        "self_handled": found.case.self_handled,
        "suspended_at": rfc3339(found.case.suspended_at),
        "filed_category": found.case.filed_category or found.case.category,
        "filed_by_me": found.case.filed_by_id == actor.id,
        "bordering": (found.case.bordering or "").split(),
        "nearest": _code(index, found.case.nearest_id),
        "answers": answers_of(found.case),
        "flags": flags(found.case),
        "photos": photos,
        "tasks": tasks,
        "actions": [action(move) for move in moves],
    }


def receipt(filed: Case, photos: list[Json]) -> Json:
    """Number and hashes, which is what a phone needs before it removes its own copy."""
    return {
        "id": str(filed.uuid),
        "number": filed.number,
        "version": filed.version,
        "filed_at": rfc3339(filed.filed_at),
        "receipt": True,
        "photos": photos,
    }


def flags(row: Case) -> list[Json]:
    """What speaks against the filing's own words: `[{flag, value, unit}]`."""
    found: list[Json] = orjson.loads(row.flags) if row.flags else []
    return found


def task(row: Task) -> Json:
    index, handling = areas(), departments()
    department = handling.get(row.department_id) if row.department_id else None
    return {
        "kind": row.kind,
        "area": _code(index, row.area_id),
        "department": department and department.code,
        "opened_at": rfc3339(row.opened_at),
        "due_at": rfc3339(row.due_at),
        "closed_at": rfc3339(row.closed_at),
        "outcome": row.outcome,
        "term": row.term,
        "near_at": rfc3339(row.near_at),
        "paused_at": rfc3339(row.paused_at),
        "paused_s": row.paused_s or 0,
        "rung": row.rung or 0,
    }


def action(move: Move) -> Json:
    """An action open to the reader: `needs` names the required fields, `takes` describes all."""
    return {
        "action": move.action.value,
        "needs": [need.name for need in move.needs if need.required],
        "takes": [
            {"name": need.name, "kind": need.kind.value, "required": need.required} for need in move.needs
        ],
    }


def feature(row: Any, now: datetime) -> Json:
    """A case as a GeoJSON Feature."""
    properties = item(row, now)
    geometry = properties.pop("geometry")
    return {"type": "Feature", "id": properties["id"], "geometry": geometry, "properties": properties}


CSV_COLUMNS = (
    "number",
    "status",
    "level",
    "holder",
    "department",
    "category",
    "city",
    "district",
    "town",
    "community",
    "grid",
    "lon",
    "lat",
    "filed_at",
    "observed_at",
    "due_at",
    "overdue",
    "ended_at",
    "urgency",
    "escalations",
    "returns",
    "reworks",
    "description",
    "place_text",
    "id",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def csv_row(row: Any, now: datetime) -> list[str]:
    """One line of the export; a cell that a spreadsheet would run as a formula gets an apostrophe."""
    said = item(row, now)
    flat = (
        said
        | said["areas"]
        | {"holder": said["holder"]["code"], "department": (said["department"] or {}).get("code")}
        | {"lon": row.lon, "lat": row.lat}
    )
    return [_cell(flat[name]) for name in CSV_COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip().startswith(FORMULA):
        return f"'{value}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name(index: AreaIndex, area_id: int | None) -> str | None:
    return index.by_id[area_id].name if area_id is not None else None
