"""Who changed what when: the versions of a kind with what each says differently, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.catalogue.configuration import Difference, Kind, VersionRow, history
from app.catalogue.configuration.building import WEEKDAYS, Content
from app.catalogue.configuration.differences import differences
from app.core.db import db
from app.core.language import gettext as _
from app.core.language import name_of
from app.core.words import word
from app.desk.settings import (
    LIMIT_NAMES,
    category_in_words,
    level_in_words,
    stored_content,
    term_in_words,
    urgency_in_words,
)
from app.desk.settings_inputs import weekday
from app.people.models import Person

MOST_LINES = 60
PAGE = 20


@dataclass(frozen=True)
class Line:
    """One thing that became different. Empty `before`: it is new; empty `after`: it is gone."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """A version in words. `lines` are against the one before it; `more` of them are not shown."""

    version: int
    at: datetime
    who: str
    note: str
    lines: list[Line]
    more: int = 0


def versions_of(kind: Kind, *, before: int | None = None) -> tuple[list[Version], int | None]:
    """A page of versions, newest first, and from where the next page goes on."""
    rows = [row for row in history(kind) if before is None or row.version < before]
    page = rows[:PAGE]
    people = _names(row.person_id for row in page)
    contents = _contents(kind, page)
    found = [_version(kind, row, contents, people) for row in page]
    return found, page[-1].version if len(rows) > PAGE else None


def last_version(kind: Kind) -> Version | None:
    """Who made the active version; None while the shipped one counts."""
    row = next(iter(history(kind)), None)
    if row is None:
        return None
    return Version(row.version, row.activated_at, _who(row, _names([row.person_id])), row.note, [])


def changes_since(kind: Kind, seen: int) -> tuple[list[Line], list[Version]]:
    """What became different since a version that an editor had before him, and by whom."""
    rows = [row for row in history(kind) if row.version > seen]
    people = _names(row.person_id for row in rows)
    by = [Version(row.version, row.activated_at, _who(row, people), row.note, []) for row in rows]
    newest = max((row.version for row in rows), default=seen)
    changed = differences(kind, stored_content(kind, seen), stored_content(kind, newest))
    return lines_of(kind, changed)[:MOST_LINES], by


def lines_of(kind: Kind, changed: Iterable[Difference]) -> list[Line]:
    return [
        Line(_what(kind, each.what), _says(kind, each.before), _says(kind, each.after)) for each in changed
    ]


def _version(kind: Kind, row: VersionRow, contents: dict[int, Content], people: dict[int, str]) -> Version:
    before = contents.get(row.version - 1)
    changed = differences(kind, before, contents[row.version]) if before is not None else ()
    lines = lines_of(kind, changed[:MOST_LINES])
    return Version(
        row.version, row.activated_at, _who(row, people), row.note, lines, len(changed) - len(lines)
    )


def _contents(kind: Kind, page: Sequence[VersionRow]) -> dict[int, Content]:
    """Of the versions and of those before them; before a first one made by hand is what was shipped."""
    wanted = {row.version for row in page}
    wanted |= {row.version - 1 for row in page if row.version > 1 or row.person_id is not None}
    return {version: stored_content(kind, version) for version in sorted(wanted)}


def _who(row: VersionRow, people: dict[int, str]) -> str:
    return _("as shipped") if row.person_id is None else people.get(row.person_id, _("Somebody"))


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {ident for ident in ids if ident is not None}
    if not wanted:
        return {}
    people = db.session.scalars(select(Person).where(Person.id.in_(wanted)))
    return {person.id: name_of(person) for person in people}


def _what(kind: Kind, code: str) -> str:
    """The words for `handle · * · town · urgent` and the like."""
    parts = code.split(" · ")
    if kind is Kind.TERMS and len(parts) == 4:
        stage, category, level, urgency = parts
        named = (category_in_words(category), level_in_words(level), urgency_in_words(urgency))
        return " · ".join((word(stage, "task"), *named))
    if kind is Kind.LADDER and len(parts) == 2:
        return f"{level_in_words(parts[0])} · {urgency_in_words(parts[1])}"
    if kind is Kind.REASONS and len(parts) == 2:
        return f"{word(parts[0], 'action')} · {parts[1]}"
    return _name(kind, code)


def _name(kind: Kind, code: str) -> str:
    if code == "order":
        return _("Order")
    if kind is Kind.CALENDAR:
        return weekday(WEEKDAYS.index(code)) if code in WEEKDAYS else _made_up(code)
    return str(LIMIT_NAMES.get(code, code))


def _made_up(code: str) -> str:
    return _("A day worked for a holiday") if code == "make_up" else code


def _says(kind: Kind, value: str | None) -> str:
    if value is None:
        return ""
    if kind in (Kind.TERMS, Kind.LADDER):
        return term_in_words(value)
    if kind is Kind.HOLIDAYS:
        closed, working = _("Holiday (closed)"), _("Make-up working day")
        return (
            value.replace("closed", closed, 1)
            if value.startswith("closed")
            else value.replace("working", working, 1)
        )
    return value
