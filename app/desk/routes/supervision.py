"""The supervision page: what in the units below goes wrong, and where nobody is there to set it right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from app.areas.index import AreaEntry, areas
from app.core.access import allow, current_actor
from app.core.clock import local_day, now
from app.core.language import gettext as _
from app.core.language import name_of
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import NotFound
from app.core.roles import Role
from app.core.words import word
from app.desk.mapview import levels_below
from app.desk.queries import below, totals
from app.desk.routes import bp
from app.desk.rows import Row, rows_of
from app.desk.supervision import (
    COUNTED,
    WEEK,
    Question,
    Watch,
    Watched,
    by_unit,
    first_rows,
    notes_of,
    questions,
)
from app.people.queries import Vacancy, vacancies
from app.workflow.levels import LEVELS

OVERSEERS = frozenset({Role.OFFICIAL, Role.DISPATCHER})
MOST_VACANT = 200
COLUMN_LINKS: dict[str, dict[str, str]] = {
    "open": {},
    "near": {"near": "true"},
    "overdue": {"overdue": "true"},
    "yellow": {"card": "yellow"},
    "red": {"card": "red"},
    "black": {"card": "black"},
    "suspended": {"status": "suspended"},
}
NOTHING = Watched(None, 0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Section:
    """A question with its number and its first cases."""

    question: Question
    count: int
    url: str
    rows: list[Row]
    notes: dict[str, str]


@bp.get("/supervision")
@allow(*sorted(OVERSEERS))
def supervision() -> str:
    actor, at = current_actor(), now()
    own = _own_areas(actor)
    area = _asked_area(own)
    watch, asked = Watch(area, at, actor), questions(area, at)
    counts = totals([watch.filters(question) for question in asked], actor, at)
    sections = _sections(watch, asked, counts)
    return render(
        "desk/supervision.html",
        at=at,
        place_name=name_of(area),
        crumbs=_crumbs(area, own),
        units=_switch(area, own),
        figures=sections,
        sections=[section for section in sections if section.question.title],
        **_vacant(vacancies(local_day(at), area)),
        **_table(watch),
    )


def _own_areas(actor: Actor) -> list[AreaEntry]:
    """The units that the reader oversees, highest first."""
    ids = {p.area_id for p in actor.postings if p.role in OVERSEERS and p.area_id is not None}
    found = [areas().by_id[area_id] for area_id in ids if area_id in areas().by_id]
    return sorted(found, key=lambda unit: (LEVELS.index(unit.level), unit.code))


def _asked_area(own: Sequence[AreaEntry]) -> AreaEntry:
    """The unit asked for if it lies in one of the reader's own; out of them looks like absent."""
    asked = request.args.get("area")
    if not asked and own:
        return own[0]
    found = areas().by_code.get(asked or "")
    if found is None or not any(found.lies_in(unit) for unit in own):
        raise NotFound(_("There is no area %(code)s.", code=(asked or "")[:40]))
    return found


def _here(unit: AreaEntry) -> str:
    return url_for("desk.supervision", area=unit.code)


def _crumbs(area: AreaEntry, own: Sequence[AreaEntry]) -> list[dict[str, str | None]]:
    """From the reader's own unit down to the one that is shown."""
    line = [unit for _level, unit in areas().ancestors(area) if unit is not None]
    seen = [unit for unit in line if any(unit.lies_in(each) for each in own)]
    return [{"name": name_of(unit), "url": None if unit.id == area.id else _here(unit)} for unit in seen]


def _switch(area: AreaEntry, own: Sequence[AreaEntry]) -> list[dict[str, Any]]:
    """A link to each of the reader's units; none for whoever has one only."""
    return [
        {"name": name_of(unit), "url": _here(unit), "here": area.lies_in(unit)}
        for unit in own
        if len(own) > 1
    ]


def _sections(watch: Watch, asked: Iterable[Question], counts: Iterable[int]) -> list[Section]:
    """All rows are read by one look at photos, clocks and notes."""
    pairs = list(zip(asked, counts, strict=True))
    found = {
        question.code: first_rows(watch, question) if question.title and count else []
        for question, count in pairs
    }
    every = {row.id: row for rows in found.values() for row in rows}
    shown = dict(zip(every, rows_of(list(every.values()), watch.at, watch.actor), strict=True))
    notes = notes_of(list(every), watch.at - WEEK, watch.at)
    said = {shown[ident].id: note for ident, note in notes.items()}
    return [
        Section(
            question,
            count,
            watch.link(**question.adds),
            [shown[row.id] for row in found[question.code]],
            said if question.code in ("climbed", "applications") else {},
        )
        for question, count in pairs
    ]


def _table(watch: Watch) -> dict[str, Any]:
    """The units one level down, those in trouble first; cases that lie in none of them last."""
    levels = levels_below(watch.area)
    if not levels:
        return {"lines": [], "unit_word": ""}
    numbers = by_unit(watch, levels[0])
    units = [
        _line(watch, unit, numbers.get(unit.id, NOTHING), levels[0])
        for unit in below().of(watch.area)[levels[0]]
    ]
    units.sort(key=lambda line: (-line["weight"], line["name"]))
    rest = [_line(watch, None, numbers[None], levels[0])] if None in numbers else []
    return {"lines": units + rest, "unit_word": word(levels[0], "level")}


def _line(watch: Watch, unit: AreaEntry | None, numbers: Watched, level: str) -> dict[str, Any]:
    outside = {} if unit else {"no_unit_at": level}
    cells = [
        (
            name,
            getattr(numbers, name),
            watch.link(unit, **outside, **COLUMN_LINKS[name]),
        )
        for name in COUNTED
    ]
    return {
        "name": name_of(unit) if unit else _("in none of these units"),
        "url": _here(unit) if unit else None,
        "cells": cells,
        "weight": numbers.overdue,
    }


def _vacant(found: Sequence[Vacancy]) -> dict[str, Any]:
    """Level by level: the units that nobody answers for today."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for vacancy in found[:MOST_VACANT]:
        line = {"name": name_of(vacancy.unit), "code": vacancy.unit.code, "since": vacancy.since}
        groups.setdefault(vacancy.unit.level, []).append(line)
    return {"vacant": groups, "vacant_total": len(found), "vacant_more": len(found[MOST_VACANT:])}
