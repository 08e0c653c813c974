"""The inspector's duties and her latest filings as the phone keeps them: all that is needed without a signal.

Words that depend on the language come as `{"zh", "en"}`: the pages that show them are kept in both.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask_babel import force_locale

from app.areas.index import areas
from app.cases.models import Case
from app.cases.queries.one import scope_row
from app.catalogue.configuration import reasons, working_calendar
from app.catalogue.queries import CategoryRow, categories, categories_of
from app.core.clock import local_day, rfc3339
from app.core.language import LOCALES
from app.core.policy import Actor, holds, may_read_case, may_read_receipt
from app.events.queries import Told
from app.field.duties import on_the_spot, open_tasks, who_owes
from app.field.queries import (
    cases_filed_by,
    grids_of,
    handled_by,
    inspected_by,
    last_events,
    photos_by_case,
    waiting_on_the_spot,
)
from app.field.rows import photo_url, place_in_words
from app.field.story import Line, People, lines, people_of
from app.workflow.actions import Action
from app.workflow.calendar import WorkCalendar
from app.workflow.guards import Facts, refusal
from app.workflow.levels import Level
from app.workflow.moves import Duty, Move, moves_at
from app.workflow.statuses import Status
from app.workflow.tasks import TaskKind

RECENT, LINES, KEPT_PHOTOS = 50, 6, 6
BACK, AHEAD = timedelta(days=60), timedelta(days=120)
"""How far the phone knows when the office is open."""
ON_THE_PHONE = frozenset(
    {
        Action.VERIFY_PASS,
        Action.VERIFY_FAIL,
        Action.CHECK_PASS,
        Action.CHECK_FAIL,
        Action.CLOSE_ON_SPOT,
        Action.COMMENT,
    }
)
"""What can be done without a signal; other moves are made on the pages of the server."""
Json = dict[str, Any]


def duties_for(actor: Actor, at: datetime) -> list[Json]:
    """What waits for the actor on the spot, what is due first first. Seven statements at most."""
    cases = waiting_on_the_spot(actor, within=may_read_case(actor))
    kept = _read(cases, actor, at)
    return [shown for case in cases if (shown := _duty(case, kept)) is not None]


def recent_for(actor: Actor, at: datetime) -> list[Json]:
    """The actor's latest filings, newest first; of a restricted one only its receipt.

    Seven statements at most.
    """
    filed = cases_filed_by(actor, within=may_read_receipt(actor), limit=RECENT)
    readable = may_read_case(actor)
    shown = [case for case in filed if holds(readable, scope_row(case))]
    kept = _read(shown, actor, at)
    ids = {case.id for case in shown}
    return [_recent(case, kept) if case.id in ids else _receipt(case) for case in filed]


def office_hours(at: datetime) -> Json:
    """When the office is open around now, so that the phone counts working time as the server does.

    `openings`: [opens, closes] in seconds since 1970, rising. `ordinary`: seconds of an ordinary day.
    """
    calendar, first = working_calendar(), local_day(at - BACK)
    openings = [
        pair
        for n in range((BACK + AHEAD).days + 1)
        for pair in _openings(calendar, first + timedelta(days=n))
    ]
    days = [sum(shut - opens for opens, shut in hours) for hours in calendar.weekly if hours]
    return {"openings": openings, "ordinary": round(sum(days) * 60 / len(days))}


def _openings(calendar: WorkCalendar, day: date) -> list[list[int]]:
    midnight = datetime.combine(day, time(), calendar.zone)
    return [
        [int((midnight + timedelta(minutes=minute)).astimezone(UTC).timestamp()) for minute in opening]
        for opening in sorted(calendar.hours_of(day))
    ]


def reasons_by_action(actions: Iterable[Action]) -> dict[str, list[list[str]]]:
    """`[code, Chinese, English]` of the reasons to choose from, for actions that have any."""
    found = {action.value: reasons(action.value) for action in actions}
    return {
        action: [[row.code, row.name, row.name_en or row.name] for row in rows]
        for action, rows in found.items()
        if rows
    }


@dataclass(frozen=True)
class _Beside:
    """What the entries need beside their cases, read at once; by case id, events by UUID.

    `inspects`: the grids whose inspector the actor is today, each with whether for restricted cases too.
    """

    actor: Actor
    at: datetime
    tasks: dict[int, list[Any]]
    photos: dict[int, list[Any]]
    events: dict[UUID, list[Told]]
    people: People
    inspects: dict[int, bool]
    handled: set[int]
    categories: dict[tuple[str, int], Json]


def _read(cases: Sequence[Case], actor: Actor, at: datetime) -> _Beside:
    ids = [case.id for case in cases]
    events = last_events([case.uuid for case in cases], LINES)
    mine = {unit.id for unit in grids_of(actor)}
    grids = {case.grid_id for case in cases if case.grid_id in mine and case.status in _SPOT_STATUSES}
    waiting = [case.id for case in cases if case.status in _SPOT_STATUSES]
    return _Beside(
        actor=actor,
        at=at,
        tasks=open_tasks([case.id for case in cases if case.ended_at is None]),
        photos=photos_by_case(ids),
        events=events,
        people=people_of([event for found in events.values() for event in found]) if events else {},
        inspects=inspected_by(actor, {grid for grid in grids if grid is not None}, at) if grids else {},
        handled=handled_by(actor, waiting),
        categories=_categories(cases),
    )


_SPOT_STATUSES = frozenset({Status.VERIFYING.value, Status.HANDLED.value})


def _categories(cases: Collection[Case]) -> dict[tuple[str, int], Json]:
    """What the cases were filed as. One statement for each old version of the catalogue among them."""
    asked = {(case.category, case.catalogue_version_id) for case in cases}
    old: dict[int, Mapping[str, CategoryRow]] = {}
    return {key: category_names(*key, old) for key in asked}


def category_names(
    code: str, version_id: int, old: dict[int, Mapping[str, CategoryRow]] | None = None
) -> Json:
    """Code and names in the words of a catalogue version; `old` keeps what was read for the next call."""
    found = categories().get(code)
    if found is None or found.version_id != version_id:
        read = {} if old is None else old
        if version_id not in read:
            read[version_id] = categories_of(version_id)
        found = read[version_id].get(code, found)
    name = found.name if found else code
    return {"code": code, "zh": name, "en": (found and found.name_en) or name}


def place_names(case: Case) -> Json:
    return _both(lambda: place_in_words(case))


def _both(say: Callable[[], str]) -> Json:
    """The same said in each language."""
    found: Json = {}
    for language, locale in LOCALES.items():
        with force_locale(locale):
            found[language] = say()
    return found


def _duty(case: Case, beside: _Beside) -> Json | None:
    """The entry of a duty; None when it is not the actor's to do."""
    task = on_the_spot(beside.tasks[case.id])
    if task is None or not _goes(case, beside, check=task.kind == "check"):
        return None
    return _entry(case, beside, task.kind, task)


