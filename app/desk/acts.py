"""One form per move that the reader may make, read from the workflow's table; the next steps come first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.cases.models import Case
from app.catalogue.configuration import working_calendar
from app.core.config import settings
from app.desk.fields import Field, fields_of
from app.workflow.actions import Action
from app.workflow.moves import Move
from app.workflow.terms import Term, TermUnit

DECISIVE = frozenset(Action) - {Action.COMMENT}
DECISIONS = (Action.APPROVE, Action.DENY)
NEXT = (
    Action.ACKNOWLEDGE,
    Action.ANSWER,
    Action.VERIFY_PASS,
    Action.VERIFY_FAIL,
    Action.ACCEPT,
    Action.DISPATCH,
    Action.START,
    Action.HANDLE,
    Action.RESPOND,
    Action.CHECK_PASS,
    Action.CHECK_FAIL,
    Action.RESUME,
    Action.CLOSE_ON_SPOT,
    Action.REJECT,
    Action.REOPEN,
)
"""What a case waits for, the most pressing first; the rest is an exception and waits under "More"."""
MOST_NEXT = 3
NO = frozenset({Action.REJECT, Action.DENY, Action.VERIFY_FAIL, Action.CHECK_FAIL})
"""The other answer to a question: never as prominent as the expected one."""
GROUPS: tuple[tuple[LazyString, tuple[Action, ...]], ...] = (
    (_l("Steps"), NEXT),
    (_l("Move the case"), (Action.RETURN_TO_DISPATCHER, Action.ESCALATE, Action.DELEGATE, Action.TRANSFER)),
    (_l("Departments"), (Action.WHISTLE,)),
    (
        _l("Applications"),
        (
            Action.REQUEST_EXTENSION,
            Action.REQUEST_SUSPENSION,
            Action.REQUEST_RECLASSIFICATION,
            Action.REQUEST_VOID,
            Action.REQUEST_RESTORE,
        ),
    ),
    (_l("Supervision"), (Action.URGE, Action.SUPERVISE)),
)
LISTS = ("departments", "assisting", "informed")
HIDDEN = ("csrf_token", "version", "photos", "due_at", "review_at", *LISTS)
POSITION = "position_"
Sent = MultiDict[str, str]
NOTHING_SENT: Sent = MultiDict()


@dataclass(frozen=True)
class Form:
    action: str
    id: str
    needs: list[Field]
    primary: bool
    open: bool
    values: Sent
    errors: Mapping[str, list[str]]


@dataclass(frozen=True)
class Group:
    label: str
    forms: list[Form]


@dataclass(frozen=True)
class Sheet:
    """What the reader can do: decide an application, take a next step, something rarer, or comment."""

    decisions: list[Form] = field(default_factory=list)
    next: list[Form] = field(default_factory=list)
    more: list[Group] = field(default_factory=list)
    comment: list[Form] = field(default_factory=list)

    @property
    def more_open(self) -> bool:
        return any(form.open for group in self.more for form in group.forms)


def sheet_of(
    case: Case, moves: Sequence[Move], *, refused: Sent, errors: Mapping[str, list[str]], at: datetime
) -> Sheet:
    """The forms; the one whose action was refused comes back open, with its words and errors."""
    forms = {
        move.action: _form(case, move, refused if refused.get("action") == move.action else None, errors, at)
        for move in moves
    }
    coming = [action for action in NEXT if action in forms][:MOST_NEXT]
    shown = {*coming, *DECISIONS, Action.COMMENT}
    rest = [
        Group(str(label), [forms[action] for action in actions if action in forms and action not in shown])
        for label, actions in GROUPS
    ]
    return Sheet(
        decisions=[forms[action] for action in DECISIONS if action in forms],
        next=[forms[action] for action in coming],
        more=[group for group in rest if group.forms],
        comment=[forms[Action.COMMENT]] if Action.COMMENT in forms else [],
    )


def _form(
    case: Case, move: Move, refused: Sent | None, errors: Mapping[str, list[str]], at: datetime
) -> Form:
    return Form(
        action=move.action.value,
        id=str(uuid4()),
        needs=fields_of(case, move, at),
        primary=move.action in (*NEXT, *DECISIONS) and move.action not in NO,
        open=refused is not None,
        values=NOTHING_SENT if refused is None else refused,
        errors={} if refused is None else _by_field(errors),
    )


def _by_field(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What is wrong inside a field (`position.lon`, `assisting.0`) stands at the field."""
    found: dict[str, list[str]] = {}
    for name, texts in errors.items():
        found.setdefault(name.split(".")[0], []).extend(texts)
    return found


def body_of(form: Sent, photos: list[str]) -> dict[str, Any]:
    """The form as the body that the API takes: local times become instants, empty fields are left out."""
    body: dict[str, Any] = {
        name: value
        for name, value in form.items()
        if name not in HIDDEN and not name.startswith(POSITION) and value
    }
    body |= {name: chosen for name in LISTS if (chosen := [each for each in form.getlist(name) if each])}
    if form.get("due_at"):
        body["due_at"] = _instant(form["due_at"])
    if form.get("review_at"):
        body["review_at"] = _end_of_day(form["review_at"])
    if form.get("position_lon") and form.get("position_lat"):
        body["position"] = _position(form)
    if photos:
        body["photos"] = photos
    return body


def _instant(local: str) -> str:
    """A local date and time of the form as RFC 3339; what cannot be read is left for the schema to refuse."""
    try:
        return datetime.fromisoformat(local).replace(tzinfo=settings().city_zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return local


def _end_of_day(text: str) -> str:
    """When that working day ends, or the first one after it; what cannot be read is left to the schema."""
    try:
        eve = date.fromisoformat(text) - timedelta(days=1)
        noon = datetime.combine(eve, time(12), settings().city_zone)
        return working_calendar().due(noon, Term(1, TermUnit.WORKING_DAYS)).isoformat()
    except (ValueError, OverflowError):
        return text


def _position(form: Sent) -> dict[str, Any]:
    """Where the browser says the sender stands; what is no number is left for the schema to refuse."""
    read = {"lon": "position_lon", "lat": "position_lat", "accuracy_m": "position_accuracy"}
    found = {name: _number(form[field_]) for name, field_ in read.items() if form.get(field_)}
    return {**found, "crs": "wgs84"}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
