"""The one SQL source of cases: as they stand, or as they stood at an instant, within a scope, filtered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, not_, or_, select, true, union_all
from sqlalchemy.sql.selectable import FromClause

from app import spatial
from app.areas.index import areas
from app.cases.escalations import Escalation
from app.cases.models import IS_OWED_BESIDE, OWED_BESIDE, PAST_FIELDS, Case, CaseGrant, PastState, Task
from app.cases.queries.filters import Filters
from app.cases.ratings import CaseRating
from app.cases.zones import Zone
from app.core.policy import EVERYTHING, LEVEL_FIELDS, SCOPE_FIELDS, Predicate, among, where
from app.people.models import Person
from app.workflow.levels import HOLDING, Level
from app.workflow.statuses import OPEN, Status
from app.workflow.tasks import BESIDE, CLIMBS_ALONE, TaskKind

STILL_OPEN = frozenset(status.value for status in OPEN)
CASES, PAST = Case.__table__, PastState.__table__
TASKS, RUNGS, GRANTS = Task.__table__.c, Escalation.__table__.c, CaseGrant.__table__.c
TASK = Task.__table__
RATINGS, PEOPLE = CaseRating.__table__.c, Person.__table__.c
PENDING = literal("pending", literal_execute=True)
HANDLING = literal(TaskKind.HANDLE.value, literal_execute=True)
"""Written into the statement: a partial index is not found by a bound value."""


def source(as_of: datetime | None) -> FromClause:
    """Cases with the columns of `case_record`; with `as_of`, where each stood at that instant.

    A case unchanged since then is its own row; a changed one takes what changes from `case_past`.
    """
    if as_of is None:
        return CASES
    present = [CASES.c[name].label(f"present_{name}") for name in SCOPE_FIELDS]
    now = select(CASES, *present).where(CASES.c.changed_at <= as_of)
    then = [PAST.c[c.name].label(c.name) if c.name in PAST_FIELDS else c for c in CASES.c]
    past = select(*then, *present).join(PAST, PAST.c.case_id == CASES.c.id)
    return union_all(now, past.where(PAST.c.since <= as_of, PAST.c.until > as_of)).subquery("case_at")


def conditions(
    cases: FromClause, filters: Filters, *, within: Predicate, now: datetime
) -> list[ColumnElement[bool]]:
    """The scope and every filter as SQL. `within` is the viewer's scope: forgetting it is a TypeError."""
    c = cases.c
    found = _scoped(cases, within)
    if filters.within is not None and filters.within.parent_id is not None:  # all lie in the city
        found.append(c[LEVEL_FIELDS[filters.within.level]] == filters.within.id)
    if filters.statuses:
        found.append(among(c.status, filters.statuses))
    if filters.statuses and filters.statuses <= STILL_OPEN:  # said again for the partial indexes
        found.append(c.ended_at.is_(None))
    if filters.categories:
        found.append(among(c.category, filters.categories))
    found += _equalities(cases, filters)
    found += _times(cases, filters)
    found += _milestones(cases, filters)
    found += _qualities(cases, filters)
    if filters.overdue is not None:
        late = and_(c.ended_at.is_(None), c.due_at < (filters.as_of or now))
        found.append(late if filters.overdue else or_(c.due_at.is_(None), ~late))
    found += _duties(cases, filters, filters.as_of or now)
    if filters.bbox is not None:
        found += _boxed(cases, filters.bbox)
    if filters.hexagon is not None:
        found += [*_boxed(cases, filters.hexagon.box), filters.hexagon.holds(cases.c.lon, cases.c.lat)]
    if filters.zone is not None:
        found.append(_in_zone(cases, filters.zone))
    if filters.q is not None:
        found.append(_matching(cases, filters.q))
    return found


def _scoped(cases: FromClause, within: Predicate) -> list[ColumnElement[bool]]:
    """What the viewer could see then, and of that only what they may still see today."""
    if within == EVERYTHING:
        return []
    if cases is CASES:
        return [where(within, cases.c)]
    return [
        where(within, cases.c),
        where(within, {name: cases.c[f"present_{name}"] for name in SCOPE_FIELDS}),
    ]


def _equalities(cases: FromClause, filters: Filters) -> list[ColumnElement[bool]]:
    c = cases.c
    asked = (
        (c.level, filters.level),
        (c.department_id, filters.department_id),
        (c.holder_id, filters.holder_id),
        (c.filed_by_id, filters.filed_by_id),
    )
    found: list[ColumnElement[bool]] = [column == value for column, value in asked if value is not None]
    if filters.returned is not None:
        found.append((c.returns > 0) == literal(filters.returned))
    if filters.raised is not None:
        found.append((c.escalations > 0) == literal(filters.raised))
    if filters.unplaced is not None:
        found.append(c.placement.in_(("unplaced", "words")) == literal(filters.unplaced))
    if filters.no_unit_at is not None:
        found.append(c[LEVEL_FIELDS[filters.no_unit_at]].is_(None))
    return found