def _recent(case: Case, beside: _Beside) -> Json:
    tasks = beside.tasks[case.id]
    return _entry(case, beside, None, next(iter(tasks), None))


def _receipt(case: Case) -> Json:
    return {
        "id": str(case.uuid),
        "number": case.number,
        "version": case.version,
        "status": case.status,
        "open": case.ended_at is None,
        "sealed": True,
        "filed_at": rfc3339(case.filed_at),
    }


def _entry(case: Case, beside: _Beside, duty: str | None, clocked: Any) -> Json:
    runs = clocked is not None and clocked.paused_at is None
    return {
        "id": str(case.uuid),
        "number": case.number,
        "version": case.version,
        "status": case.status,
        "open": case.ended_at is None,
        "sealed": False,
        "duty": duty,
        "category": beside.categories[case.category, case.catalogue_version_id],
        "place": place_names(case),
        "grid": grid_code(case),
        "point": None if case.lon is None else [case.lon, case.lat],
        "accuracy_m": case.accuracy_m,
        "filed_at": rfc3339(case.filed_at),
        "clock_from": rfc3339(clocked.opened_at) if runs else None,
        "near_at": rfc3339(clocked.near_at) if runs else None,
        "due_at": rfc3339(clocked.due_at) if runs else None,
        "urgency": case.urgency,
        "card": case.card if case.ended_at is None else None,
        "reworks": case.reworks,
        "settled": case.self_handled,
        "description": case.description,
        "photos": _photos(case, beside.photos[case.id], most=KEPT_PHOTOS if duty else 1),
        "actions": [action_entry(move) for move in _moves(case, beside)],
        "waits": [_waits(task) for task in beside.tasks[case.id]],
        "story": _story(beside.events[case.uuid], beside.people),
    }


