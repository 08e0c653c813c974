"""The four numbers of an area, each with its list and what it was a week ago."""

from dataclasses import dataclass
from typing import Any

from app.cases.queries.filters import Filters
from app.core.language import gettext as _
from app.core.policy import Actor
from app.core.words import word
from app.desk.mapview import WEEK, View
from app.desk.queries import totals
from app.desk.tabs import ALL_OPEN


@dataclass(frozen=True)
class Figure:
    """One number of the whole area. `meaning` and `sign` belong to a value above zero only."""

    code: str
    label: str
    value: int
    change: int
    url: str
    meaning: str = ""
    sign: str = ""


@dataclass(frozen=True)
class Question:
    """`narrows` is added to the page's filters, `adds` the same in the address of the list."""

    code: str
    label: str
    narrows: dict[str, Any]
    adds: dict[str, Any]
    meaning: str = ""
    sign: str = ""


def figures(view: View, actor: Actor) -> list[Figure]:
    """Open, near due, overdue, raised to this unit: at the page's instant, a week before. One statement."""
    asked = _questions(view)
    now = [_asked(view.filters, question) for question in asked]
    before = [filters and filters.but(as_of=view.seen - WEEK) for filters in now]
    counts = iter(totals([filters for filters in (*now, *before) if filters], actor, view.at))
    values = [next(counts) if filters else 0 for filters in (*now, *before)]
    return [
        Figure(
            question.code,
            question.label,
            value,
            value - was,
            view.link(**question.adds),
            question.meaning if value else "",
            question.sign,
        )
        for question, value, was in zip(asked, values[: len(asked)], values[len(asked) :], strict=True)
    ]


def _questions(view: View) -> tuple[Question, ...]:
    level = word(view.area.level, "level").lower()
    return (
        Question("open", _("open"), {}, {"status": "open"}),
        Question("near", _("near due"), {"near": True}, {"status": "open", "near": "true"}, "near", "clock"),
        Question(
            "overdue",
            _("overdue"),
            {"overdue": True},
            {"status": "open", "overdue": "true"},
            "late",
            "alarm",
        ),
        Question(
            "raised",
            _("raised to the %(level)s", level=level),
            {"raised": True, "holder_id": view.area.id},
            {"status": "open", "raised": "true", "holder": view.area.code},
            sign="up",
        ),
    )


def _asked(filters: Filters, question: Question) -> Filters | None:
    """Open cases among those of the page; None if its filters contradict the question."""
    wanted = question.narrows.get("overdue")
    statuses = (filters.statuses or ALL_OPEN) & ALL_OPEN
    if not statuses or (None not in (filters.overdue, wanted) and filters.overdue != wanted):
        return None
    return filters.but(statuses=statuses, **question.narrows)