def _times(cases: FromClause, filters: Filters) -> list[ColumnElement[bool]]:
    c = cases.c
    found: list[ColumnElement[bool]] = []
    if filters.start is not None:
        found.append(c.filed_at >= filters.start)
    if filters.end is not None:
        found.append(c.filed_at < filters.end)
    if filters.due_before is not None:
        found.append(and_(c.ended_at.is_(None), c.due_at < filters.due_before))
    if filters.due_from is not None:
        found.append(and_(c.ended_at.is_(None), c.due_at >= filters.due_from))
    if filters.ended_from is not None:  # whatever has ended since has changed since: there is an index
        found += [c.ended_at >= filters.ended_from, c.changed_at >= filters.ended_from]
    if filters.ended_to is not None:
        found.append(c.ended_at < filters.ended_to)
    return found


def _duties(cases: FromClause, filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    """How near the limit, who watches, who owes what: as it stood at `at`."""
    c, open_then = cases.c, _open_then(filters.as_of)
    found: list[ColumnElement[bool]] = []
    if filters.near is not None:
        near = and_(c.ended_at.is_(None), c.near_at.is_not(None), c.near_at <= at, c.due_at > at)
        unclocked = or_(c.near_at.is_(None), c.due_at.is_(None))
        found.append(near if filters.near else or_(unclocked, ~near))
    if filters.supervised is not None:
        asked = _owed(cases, Filters(task=TaskKind.ANSWER.value, as_of=filters.as_of))[0]
        watched = or_(c.card.is_not(None), asked)
        found.append(watched if filters.supervised else not_(watched))
    if filters.cards:
        found.append(among(c.card, filters.cards))
    if filters.task is not None or filters.owed_by_id is not None:
        found += _owed(cases, filters)
    if filters.assisting_id is not None:
        mine = TASKS.department_id == filters.assisting_id
        found.append(c.id.in_(select(GRANTS.case_id).where(GRANTS.department_id == filters.assisting_id)))
        beside = (TASKS.case_id == c.id, mine, TASKS.kind.in_(sorted(BESIDE)))
        found.append(exists().where(*beside, *open_then))
    if filters.climbed_since or filters.climbed_before or filters.climbed_to or filters.climbed_for:
        found.append(c.id.in_(select(RUNGS.case_id).where(*climb_steps(filters, at))))
    return found


def _open_then(as_of: datetime | None) -> tuple[ColumnElement[bool], ...]:
    """Tasks that are open, or were at an instant."""
    if as_of is None:
        return (TASKS.closed_at.is_(None),)
    return (TASKS.opened_at <= as_of, or_(TASKS.closed_at.is_(None), TASKS.closed_at > as_of))


def _owed(cases: FromClause, filters: Filters) -> list[ColumnElement[bool]]:
    """One open duty of the kind and unit asked for.

    Duties beside the main one are few and lead the search. Their condition is written into the statement: a
    partial index is not found by a bound value.
    """
    owed = list(_open_then(filters.as_of))
    if filters.task is not None:
        owed.append(TASKS.kind == filters.task)
    if filters.owed_by_id is not None:
        owed.append(TASKS.area_id == filters.owed_by_id)
    if filters.task in OWED_BESIDE and filters.as_of is None:
        return [cases.c.id.in_(select(TASKS.case_id).where(IS_OWED_BESIDE, *owed))]
    return [exists().where(TASKS.case_id == cases.c.id, *owed)]


def climb_steps(filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    """Which steps of the ladder were climbs in that time, to that level, for that duty.

    Only units over others can be climbed to.
    """
    over = [unit.id for unit in areas().entries if unit.level in HOLDING and unit.level != Level.COMMUNITY]
    asked = [
        RUNGS.to_holder_id.in_(over),
        RUNGS.at <= at,
        RUNGS.from_holder_id != RUNGS.to_holder_id,
        RUNGS.kind.not_in(sorted(CLIMBS_ALONE)),
    ]
    if filters.climbed_since is not None:
        asked.append(RUNGS.at >= filters.climbed_since)
    if filters.climbed_before is not None:
        asked.append(RUNGS.at < filters.climbed_before)
    if filters.climbed_to is not None:
        asked.append(RUNGS.to_level == filters.climbed_to)
    if filters.climbed_for is not None:
        asked.append(RUNGS.kind == filters.climbed_for)
    return asked


def _between(column: Any, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    """Half open; nothing asked, nothing said."""
    return [*([column >= start] if start is not None else []), *([column < end] if end is not None else [])]


def _milestones(cases: FromClause, filters: Filters) -> list[ColumnElement[bool]]:
    """When a case was accepted, had to be handled, was reopened."""
    c = cases.c
    found = _between(c.accepted_at, filters.accepted_from, filters.accepted_to)
    if filters.accepted_from is not None:  # whatever was accepted since has changed since: there is an index
        found.append(c.changed_at >= filters.accepted_from)
    if filters.accepted_to is not None:
        found.append(c.filed_at < filters.accepted_to)
    if filters.deadline_from is not None or filters.deadline_to is not None:
        found.append(_had_to_be_handled(cases, filters))
    if filters.reopened_from is not None or filters.reopened_to is not None:
        found.append(c.id.in_(_reopened(filters)))
    return found


def _had_to_be_handled(cases: FromClause, filters: Filters) -> ColumnElement[bool]:
    """The last handling was due in that time; of an accepted case not yet dispatched, what it waits for.

    One list of ids: so the planner need not look at every case.
    """
    limits = (filters.deadline_from, filters.deadline_to)
    handling, later = TASK.alias("handling").c, TASK.alias("later_handling").c
    passed_on = exists().where(
        later.case_id == handling.case_id, later.id > handling.id, *_is_handling(later, filters)
    )
    last = select(handling.case_id).where(
        *_is_handling(handling, filters), *_between(handling.due_at, *limits), not_(passed_on)
    )
    waiting = source(filters.as_of).alias("waiting").c
    given = exists().where(handling.case_id == waiting.id, *_is_handling(handling, filters))
    accepted = (waiting.ended_at.is_(None), waiting.accepted_at.is_not(None))
    waits = select(waiting.id).where(*accepted, *_between(waiting.due_at, *limits), not_(given))
    return cases.c.id.in_(union_all(last, waits))


def _is_handling(tasks: Any, filters: Filters) -> list[ColumnElement[bool]]:
    """With a due time, and known by the instant asked for; written as in the partial index."""
    found = [tasks.kind == HANDLING, tasks.due_at.is_not(None)]
    return found if filters.as_of is None else [*found, tasks.opened_at <= filters.as_of]


def _reopened(filters: Filters) -> Select[Any]:
    """Cases that stood closed until an instant in that time, and were open in their next version."""
    then, after, today = PAST.alias("closed_then").c, PAST.alias("open_after").c, CASES.alias("open_today").c
    asked = [then.status == Status.CLOSED, *_between(then.until, filters.reopened_from, filters.reopened_to)]
    if filters.as_of is not None:
        asked.append(then.until <= filters.as_of)
    past = (after.case_id == then.case_id, after.version == then.version + 1, after.ended_at.is_(None))
    present = (today.id == then.case_id, today.version == then.version + 1, today.ended_at.is_(None))
    return select(then.case_id).where(*asked, or_(exists().where(*past), exists().where(*present)))


def _qualities(cases: FromClause, filters: Filters) -> list[ColumnElement[bool]]:
    """How it was found, how well it went, what was said about it afterwards."""
    c = cases.c
    found: list[ColumnElement[bool]] = []
    if filters.registered is not None:
        accepted: ColumnElement[bool] = c.accepted_at.is_not(None)
        if filters.as_of is not None:
            accepted = and_(accepted, c.accepted_at <= filters.as_of)
        found.append(accepted if filters.registered else not_(accepted))
    if filters.on_time is not None:
        found.append(c.on_time.is_(filters.on_time))
    if filters.reworked is not None:
        found.append(c.reworks > 0 if filters.reworked else c.reworks == 0)
    if filters.channels:
        found.append(among(c.channel, filters.channels))
    if filters.ratings:
        said = (
            RATINGS.case_id == c.id,
            RATINGS.closed_at == c.ended_at,
            among(RATINGS.score, filters.ratings),
        )
        known = () if filters.as_of is None else (RATINGS.rated_at <= filters.as_of,)
        found.append(exists().where(*said, *known))
    if filters.filer is not None:
        found.append(
            c.filed_by_id == select(PEOPLE.id).where(PEOPLE.public_id == filters.filer).scalar_subquery()
        )
    return found


def _boxed(cases: FromClause, box: spatial.Box) -> list[ColumnElement[bool]]:
    """The index finds candidates (float32 on SpatiaLite); the exact point decides."""
    west, south, east, north = box
    hits = select(CASES.c.id).where(spatial.bbox_hit(CASES.c.geom, box))
    exact = and_(cases.c.lon.between(west, east), cases.c.lat.between(south, north))
    return [cases.c.id.in_(hits) if cases is not CASES else spatial.bbox_hit(CASES.c.geom, box), exact]


def _in_zone(cases: FromClause, zone: Zone) -> ColumnElement[bool]:
    """Cases whose place meets the zone, its border included. A place never changes: today's is then's."""
    near = spatial.bbox_hit(CASES.c.geom, zone.box)
    meets = spatial.meets(CASES.c.geom, zone.geometry)
    return cases.c.id.in_(select(CASES.c.id).where(near, meets))


def _matching(cases: FromClause, text: str) -> ColumnElement[bool]:
    """The exact number, or every word somewhere in what was said about thing and place."""
    c = cases.c
    said = [
        or_(c.description.icontains(word, autoescape=True), c.place_text.icontains(word, autoescape=True))
        for word in text.split()
    ]
    return or_(c.number == text.upper(), and_(true(), *said))


def matching(
    columns: list[Any], filters: Filters, *, within: Predicate, now: datetime
) -> tuple[Select[Any], FromClause]:
    """`select columns(source) from source where scope and filters`; `columns` are names or callables."""
    cases = source(filters.as_of)
    chosen = [cases.c[column] if isinstance(column, str) else column(cases.c) for column in columns]
    return select(*chosen).where(*conditions(cases, filters, within=within, now=now)), cases