def grid_code(case: Case) -> str | None:
    return areas().by_id[case.grid_id].code if case.grid_id is not None else None


def _photos(case: Case, photos: list[Any], *, most: int) -> list[Json]:
    """`keep`: its thumbnail is kept on the phone, the first and the newest; never of a restricted case."""
    kept = [] if case.restricted else photos[:1] + photos[max(1, len(photos) - most + 1) :]
    return [
        {
            "sha256": photo.sha256,
            "kind": photo.kind,
            "thumb": photo_url(case.uuid, photo.sha256, "thumb"),
            "screen": photo_url(case.uuid, photo.sha256, "screen"),
            "keep": photo in kept,
        }
        for photo in photos
    ]


def _goes(case: Case, beside: _Beside, *, check: bool) -> bool:
    """Whether verifying or checking is the actor's: her grid, her clearance, not her own handling."""
    cleared = beside.inspects.get(case.grid_id or 0)
    if cleared is None or (case.restricted and not cleared):
        return False
    return not (check and case.id in beside.handled)


def _moves(case: Case, beside: _Beside) -> list[Move]:
    """What the actor can do to the case on the phone: the table's rows, her ties, the guards."""
    category = categories().get(case.category)
    facts = Facts(
        open=frozenset(TaskKind(task.kind) for task in beside.tasks[case.id]),
        on_spot=category is not None and category.on_spot,
        photo_before=any(photo.kind == "before" for photo in beside.photos[case.id]),
    )
    return [
        move
        for move in moves_at(Status(case.status), Level(case.level))
        if move.action in ON_THE_PHONE
        and _tied(move.who, case, beside)
        and refusal(move.action, facts) is None
    ]


def _tied(who: Duty, case: Case, beside: _Beside) -> bool:
    match who:
        case Duty.VERIFIER | Duty.CHECKER:
            return _goes(case, beside, check=who is Duty.CHECKER)
        case Duty.FINDER:
            return case.filed_by_id == beside.actor.id
        case _:
            return who is Duty.READER


def action_entry(move: Move) -> Json:
    needs = [{"name": need.name, "kind": need.kind.value, "required": need.required} for need in move.needs]
    return {"action": move.action.value, "needs": needs}


def _waits(task: Any) -> Json:
    return {
        "kind": task.kind,
        "who": _both(lambda: who_owes(task)),
        "from": rfc3339(task.opened_at),
        "due_at": rfc3339(task.due_at),
        "paused_at": rfc3339(task.paused_at),
    }


def _story(events: Sequence[Told], people: People) -> list[Json]:
    """The last lines, newest first."""
    told: dict[str, list[Line]] = {}
    for language, locale in LOCALES.items():
        with force_locale(locale):
            told[language] = lines(events, people)
    return [_line(dict(zip(told, pair, strict=True))) for pair in zip(*told.values(), strict=True)]


def _line(told: dict[str, Line]) -> Json:
    first = next(iter(told.values()))
    said = {
        name: {lang: getattr(line, name) for lang, line in told.items()} for name in ("who", "what", "why")
    }
    return {"at": rfc3339(first.at), "version": first.version, "times": first.times, **said}
