"""What officials watch in the units below them: each number is one filter, so that its list has as many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, func, select

from app.areas.index import AreaEntry, areas
from app.cases.escalations import Escalation
from app.cases.models import CaseApplication, Task
from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.cases.queries.source import PENDING, conditions, matching, source
from app.core.clock import rfc3339
from app.core.db import db
from app.core.language import ago, instant, name_of
from app.core.language import gettext as _
from app.core.policy import LEVEL_FIELDS, Actor
from app.core.words import word
from app.desk.tabs import ALL_OPEN
from app.workflow.cards import Card
from app.workflow.levels import TOP
from app.workflow.statuses import Status
from app.workflow.tasks import CLIMBS_ALONE, TaskKind

WEEK = timedelta(days=7)
SHOWN = 5
"""So many rows of each list; its number opens all of them."""
OPEN = {"status": "open"}


@dataclass(frozen=True)
class Question:
    """A number of the whole area: `narrows` makes its filter, `adds` the same in the address of its list.

    With a `title` its first cases are shown, too; `empty_why` says why there may be none.
    """

    code: str
    label: str
    narrows: Mapping[str, Any]
    adds: Mapping[str, str]
    sign: str = ""
    meaning: str = ""
    title: str = ""
    empty_why: str = ""
    sort: str = "due_at"


@dataclass(frozen=True)
class Watch:
    """One area, looked at at one instant."""

    area: AreaEntry
    at: datetime
    actor: Actor

    def filters(self, question: Question) -> Filters:
        found = Filters(within=self.area, statuses=ALL_OPEN, sort=question.sort)
        return found.but(**question.narrows)

    def link(self, unit: AreaEntry | None = None, /, **adds: str) -> str:
        """The list of exactly the cases counted here, as of this instant."""
        asked = {**OPEN, **adds, "within": (unit or self.area).code, "as_of": rfc3339(self.at)}
        kept: dict[str, Any] = {name: text for name, text in asked.items() if text}
        return url_for("desk.cases", **kept)


def questions(area: AreaEntry, at: datetime) -> tuple[Question, ...]:
    since = at - WEEK
    found = [_card(card) for card in reversed(Card)]
    found += [
        Question("overdue", _("overdue"), {"overdue": True}, {"overdue": "true"}, "alarm", "late"),
        Question(
            "climbed",
            _("climbed this week"),
            {"climbed_since": since},
            {"climbed_since": rfc3339(since) or ""},
            "up",
            title=_("Climbed this week"),
            empty_why=_("No limit was passed in the last 7 days without somebody acting in time."),
            sort="-changed_at",
        ),
        Question(
            "unanswered",
            _("supervisions unanswered"),
            {"task": TaskKind.ANSWER.value},
            {"task": TaskKind.ANSWER.value},
            "flag",
            title=_("Supervisions without an answer"),
            empty_why=_("Whoever was asked for an answer has given it."),
        ),
        _suspended(),
        Question(
            "applications",
            _("applications wait"),
            {"statuses": frozenset(), "task": TaskKind.APPROVE.value},
            {"status": "", "task": TaskKind.APPROVE.value},
            "flag",
            title=_("Applications that wait longest"),
            empty_why=_("Every application was approved or denied."),
        ),
    ]
    return (_city_list(), *found) if area.level == TOP else tuple(found)


def _card(card: Card) -> Question:
    many = {Card.BLACK: _("black cards"), Card.RED: _("red cards"), Card.YELLOW: _("yellow cards")}
    return Question(card.value, many[card], {"cards": frozenset({card.value})}, {"card": card.value})


def _suspended() -> Question:
    status = Status.SUSPENDED.value
    return Question(
        "suspended",
        _("suspended"),
        {"statuses": frozenset({status})},
        {"status": status},
        "clock",
        title=_("Suspended, the next review first"),
        empty_why=_("No case stands still."),
    )


def _city_list() -> Question:
    """A case that has passed its limit at the top climbs no further: somebody must look at this list."""
    return Question(
        "top",
        _("on the city's list"),
        {"level": TOP.value, "overdue": True},
        {"level": TOP.value, "overdue": "true"},
        "alarm",
        "late",
        title=_("The city's list: past their limit, with nobody above"),
        empty_why=_("No case that reached the city is past its limit."),
    )


def first_rows(watch: Watch, question: Question) -> list[Any]:
    """The first cases of the question's list. One statement."""
    asked, scope = watch.filters(question), listing.scope_for(watch.actor, watch.filters(question))
    if question.code != "applications":
        return listing.page(asked, within=scope, now=watch.at, limit=SHOWN).rows
    statement, cases = matching(list(listing.ITEM), asked, within=scope, now=watch.at)
    statement = statement.join(CaseApplication, CaseApplication.case_id == cases.c.id)
    pending = statement.where(CaseApplication.state == PENDING)
    oldest = pending.order_by(CaseApplication.asked_at, CaseApplication.id)
    return list(db.session.execute(oldest.limit(SHOWN)))


