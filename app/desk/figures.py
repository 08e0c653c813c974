"""The four numbers over the district map, each with its list and what it was a week ago."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.cases.queries import listing
from app.core.language import gettext as _
from app.core.policy import Actor
from app.core.words import word
from app.desk import atlas
from app.desk.mapview import View

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Figure:
    """One number of the whole area. `meaning` and `sign` belong to a value above zero only."""

    label: str
    value: int
    change: int
    url: str
    meaning: str = ""
    sign: str = ""


@dataclass(frozen=True)
class Question:
    """`narrows` is added to the page's filters, `adds` the same in the address of the list."""

    label: str
    narrows: dict[str, Any]
    adds: dict[str, Any]
    meaning: str = ""
    sign: str = ""


def figures(view: View, actor: Actor) -> list[Figure]:
    """Open, near due, overdue, raised to this unit: now and a week ago. Eight statements."""
    return [_figure(view, actor, question) for question in _questions(view)]


def _figure(view: View, actor: Actor, question: Question) -> Figure:
    value = _count(view, actor, question, view.filters.as_of)
    was = _count(view, actor, question, view.seen - WEEK)
    meaning = question.meaning if value else ""
    return Figure(question.label, value, value - was, view.link(**question.adds), meaning, question.sign)


def _questions(view: View) -> tuple[Question, ...]:
    level = word(view.area.level, "level").lower()
    return (
        Question(_("open"), {}, {"status": "open"}),
        Question(_("near due"), {"near": True}, {"status": "open", "near": "true"}, "near", "clock"),
        Question(_("overdue"), {"overdue": True}, {"status": "open", "overdue": "true"}, "late", "alarm"),
        Question(
            _("raised to the %(level)s", level=level),
            {"raised": True, "holder_id": view.area.id},
            {"status": "open", "raised": "true", "holder": view.area.code},
            sign="up",
        ),
    )


def _count(view: View, actor: Actor, question: Question, as_of: datetime | None) -> int:
    """Open cases among those of the page; none if its filters contradict the question."""
    filters, wanted = view.filters, question.narrows.get("overdue")
    statuses = (filters.statuses or atlas.ALL_OPEN) & atlas.ALL_OPEN
    if not statuses or (None not in (filters.overdue, wanted) and filters.overdue != wanted):
        return 0
    asked = filters.but(statuses=statuses, as_of=as_of, **question.narrows)
    return listing.total(asked, within=listing.scope_for(actor, asked), now=view.at)
