"""One form per move that the reader may make, with its fields and options: read from the workflow's table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from app.areas.index import areas
from app.cases.models import Case
from app.core.config import settings
from app.core.language import gettext as _
from app.core.language import name_of
from app.core.policy import LEVEL_FIELDS
from app.core.words import word
from app.people.queries import departments_for
from app.workflow.actions import Action
from app.workflow.levels import HOLDING, Level, rungs_above
from app.workflow.moves import Move, Need, NeedKind

DECISIVE = frozenset(Action) - {Action.COMMENT}
PRIMARY = frozenset({Action.ACCEPT, Action.DISPATCH, Action.START, Action.HANDLE, Action.CHECK_PASS})


@dataclass(frozen=True)
class Field:
    """A need as a form field. `blank` is what an optional choice says when nothing is chosen."""

    name: str
    kind: str
    required: bool
    label: str
    options: list[tuple[str, str]] = field(default_factory=list)
    blank: str | None = None


@dataclass(frozen=True)
class Form:
    action: str
    id: str
    needs: list[Field]
    primary: bool
    open: bool
    values: Mapping[str, str]
    errors: Mapping[str, list[str]]


def forms_of(
    case: Case, moves: tuple[Move, ...], *, refused: Mapping[str, str], errors: Mapping[str, list[str]]
) -> list[Form]:
    """The forms; the one whose action was refused comes back open, with its words and errors."""
    return [
        _form(case, move, refused if refused.get("action") == move.action else None, errors) for move in moves
    ]


def _form(case: Case, move: Move, refused: Mapping[str, str] | None, errors: Mapping[str, list[str]]) -> Form:
    return Form(
        action=move.action.value,
        id=str(uuid4()),
        needs=[_field(case, need) for need in move.needs],
        primary=move.action in PRIMARY,
        open=refused is not None,
        values=refused or {},
        errors=errors if refused is not None else {},
    )


def _field(case: Case, need: Need) -> Field:
    options, blank = _options(case, need.kind)
    return Field(need.name, need.kind.value, need.required, _label(need), options, blank)


def _label(need: Need) -> str:
    labels = {
        "reason": _("Reason"),
        "note": _("What was done"),
        "text": _("Your comment"),
        "photos": _("Photos"),
        "department": _("Department"),
        "due_at": _("Due"),
        "to_level": _("To which level"),
        "to": _("To which unit"),
    }
    return labels.get(need.name, need.name)


def _options(case: Case, kind: NeedKind) -> tuple[list[tuple[str, str]], str | None]:
    if kind is NeedKind.DEPARTMENT:
        return [(found.code, name_of(found)) for found in departments_for(case.scope_path)], None
    if kind is NeedKind.LEVEL:
        lineage = {level: getattr(case, LEVEL_FIELDS[level]) for level in Level}
        above = rungs_above(Level(case.level), lineage)
        index = areas().by_id
        return [(level, f"{word(level, 'level')} · {name_of(index[lineage[level]])}") for level in above], _(
            "The next level up"
        )
    if kind is NeedKind.AREA:
        return _units_below(case), None
    return [], None


def _units_below(case: Case) -> list[tuple[str, str]]:
    """Units under the holder that may answer: on the case's own line, or all when it has no place."""
    index = areas()
    holder = index.by_id[case.holder_id]
    if case.placement in ("unplaced", "words"):
        below = [unit for unit in index.by_id.values() if unit.path.startswith(holder.path)]
    else:
        line = (getattr(case, LEVEL_FIELDS[level]) for level in HOLDING)
        below = [index.by_id[unit_id] for unit_id in line if unit_id is not None]
    fit = [u for u in below if u.id != holder.id and u.level in HOLDING and u.path.startswith(holder.path)]
    return [(unit.code, f"{word(unit.level, 'level')} · {name_of(unit)}") for unit in fit]


def body_of(form: Mapping[str, str], photos: list[str]) -> dict[str, Any]:
    """The form as the body that the API takes: local times become instants, empty fields are left out."""
    skipped = ("csrf_token", "version", "photos", "due_at")
    body: dict[str, Any] = {name: value for name, value in form.items() if name not in skipped and value}
    if form.get("due_at"):
        body["due_at"] = _instant(form["due_at"])
    if photos:
        body["photos"] = photos
    return body


def _instant(local: str) -> str:
    """A local date and time of the form as RFC 3339; what cannot be read is left for the schema to refuse."""
    try:
        return datetime.fromisoformat(local).replace(tzinfo=settings().city_zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return local
