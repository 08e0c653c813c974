"""Read what an action needs, each field looked up or refused: photos, departments, units, times, place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.areas.index import AreaEntry, areas
from app.cases.commands import Act
from app.cases.duties import Duties
from app.cases.models import Case, CasePhoto, Task
from app.cases.service.geofence import Spot, read_spot
from app.catalogue.configuration import limits, reasons
from app.catalogue.queries import CategoryRow, categories
from app.core.db import db
from app.core.policy import LEVEL_FIELDS, Actor
from app.core.problems import Invalid
from app.people.queries import DepartmentRow, department
from app.workflow.actions import Action
from app.workflow.cards import Card
from app.workflow.levels import Level, rungs_above
from app.workflow.moves import Move, Need, NeedKind


@dataclass
class Step:
    """One action being carried out: the case before, the row, and what the sender gave, looked up.

    `tasks` are all of the case's, those that open join them. `told` goes into the event beside what was sent.
    """

    case: Case
    move: Move
    act: Act
    actor: Actor
    now: datetime
    tasks: list[Task]
    duties: Duties
    department: DepartmentRow | None = None
    departments: tuple[DepartmentRow, ...] = ()
    assisting: tuple[DepartmentRow, ...] = ()
    informed: tuple[DepartmentRow, ...] = ()
    category: CategoryRow | None = None
    review_at: datetime | None = None
    spot: Spot | None = None
    told: dict[str, Any] = field(default_factory=dict)
    unit: AreaEntry | None = None
    level: Level | None = None
    photos: tuple[str, ...] = ()
    due_at: datetime | None = None

    @property
    def open_tasks(self) -> list[Task]:
        return [task for task in self.tasks if task.closed_at is None]


def read_needs(step: Step) -> None:
    """Look up every field that the step's move takes; raises Invalid naming each that does not fit."""
    errors: dict[str, list[str]] = {}
    for need in step.move.needs:
        value = step.act.fields.get(need.name)
        try:
            if value is None or value == []:
                _refuse_missing(step, need)
            else:
                _read(step, need, value)
        except _Unfit as unfit:
            errors[need.name] = [str(unfit)]
    if not errors and step.spot is not None and not step.spot.inside:
        errors |= _away_without_reason(step)
    if errors:
        raise Invalid(errors)


def _read(step: Step, need: Need, value: Any) -> None:
    if need.kind is NeedKind.DEPARTMENTS:
        setattr(step, need.name, _departments(step, need.name, value))
    elif need.kind is NeedKind.REASON_CODE:
        _check_reason(step, value)
    else:
        _READERS.get(need.kind, _keep)(step, value)


def _away_without_reason(step: Step) -> dict[str, list[str]]:
    if step.act.fields.get("off_site_reason"):
        return {}
    assert step.spot is not None
    away = _(
        "You are %(metres)s m away from the grid. Say why you check from there.", metres=step.spot.away_m
    )
    return {"off_site_reason": [away]}


class _Unfit(ValueError):
    """What is wrong with one field."""


def _refuse_missing(step: Step, need: Need) -> None:
    if need.kind is NeedKind.PHOTOS:
        category = categories().get(step.case.category)
        on_the_spot = step.act.action == Action.CLOSE_ON_SPOT
        if need.required and (on_the_spot or category is None or category.after_photo):
            raise _Unfit(_("A photo of the result is needed."))
    elif need.required:
        raise _Unfit(_("This is needed."))


def _keep(_step: Step, _value: Any) -> None:
    """Texts, reasons and instants need no looking up."""


def _read_due(step: Step, due_at: datetime) -> None:
    if due_at <= step.now:
        raise _Unfit(_("The due time lies in the past."))
    if step.move.action is Action.REQUEST_EXTENSION:
        _check_extension(step, due_at)
    step.due_at = due_at


def _check_extension(step: Step, due_at: datetime) -> None:
    task, most = step.duties.clocked_task(), limits().extension_cap_days
    present = task.due_at if task is not None and task.due_at is not None else step.now
    if not present < due_at <= max(present, step.now) + timedelta(days=most):
        raise _Unfit(_("Later than the present due time, by %(most)s days at most.", most=most))


def _read_review(step: Step, review_at: datetime) -> None:
    most = limits().suspension_cap_days
    if not step.now < review_at <= step.now + timedelta(days=most):
        raise _Unfit(_("A day within the next %(most)s days.", most=most))
    step.review_at = review_at


def _read_department(step: Step, code: str) -> None:
    step.department = _serving(step, code)


def _departments(step: Step, name: str, codes: list[str]) -> tuple[DepartmentRow, ...]:
    found = tuple(_serving(step, code) for code in dict.fromkeys(codes))
    if name == "assisting" and step.act.fields.get("department") in codes:
        raise _Unfit(_("The department that leads does not assist as well."))
    return found


def _serving(step: Step, code: str) -> DepartmentRow:
    found = department(code)
    if found is None or not step.case.scope_path.startswith(found.area_path):
        raise _Unfit(_("There is no department %(code)s that serves this place.", code=code))
    return found


def _check_reason(step: Step, code: str) -> None:
    known = {row.code for row in reasons(step.move.action.value)}
    if code not in known:
        raise _Unfit(_("There is no reason %(code)s for this.", code=code))


def _read_category(step: Step, code: str) -> None:
    found = categories().get(code)
    if found is None or code == step.case.category:
        raise _Unfit(_("Another category of the catalogue."))
    step.category = found


def _read_card(_step: Step, card: str) -> None:
    if card not in {each.value for each in Card}:
        raise _Unfit(_("yellow, red or black."))


def _read_position(step: Step, position: dict[str, Any]) -> None:
    step.spot = read_spot(step.case, position)


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


def _read_peer(step: Step, code: str) -> None:
    """A unit of the same level under the same unit: whatever else is in another part of the tree."""
    index = areas()
    unit, holder = index.by_code.get(code), index.by_id[step.case.holder_id]
    beside = unit is not None and unit.level == holder.level and unit.parent_id == holder.parent_id
    if unit is None or unit.id == holder.id or not beside:
        raise _Unfit(_("%(code)s does not stand beside %(holder)s.", code=code, holder=holder.name))
    step.unit = unit


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
    NeedKind.REVIEW: _read_review,
    NeedKind.PHOTOS: _read_photos,
    NeedKind.LEVEL: _read_level,
    NeedKind.AREA: _read_unit,
    NeedKind.PEER: _read_peer,
    NeedKind.CATEGORY: _read_category,
    NeedKind.CARD: _read_card,
    NeedKind.POSITION: _read_position,
}
