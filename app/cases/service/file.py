"""File a case: known id and same filing → the present case; else one insert, its task, its event."""

from dataclasses import asdict, dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import orjson
import shapely
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Table, select

from app import events, spatial
from app.areas.index import areas
from app.cases.answers import check_answers
from app.cases.claims import Claim, Fix, flags_of
from app.cases.commands import FileCase, read_device
from app.cases.models import Case, Task
from app.cases.places import Placed, place
from app.cases.service.clocks import clock_for
from app.cases.service.insert import LATER, add_task, insert_case
from app.catalogue.queries import CategoryRow, categories
from app.core.clock import local_day
from app.core.config import settings
from app.core.db import db
from app.core.policy import Actor
from app.core.problems import Conflict, Invalid
from app.workflow.statuses import Status
from app.workflow.tasks import CLIMBS_ALONE, MAIN_TASK, TaskKind

CASES = cast(Table, Case.__table__)
PUBLIC = frozenset({"citizen", "public", "hotline", "12345", "wechat", "web", "open311"})
"""Channels of reports that an inspector verifies on the spot before they are registered."""


@dataclass(frozen=True)
class Plan:
    """A filing that can be carried out: everything read and decided before the write begins."""

    filing: FileCase
    placed: Placed
    category: CategoryRow


@dataclass(frozen=True)
class Filed:
    """The case as it was just written, and its tasks; None when the same filing had arrived before."""

    case: Case | None
    tasks: tuple[Task, ...]

    @property
    def created(self) -> bool:
        return self.case is not None


def plan_filing(filing: FileCase) -> Plan:
    """Place the filing, find its category, check the answers to its questions; raises Invalid. Reads only."""
    category = categories().get(filing.category)
    if category is None:
        raise Invalid({"category": [_("There is no category %(code)s.", code=filing.category)]})
    check_answers(category, filing.extra)
    return Plan(filing, place(filing), category)


def file_case(plan: Plan, *, actor: Actor, now: datetime) -> Filed:
    """Insert the case unless its UUID is known; raises Conflict for another filing under the same UUID."""
    row = _row(plan, actor=actor, now=now)
    task = _first_task(plan, row, now)
    tasks = [task] + ([_alert(plan, row, now)] if plan.category.emergency else [])
    row |= _first_clock(tasks, now)
    written = insert_case(row, task, f"{settings().city_code}-{local_day(now):%Y%m%d}-")
    if written is None:
        _check_known(plan.filing, actor)
        return Filed(None, ())
    row["id"], row["number"] = written
    for more in tasks[1:]:
        add_task(row["id"], more)
    events.append("case.filed", f"case:{plan.filing.uuid}", _told(plan, row), actor=actor, at=now)
    return Filed(_as_read(row), tuple(Task(case_id=row["id"], **each) for each in tasks))


