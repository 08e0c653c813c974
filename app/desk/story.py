"""The history of a case in words: who did what, to whom, why, and what it did to the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.areas.index import areas
from app.core.language import code, instant, name_of, ngettext
from app.core.language import gettext as _
from app.core.words import word
from app.events.queries import Told
from app.people.queries import department, names

WORDS_FIELDS = ("reason", "note", "text")


@dataclass(frozen=True)
class Line:
    """One event: `details` are short facts, `why` is what the person wrote."""

    at: datetime
    who: str
    what: str
    details: list[str]
    why: str


def tell(events: Sequence[Told]) -> list[Line]:
    """Events (oldest first) as lines, newest first. One statement for the people's names."""
    people = names([found for event in events if (found := _person(event.actor))])
    lines, due = [], None
    for event in events:
        body = event.body or {}
        lines.append(
            Line(event.at, _who(event.actor, people), _what(event), _details(body, due), _why(event.body))
        )
        due = body.get("due_at", due)
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


def _what(event: Told) -> str:
    return word(event.action, "event")


def _why(body: dict[str, Any] | None) -> str:
    if body is None:
        return _("What was written here has been erased.")
    return "\n".join(str(body[name]) for name in WORDS_FIELDS if body.get(name))


def _details(body: dict[str, Any], due_before: str | None) -> list[str]:
    found = []
    if body.get("department"):
        found.append(_("to %(department)s", department=name_of(department(body["department"]))))
    if body.get("to") or body.get("to_level"):
        found.append(_("now with %(unit)s", unit=_unit(body.get("holder"))))
    if body.get("photos"):
        found.append(ngettext("with %(num)d photo", "with %(num)d photos", len(body["photos"])))
    if body.get("due_at") and body["due_at"] != due_before:
        found.append(_("due %(time)s", time=instant(datetime.fromisoformat(body["due_at"]))))
    return found


def _unit(unit_code: str | None) -> str:
    return name_of(areas().by_code.get(unit_code or ""))
