"""The working calendar of a year as a page shows it: months of days, and the days that differ."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.catalogue.configuration.building import Content
from app.core.language import gettext as _
from app.core.language import name_of
from app.workflow.calendar import WorkCalendar

FIRST, LAST = 2000, 2100


@dataclass(frozen=True)
class Day:
    """A day of the month view. `kind`: work, rest, closed (a holiday), make_up, or own (the city's own)."""

    date: date
    kind: str
    hours: str
    name: str

    @property
    def label(self) -> str:
        """What the day is, for those who do not see its colour."""
        words = {"closed": _("holiday"), "make_up": _("make-up working day"), "own": _("own day")}
        said = [words.get(self.kind, ""), self.name, self.hours or _("closed")]
        return " · ".join(part for part in said if part)


@dataclass(frozen=True)
class Special:
    """A day that differs, as the table lists it; `editor` and `row` lead to its form."""

    date: date
    editor: str
    row: int
    what: str
    name: str
    provisional: bool
    covered: bool


def months_of(year: int, working: WorkCalendar, specials: list[Special]) -> list[list[list[Day | None]]]:
    """Twelve months of weeks of seven days, Monday first; None outside the month."""
    named = {special.date: special for special in specials if not special.covered}
    weeks = calendar.Calendar()
    return [
        [
            [_day(day, working, named.get(day)) if day.month == month else None for day in week]
            for week in weeks.monthdatescalendar(year, month)
        ]
        for month in range(1, 13)
    ]


def _day(day: date, working: WorkCalendar, special: Special | None) -> Day:
    hours = ", ".join(str(opening) for opening in working.hours_of(day))
    if special is None:
        return Day(day, "work" if hours else "rest", hours, "")
    kind = "own" if special.editor == "day" else ("make_up" if hours else "closed")
    return Day(day, kind, hours, special.name)


def specials_of(year: int, own: Content, holidays: Content) -> list[Special]:
    """Every day of the year that differs, in order; the city's own stands over the country's."""
    mine = {row["date"] for row in own["days"]}
    found = [_own(at, row) for at, row in enumerate(own["days"]) if _in(year, row)]
    found += [_holiday(at, row, mine) for at, row in enumerate(holidays["days"]) if _in(year, row)]
    return sorted(found, key=lambda special: (special.date, special.editor))


def _in(year: int, row: Mapping[str, Any]) -> bool:
    return str(row["date"]).startswith(f"{year}-")


def _own(at: int, row: Mapping[str, Any]) -> Special:
    what = ", ".join(row["hours"]) or _("closed")
    return Special(date.fromisoformat(row["date"]), "day", at, what, row["name"], False, False)


def _holiday(at: int, row: Mapping[str, Any], mine: set[str]) -> Special:
    what = _("Holiday (closed)") if row["kind"] == "closed" else _("Make-up working day")
    day = date.fromisoformat(row["date"])
    return Special(day, "holiday", at, what, name_of(row), row["provisional"], row["date"] in mine)


def warnings(today: date, holidays: Content) -> list[str]:
    """What is missing for this year and the next."""
    said = []
    for year in (today.year, today.year + 1):
        days = [row for row in holidays["days"] if _in(year, row)]
        if not days:
            said.append(
                _(
                    "No holidays are known for %(year)s: its public holidays would count as working days.",
                    year=year,
                )
            )
        elif any(row["provisional"] for row in days):
            said.append(
                _(
                    "The arrangement of holidays for %(year)s is not entered yet: only the days fixed by law "
                    "are known. Enter make-up days when they are published, usually in November.",
                    year=year,
                )
            )
    return said


def asked_year(text: str | None, today: date) -> int:
    """A year that the calendar can show; this one for anything else."""
    wanted = int(text) if text and text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return min(max(wanted, FIRST), LAST)