def _first_task(plan: Plan, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """To accept or reject it; what the public reports is verified on the spot before."""
    kind = MAIN_TASK[Status(row["status"])]
    area_id = row["grid_id"] if kind is TaskKind.VERIFY else None
    return _task(kind, area_id or row["holder_id"], plan, row, now)


def _alert(plan: Plan, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """An emergency has to be acknowledged by the district at once, whatever the levels below it do."""
    return _task(TaskKind.ACKNOWLEDGE, row["district_id"] or row["holder_id"], plan, row, now)


def _task(kind: TaskKind, area_id: int, plan: Plan, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    clock = clock_for(kind, plan.category, row["level"], row["urgency"], start=now)
    return {
        "kind": kind.value,
        "area_id": area_id,
        "opened_at": now,
        "term": clock.term,
        "due_at": clock.due_at,
        "near_at": clock.near_at,
        "wake_at": clock.wake_at,
        "base_level": areas().by_id[area_id].level if kind in CLIMBS_ALONE else row["level"],
    }


def _first_clock(tasks: list[dict[str, Any]], now: datetime) -> dict[str, datetime | None]:
    """What the case shows: the clock that runs out first."""
    running = [task for task in tasks if task["due_at"] is not None]
    if not running:
        return {"due_at": None, "clock_from": None, "near_at": None}
    first = min(running, key=lambda task: task["due_at"])
    return {"due_at": first["due_at"], "clock_from": now, "near_at": first["near_at"]}


def _as_read(row: dict[str, Any]) -> Case:
    """The case to answer with. A real entity tracks each attribute, which costs as much as a statement."""
    return cast(Case, SimpleNamespace(**LATER, **row))


def was_filed(filing: FileCase, actor: Actor) -> bool:
    """Whether the actor has filed exactly this before, e.g. in a category that is gone since."""
    mine = (CASES.c.uuid == filing.uuid, CASES.c.filed_by_id == actor.id)
    return db.session.scalar(select(CASES.c.command_hash).where(*mine)) == filing.hash()


def _check_known(filing: FileCase, actor: Actor) -> None:
    known = db.session.execute(
        select(CASES.c.filed_by_id, CASES.c.command_hash).where(CASES.c.uuid == filing.uuid)
    ).one()
    if known.filed_by_id != actor.id:
        raise Conflict(_("This id is taken. Begin a new draft."))
    if known.command_hash != filing.hash():
        raise Conflict(_("Another filing was already received under this id; the first one stands."))


def _row(plan: Plan, *, actor: Actor, now: datetime) -> dict[str, Any]:
    filing, placed, holder = plan.filing, plan.placed, plan.placed.holder
    return {
        "uuid": filing.uuid,
        "version": 1,
        "filed_at": now,
        "changed_at": now,
        "filed_by_id": actor.id,
        "command_hash": filing.hash(),
        "observed_at": filing.observed_at or now,
        "category": plan.category.code,
        "filed_category": plan.category.code,
        "catalogue_version_id": plan.category.version_id,
        "restricted": plan.category.restricted,
        "description": filing.description,
        "urgency": filing.urgency,
        "channel": filing.channel,
        "reporter": _json(filing.reporter),
        "extra": _json(filing.extra),
        "place_text": filing.place_text,
        "accuracy_m": filing.accuracy_m,
        "crs": filing.crs,
        "raw_geometry": _json(filing.raw_geometry),
        "generation_id": areas().generation_id,
        "flags": _flags(filing, actor, now),
        "placement": placed.how,
        "nearest_id": placed.nearest_id,
        "bordering": " ".join(placed.bordering) or None,
        "scope_path": placed.unit.path,
        "status": (Status.VERIFYING if filing.channel in PUBLIC else Status.FILED).value,
        "level": holder.level,
        "holder_id": holder.id,
        "escalations": 0,
        "returns": 0,
        "reworks": 0,
        **placed.ids,
        **_position(filing.geometry),
    }


def _flags(filing: FileCase, actor: Actor, now: datetime) -> str | None:
    """What speaks against the filing's own words, as JSON; None if nothing does."""
    claim = Claim(filing.observed_at, filing.geometry, filing.accuracy_m, filing.device)
    before = _fix_before(actor) if filing.device.shutter.at is not None else None
    found = [asdict(flag) for flag in flags_of(claim, now=now, before=before)]
    return orjson.dumps(found).decode() if found else None


def _fix_before(actor: Actor) -> Fix | None:
    """Where the person's phone was at the filing before."""
    last = select(CASES.c.extra).where(CASES.c.filed_by_id == actor.id)
    extra = db.session.scalar(last.order_by(CASES.c.filed_at.desc(), CASES.c.id.desc()).limit(1))
    try:
        return read_device(orjson.loads(extra)).shutter if extra else None
    except Invalid:  # filed before devices were checked
        return None


def _position(geometry: BaseGeometry | None) -> dict[str, Any]:
    """The shape for the index, its GeoJSON unless it is a point, and one point to show it at."""
    if geometry is None:
        return {"geom": None, "geometry": None, "lon": None, "lat": None}
    if isinstance(geometry, shapely.Point):
        text = f"SRID={spatial.SRID};POINT({geometry.x!r} {geometry.y!r})"
        return {"geom": text, "geometry": None, "lon": geometry.x, "lat": geometry.y}
    shown = geometry.representative_point()
    shape = orjson.dumps(geometry.__geo_interface__).decode()
    return {"geom": spatial.to_db(geometry), "geometry": shape, "lon": shown.x, "lat": shown.y}


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _told(plan: Plan, row: dict[str, Any]) -> dict[str, Any]:
    """The event says everything that the case was filed with."""
    filing = plan.filing
    index = areas()
    said = {
        "number": row["number"],
        "status": row["status"],
        "level": row["level"],
        "holder": index.by_id[row["holder_id"]].code,
        "place": plan.placed.unit.code,
        "placement": row["placement"],
        "lon": row["lon"],
        "lat": row["lat"],
        "category": filing.category,
        "restricted": row["restricted"],
        "observed_at": row["observed_at"],
        "description": filing.description,
        "urgency": filing.urgency,
        "channel": filing.channel,
        "crs": filing.crs,
        "raw_geometry": filing.raw_geometry,
        "accuracy_m": filing.accuracy_m,
        "place_text": filing.place_text,
        "area": filing.area,
        "reporter": filing.reporter,
        "extra": filing.extra,
        "hash": row["command_hash"],
    }
    return {name: value for name, value in said.items() if value is not None}
