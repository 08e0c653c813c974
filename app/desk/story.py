"""The history of a case in words: who did what, to whom, why, and what it did to level and clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.areas.index import areas
from app.catalogue.configuration import reasons
from app.catalogue.queries import categories
from app.core.language import code, instant, name_of, ngettext
from app.core.language import gettext as _
from app.core.words import word
from app.events.queries import Told
from app.people.queries import department, names
from app.workflow.statuses import ENDED

WORDS_FIELDS = ("reason", "note", "text")
BY_CLOCK = frozenset({"case.climbed", "case.near_due"})
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One event: `details` are short facts, `why` is what the person wrote."""

    at: datetime
    who: str
    what: str
    details: list[str]
    why: str
    by_clock: bool


@dataclass
class _Before:
    """Where the case stood before an event."""

    due_at: str | None = None
    level: str | None = None
    holder: str | None = None

    def follow(self, body: Body) -> None:
        self.due_at = body.get("due_at", self.due_at)
        self.level = body.get("level", self.level)
        self.holder = body.get("holder", self.holder)


def tell(events: Sequence[Told]) -> list[Line]:
    """Events (oldest first) as lines, newest first. One statement for the people's names."""
    people = names([found for event in events if (found := _person(event.actor))])
    lines, before = [], _Before()
    for event in events:
        body = event.body or {}
        who = _("The clock") if event.action in BY_CLOCK else _who(event.actor, people)
        details = _details(event.action, body, before)
        what = _("added a spoken note") if body.get("kind") == "voice" else word(event.action, "event")
        lines.append(Line(event.at, who, what, details, _why(event.body), event.action in BY_CLOCK))
        before.follow(body)
    return lines[::-1]


def _person(actor: str) -> UUID | None:
    kind, _sep, ident = actor.partition(":")
    return UUID(ident) if kind == "person" and ident else None


def _who(actor: str, people: dict[UUID, tuple[str, str | None]]) -> str:
    ident = _person(actor)
    if ident is None:
        return _("The system")
    name, english = people.get(ident, (_("Somebody"), None))
    return english if code() == "en" and english else name


def _why(body: Body | None) -> str:
    if body is None:
        return _("What was written here has been erased.")
    return "\n".join(str(body[name]) for name in WORDS_FIELDS if body.get(name))


def _details(action: str, body: Body, before: _Before) -> list[str]:
    found = [
        *(_of_the_clock(body) if action in BY_CLOCK else _departments(body)),
        *_applied(body),
        *_moved(body, before),
        *_supervised(body),
        *_chosen(action, body),
        *_due(body, before),
    ]
    return [text for text in found if text]


def _departments(body: Body) -> Iterable[str]:
    if body.get("department"):
        yield _("to %(department)s", department=_named(body["department"]))
    if body.get("assisting"):
        yield _("assisted by %(departments)s", departments=_list(body["assisting"]))
    if body.get("informed"):
        yield _("informed: %(departments)s", departments=_list(body["informed"]))
    if body.get("departments"):
        yield _("summoned: %(departments)s", departments=_list(body["departments"]))


def _list(codes: Iterable[str]) -> str:
    return ", ".join(_named(each) for each in codes)


def _named(department_code: str) -> str:
    return name_of(department(department_code)) or department_code


def _of_the_clock(body: Body) -> Iterable[str]:
    """Which duty's time runs out or ran out, and what the clock did about it."""
    duty = word(body.get("task"), "task")
    if body.get("department"):
        duty = f"{duty} · {_named(body['department'])}"
    limit = body.get("task_due_at")
    if limit:
        yield _("%(duty)s: limit %(time)s", duty=duty, time=_time(limit))
    if body.get("unit") and body.get("unit") != body.get("holder"):
        yield _("the decision is now with %(unit)s", unit=_unit(body["unit"]))
    if body.get("vacant"):
        passed = ", ".join(_unit(unit) for unit in body["vacant"])
        yield _("nobody answers today for: %(units)s", units=passed)
    if body.get("top"):
        yield _("on the city's list: there is no level above")


def _applied(body: Body) -> Iterable[str]:
    if body.get("application"):
        yield _("application: %(what)s", what=word(body["application"], "application"))
    if body.get("approver"):
        yield _("to be decided by %(unit)s", unit=_unit(body["approver"]))
    asked = body.get("asked") or {}
    if asked.get("due_at"):
        yield _("until %(time)s", time=_time(asked["due_at"]))
    found = {**body, **asked}
    if found.get("review_at"):
        yield _("review on %(time)s", time=_time(found["review_at"]))
    if found.get("category") and body.get("application"):
        category = categories().get(found["category"])
        yield _("new category: %(name)s", name=name_of(category) or found["category"])


def _moved(body: Body, before: _Before) -> Iterable[str]:
    level, holder = body.get("level"), body.get("holder")
    if before.level and level and level != before.level:
        old, new = word(before.level, "level"), word(level, "level")
        yield _("%(old)s → %(new)s: now with %(unit)s", old=old, new=new, unit=_unit(holder))
    elif before.holder and holder and holder != before.holder:
        yield _("now with %(unit)s", unit=_unit(holder))
    if body.get("raised"):
        yield _("given back so often that the level above decides")


def _supervised(body: Body) -> Iterable[str]:
    if body.get("card"):
        yield word(body["card"], "card")


def _chosen(action: str, body: Body) -> Iterable[str]:
    if body.get("reason_code"):
        known = {row.code: row for row in reasons(action.removeprefix("case."))}
        yield name_of(known.get(body["reason_code"])) or str(body["reason_code"])
    if body.get("off_site_reason"):
        yield _("not on the spot: %(why)s", why=body["off_site_reason"])
    if body.get("photos"):
        yield ngettext("with %(num)d photo", "with %(num)d photos", len(body["photos"]))


def _due(body: Body, before: _Before) -> Iterable[str]:
    """The clock's jumps: what it shows now, and what it showed before."""
    if "due_at" not in body or body["due_at"] == before.due_at:
        return
    if body["due_at"] is None:
        if body.get("status") not in ENDED:
            yield _("no limit any more")
    elif before.due_at:
        new, old = _time(body["due_at"]), _time(before.due_at)
        yield _("due %(time)s (before: %(old)s)", time=new, old=old)
    else:
        yield _("due %(time)s", time=_time(body["due_at"]))


def _time(text: str) -> str:
    return instant(datetime.fromisoformat(text))


def _unit(unit_code: str | None) -> str:
    return name_of(areas().by_code.get(unit_code or ""))
