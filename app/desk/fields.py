"""The fields of the action forms: label, options and limits of each thing that a move takes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.areas.index import areas
from app.cases.models import Case
from app.catalogue.configuration import limits, reasons
from app.catalogue.configuration.owners import proposed_department
from app.catalogue.queries import categories
from app.core.clock import local_day
from app.core.language import gettext as _
from app.core.language import name_of
from app.core.policy import LEVEL_FIELDS
from app.core.words import word
from app.desk import choices
from app.people.queries import departments_for
from app.workflow.actions import Action
from app.workflow.levels import HOLDING, Level, rungs_above
from app.workflow.moves import Move, Need, NeedKind

Options = list[Any]


@dataclass(frozen=True)
class Field:
    """A need as a form field.

    `blank`: what a choice says when nothing is chosen; `attrs` limit the input; `first` is what stands there
    until somebody decides otherwise.
    """

    name: str
    kind: str
    required: bool
    label: str
    options: Options = field(default_factory=list)
    blank: str = ""
    hint: str = ""
    attrs: dict[str, str] = field(default_factory=dict)
    first: str = ""


LABELS: dict[str, LazyString] = {
    "reason": _l("Reason"),
    "reason_code": _l("Reason"),
    "note": _l("Note"),
    "text": _l("Your comment"),
    "photos": _l("Photos"),
    "department": _l("Department"),
    "departments": _l("Departments to summon"),
    "assisting": _l("Departments that assist"),
    "informed": _l("Departments to be informed"),
    "due_at": _l("Due"),
    "review_at": _l("Looked at again on"),
    "to_level": _l("To which level"),
    "to": _l("To which unit"),
    "category": _l("Category"),
    "card": _l("Card"),
    "position": _l("Where you are"),
    "off_site_reason": _l("Why you check from elsewhere"),
}
OWN_LABELS: dict[tuple[Action, str], LazyString] = {
    (Action.HANDLE, "note"): _l("What was done"),
    (Action.CLOSE_ON_SPOT, "note"): _l("What was done"),
    (Action.RESPOND, "note"): _l("What was done"),
    (Action.ANSWER, "text"): _l("Your answer"),
    (Action.URGE, "text"): _l("What you want to say"),
    (Action.SUPERVISE, "due_at"): _l("Answer due"),
    (Action.WHISTLE, "due_at"): _l("Answers due"),
    (Action.REQUEST_EXTENSION, "due_at"): _l("New due time"),
}


def fields_of(case: Case, move: Move, at: datetime) -> list[Field]:
    """The reason to choose stands before the words for it; a choice without options is left out."""
    known = bool(reasons(move.action.value))
    needs = [need for need in move.needs if need.kind is not NeedKind.REASON_CODE or known]
    coded = any(need.kind is NeedKind.REASON_CODE for need in needs)
    needs.sort(key=lambda need: need.kind is not NeedKind.REASON_CODE)
    found = [_field(case, move.action, need, at, coded) for need in needs]
    return [each for each in found if each.options or each.kind not in CHOSEN or each.required]


CHOSEN = frozenset({"department", "departments", "area", "peer", "category", "reason_code"})


def _field(case: Case, action: Action, need: Need, at: datetime, coded: bool) -> Field:
    offer = _OPTIONS.get(need.kind)
    options = offer(case, action) if offer else []
    own = OWN_LABELS.get((action, need.name))
    label = own or LABELS.get(need.name, need.name)
    if coded and need.name == "reason":
        label = _l("In your own words")
    required = need.required or need.kind is NeedKind.REASON_CODE
    blank = _("Please choose") if required else _BLANKS.get(need.kind, "")
    hint, attrs = _limits(need, at)
    first = _proposed(case) if need.kind is NeedKind.DEPARTMENT else ""
    if first:
        hint = _("Proposed by the rules of responsibility.")
    return Field(need.name, need.kind.value, required, str(label), options, str(blank), hint, attrs, first)


def _proposed(case: Case) -> str:
    """The department that the rules name for this category at this place; empty if they name none."""
    category, unit = categories().get(case.category), areas().by_id.get(case.grid_id or case.holder_id)
    if category is None or unit is None:
        return ""
    return (
        proposed_department(category, unit, [found.code for found in departments_for(case.scope_path)]) or ""
    )


def _limits(need: Need, at: datetime) -> tuple[str, dict[str, str]]:
    if need.kind is NeedKind.REVIEW:
        today, most = local_day(at), limits().suspension_cap_days
        days = {"min": today.isoformat(), "max": (today + timedelta(days=most)).isoformat()}
        return _("By the end of that working day, within %(most)s days.", most=most), days
    if need.kind is NeedKind.INSTANT and need.required:
        return _("Whoever decides may ask why: say it below."), {}
    return "", {}


_BLANKS: dict[NeedKind, LazyString] = {
    NeedKind.LEVEL: _l("The next level up"),
    NeedKind.CARD: _l("No card"),
}


def _departments(case: Case, _action: Action) -> Options:
    """Nearest first."""
    return [(found.code, name_of(found)) for found in departments_for(case.scope_path)]


def _levels(case: Case, _action: Action) -> Options:
    lineage = {level: getattr(case, LEVEL_FIELDS[level]) for level in Level}
    index = areas().by_id
    above = rungs_above(Level(case.level), lineage)
    return [(level, f"{word(level, 'level')} · {name_of(index[lineage[level]])}") for level in above]


def _units_below(case: Case, _action: Action) -> Options:
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


def _units_beside(case: Case, _action: Action) -> Options:
    """Of the same level, under the same unit."""
    index = areas()
    holder = index.by_id[case.holder_id]
    beside = index.children.get(holder.parent_id, []) if holder.parent_id is not None else []
    return [(u.code, name_of(u)) for u in beside if u.level == holder.level and u.id != holder.id]


def _other_categories(case: Case, _action: Action) -> Options:
    return [
        (kind, None, [pair for pair in pairs if pair[0] != case.category])
        for kind, _none, pairs in choices.category_choices()
    ]


def _reasons(_case: Case, action: Action) -> Options:
    return [(row.code, name_of(row)) for row in reasons(action.value)]


_OPTIONS: dict[NeedKind, Callable[[Case, Action], Options]] = {
    NeedKind.DEPARTMENT: _departments,
    NeedKind.DEPARTMENTS: _departments,
    NeedKind.LEVEL: _levels,
    NeedKind.AREA: _units_below,
    NeedKind.PEER: _units_beside,
    NeedKind.CATEGORY: _other_categories,
    NeedKind.CARD: lambda _case, _action: choices.card_choices(),
    NeedKind.REASON_CODE: _reasons,
}