@dataclass(frozen=True)
class Watched:
    """Open cases of one unit (None: of no unit at that level)."""

    area_id: int | None
    open: int
    near: int
    overdue: int
    yellow: int
    red: int
    black: int
    suspended: int


COUNTED = ("open", "near", "overdue", "yellow", "red", "black", "suspended")


def by_unit(watch: Watch, level: str) -> dict[int | None, Watched]:
    """The units at a level that have open cases. One statement."""
    asked = Filters(within=watch.area, statuses=ALL_OPEN)
    scope = listing.scope_for(watch.actor, asked)
    rows = db.session.execute(_by_unit(level, asked, scope, watch.at))
    return {row[0]: Watched(*row) for row in rows}


def _by_unit(level: str, asked: Filters, scope: Any, at: datetime) -> Select[Any]:
    cases = source(None)
    c = cases.c
    counted: tuple[ColumnElement[bool], ...] = (
        and_(c.near_at <= at, c.due_at > at),
        c.due_at < at,
        *(c.card == card.value for card in Card),
        c.status == Status.SUSPENDED.value,
    )
    unit = c[LEVEL_FIELDS[level]]
    columns = [unit, func.count(), *(func.count().filter(each) for each in counted)]
    seen = conditions(cases, asked, within=scope, now=at)
    return select(*columns).select_from(cases).where(*seen).group_by(unit)


def notes_of(case_ids: Sequence[int], since: datetime, at: datetime) -> dict[int, str]:
    """What is said besides of cases that climbed lately, or that wait for a decision. Two statements."""
    if not case_ids:
        return {}
    return _climbs(case_ids, since) | _waits(case_ids, at)


def _climbs(case_ids: Sequence[int], since: datetime) -> dict[int, str]:
    """From where to where the clock last brought each."""
    lately = (Escalation.case_id.in_(case_ids), Escalation.at >= since)
    moved = (Escalation.from_holder_id != Escalation.to_holder_id, Escalation.kind.not_in(CLIMBS_ALONE))
    rows = select(Escalation).where(*lately, *moved).order_by(Escalation.id)
    return {
        row.case_id: _(
            "%(old)s → %(new)s, %(time)s",
            old=word(row.from_level, "level"),
            new=word(row.to_level, "level"),
            time=instant(row.at),
        )
        for row in db.session.scalars(rows)
    }


def _waits(case_ids: Sequence[int], at: datetime) -> dict[int, str]:
    rows = (
        select(CaseApplication.case_id, CaseApplication.kind, CaseApplication.asked_at, Task.area_id)
        .outerjoin(Task, Task.id == CaseApplication.task_id)
        .where(CaseApplication.case_id.in_(case_ids), CaseApplication.state == PENDING)
    )
    units = areas().by_id
    return {
        row.case_id: _(
            "asked for %(what)s %(when)s; %(unit)s decides",
            what=word(row.kind, "application"),
            when=ago(row.asked_at, at),
            unit=name_of(units.get(row.area_id)),
        )
        for row in db.session.execute(rows)
    }
