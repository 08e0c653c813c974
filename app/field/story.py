"""The history of a case in words, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from app.areas.index import areas
from app.core.language import code, name_of
from app.core.words import word
from app.events.queries import Told
from app.people.queries import department, names

BY_CLOCK = frozenset({"case.climbed", "case.near_due"})


@dataclass(frozen=True)
class Line:
    """One event, or `times` alike in a row. `version` is the case's after it, 0 when it changed none."""

    at: datetime
    who: str
    what: str
    why: str
    version: int
    times: int = 1


People = dict[UUID, tuple[str, str | None]]


def tell(events: Sequence[Told]) -> list[Line]:
    """Events (oldest first) as lines. One statement for the people's names."""
    return lines(events, people_of(events))


def people_of(events: Sequence[Told]) -> People:
    """Name and English name of everybody who acts in the events. One statement."""
    return names([found for event in events if (found := _person(event.actor))])


def lines(events: Sequence[Told], people: People) -> list[Line]:
    """Events (oldest first) as lines in the present language, newest first. No statement."""
    return _together([_line(event, people) for event in reversed(events)])


def _together(lines: list[Line]) -> list[Line]:
    """Several photos in a row are one line; words and decisions keep their own."""
    found: list[Line] = []
    for line in lines:
        last = found[-1] if found else None
        if last and (last.who, last.what) == (line.who, line.what) and not (line.why or line.version):
            found[-1] = replace(last, times=last.times + 1)
        else:
            found.append(line)
    return found


def _line(event: Told, people: People) -> Line:
    body = event.body or {}
    said = [str(body[name]) for name in ("reason", "note", "text") if body.get(name)]
    if body.get("off_site_reason"):
        said.append(_("Not from the spot: %(why)s", why=body["off_site_reason"]))
    why = "\n".join(said) if event.body is not None else _("What was written here has been erased.")
    spoken = body.get("kind") == "voice"
    what = _("added a spoken note") if spoken else word(event.action, "event") + _whereto(body)
    who = _("The clock") if event.action in BY_CLOCK else _who(event.actor, people)
    return Line(event.at, who, what, why, int(body.get("version", 0)))


def _whereto(body: dict[str, Any]) -> str:
    """Who has it now, or is called: departments, or the unit that a case moved to."""
    called = [body["department"]] if body.get("department") and not body.get("task") else []
    called += body.get("assisting") or body.get("departments") or []
    if called:
        return " → " + ", ".join(name_of(department(each)) or each for each in called)
    if body.get("to") or body.get("to_level"):
        return f" → {name_of(areas().by_code.get(body.get('unit') or body.get('holder', '')))}"
    return ""


def _person(actor: str) -> UUID | None:
    kind, _sep, ident = actor.partition(":")
    return UUID(ident) if kind == "person" and ident else None


def _who(actor: str, people: People) -> str:
    ident = _person(actor)
    if ident is None:
        return str(_("The system"))
    name, english = people.get(ident, (_("Somebody"), None))
    return str(english if code() == "en" and english else name)
