"""Read what an action needs: its photos, department, unit, level, instant, looked up or refused by field."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.areas.index import AreaEntry, areas
from app.cases.commands import Act
from app.cases.models import Case, CasePhoto
from app.catalogue.queries import categories
from app.core.db import db
from app.core.policy import LEVEL_FIELDS, Actor
from app.core.problems import Invalid
from app.people.queries import DepartmentRow, department
from app.workflow.levels import Level, rungs_above
from app.workflow.moves import Move, Need, NeedKind


@dataclass
class Step:
    """One action being carried out: the case before, the row, and what the sender gave, looked up."""

    case: Case
    move: Move
    act: Act
    actor: Actor
    now: datetime
    department: DepartmentRow | None = None
    unit: AreaEntry | None = None
    level: Level | None = None
    photos: tuple[str, ...] = ()
    due_at: datetime | None = None


def read_needs(step: Step) -> None:
    """Look up every field that the step's move takes; raises Invalid naming each that does not fit."""
    errors: dict[str, list[str]] = {}
    for need in step.move.needs:
        value = step.act.fields.get(need.name)
        try:
            if value is None or value == []:
                _refuse_missing(step, need)
            else:
                _READERS.get(need.kind, _keep)(step, value)
        except _Unfit as unfit:
            errors[need.name] = [str(unfit)]
    if errors:
        raise Invalid(errors)


class _Unfit(ValueError):
    """What is wrong with one field."""


def _refuse_missing(step: Step, need: Need) -> None:
    if need.kind is NeedKind.PHOTOS:
        category = categories().get(step.case.category)
        if need.required and (category is None or category.after_photo):
            raise _Unfit(_("A photo of the result is needed."))
    elif need.required:
        raise _Unfit(_("This is needed."))


def _keep(_step: Step, _value: Any) -> None:
    """Texts, reasons and instants need no looking up."""


def _read_due(step: Step, due_at: datetime) -> None:
    if due_at <= step.now:
        raise _Unfit(_("The due time lies in the past."))
    step.due_at = due_at


def _read_department(step: Step, code: str) -> None:
    found = department(code)
    if found is None or not step.case.scope_path.startswith(found.area_path):
        raise _Unfit(_("There is no department %(code)s that serves this place.", code=code))
    step.department = found


def _read_photos(step: Step, hashes: list[str]) -> None:
    there = set(
        db.session.scalars(
            select(CasePhoto.sha256).where(CasePhoto.case_id == step.case.id, CasePhoto.sha256.in_(hashes))
        )
    )
    if missing := sorted(set(hashes) - there):
        raise _Unfit(_("This photo was not sent yet: %(hash)s", hash=missing[0]))
    step.photos = tuple(dict.fromkeys(hashes))


def _read_level(step: Step, level: str) -> None:
    lineage = {rung: getattr(step.case, LEVEL_FIELDS[rung]) for rung in Level}
    above = rungs_above(Level(step.case.level), lineage)
    if level not in above:
        names = ", ".join(above) or "–"
        raise _Unfit(_("The case can be raised to: %(levels)s.", levels=names))
    step.level = Level(level)


def _read_unit(step: Step, code: str) -> None:
    index = areas()
    unit, holder = index.by_code.get(code), index.by_id[step.case.holder_id]
    if unit is None or unit.id == holder.id or not unit.path.startswith(holder.path):
        raise _Unfit(_("%(code)s is no unit below %(holder)s.", code=code, holder=holder.name))
    if unit.level == Level.GRID:
        raise _Unfit(_("A grid answers for no case; send it to its community."))
    place = step.case.scope_path
    if not (place.startswith(unit.path) or unit.path.startswith(place)):
        raise _Unfit(_("The case does not lie in %(name)s.", name=unit.name))
    step.unit = unit


_READERS: dict[NeedKind, Callable[[Step, Any], None]] = {
    NeedKind.DEPARTMENT: _read_department,
    NeedKind.INSTANT: _read_due,
    NeedKind.PHOTOS: _read_photos,
    NeedKind.LEVEL: _read_level,
    NeedKind.AREA: _read_unit,
}
