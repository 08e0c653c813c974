"""What the sweep does to a case: the holder moves up, the history says so, and nothing else is touched."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.areas.index import areas
from app.cases.models import PastState
from app.core.db import db
from app.people.models import PersonPosting
from tests.cast import BUREAU, COMMUNITY, DISTRICT, TOWN
from tests.cast import CITY as THE_CITY
from tests.escalation.stories import (
    FRIDAY,
    act_at,
    case_of,
    climb_to_the_top,
    file_at,
    look,
    open_task,
    rungs_of,
    tasks_of,
    told,
    writing,
)
from tests.statements import statements

SECOND = timedelta(seconds=1)


def code(area_id: int | None) -> str:
    assert area_id is not None
    return areas().by_id[area_id].code


def test_a_case_left_alone_climbs_to_the_city(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    due_at = case_of(uuid).due_at
    climb_to_the_top(uuid)
    case = case_of(uuid)
    assert (case.status, case.level, code(case.holder_id)) == ("filed", "city", THE_CITY)
    assert (case.card, case.escalations, case.version) == ("black", 3, 4)
    assert case.due_at == due_at, "overdue stays overdue"
    assert [(r.rung, r.to_level, code(r.to_holder_id), r.card, r.top) for r in rungs_of(uuid)] == [
        (1, "town", TOWN, "yellow", False),
        (2, "district", DISTRICT, "red", False),
        (3, "city", THE_CITY, "black", True),
    ]
    task = open_task(uuid, "accept")
    assert (code(task.area_id), task.rung, task.wake_at) == (THE_CITY, 3, None)


def test_the_history_tells_each_step_once(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    instants = climb_to_the_top(uuid)
    events = told(uuid, "near_due", "climbed")
    assert [event.at for event in events] == instants
    assert [event.actor for event in events] == ["system"] * 4
    near, first = events[0], events[1]
    assert near.body is not None and first.body is not None
    assert (near.body["task"], near.body["version"], near.body["level"]) == ("accept", 1, "community")
    assert first.body == first.body | {
        "task": "accept",
        "rung": 1,
        "from_level": "community",
        "to_level": "town",
        "level": "town",
        "holder": TOWN,
        "unit": TOWN,
        "card": "yellow",
        "top": False,
        "vacant": [],
        "version": 2,
        "status": "filed",
    }


def test_where_it_stood_before_is_kept_for_lists_as_of_then(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    instants = climb_to_the_top(uuid)
    rows = db.session.scalars(
        select(PastState).where(PastState.case_id == case_of(uuid).id).order_by(PastState.version)
    )
    kept = [(past.version, past.level, past.since, past.until) for past in rows]
    assert kept == [
        (1, "community", FRIDAY, instants[1]),
        (2, "town", instants[1], instants[2]),
        (3, "district", instants[2], instants[3]),
    ]
    assert case_of(uuid).changed_at == instants[3]


def test_nothing_happens_a_microsecond_early(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    for _step in range(4):
        wake_at = open_task(uuid, "accept").wake_at
        assert wake_at is not None
        assert look(wake_at - timedelta(microseconds=1)).found == 0
        assert look(wake_at).found == 1
        assert look(wake_at).found == 0


def test_the_notice_changes_no_version_and_is_given_once(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    task = open_task(uuid, "accept")
    assert task.near_at is not None and task.due_at is not None and task.near_at < task.due_at
    assert look(task.near_at).warned == 1
    task = open_task(uuid, "accept")
    assert (task.warned_at, task.wake_at, task.rung) == (task.near_at, task.due_at, 0)
    assert (case_of(uuid).version, case_of(uuid).changed_at) == (1, FRIDAY)


def test_after_an_outage_it_is_caught_up_in_order_at_once(city: Flask) -> None:
    left, late = file_at(FRIDAY), file_at(FRIDAY)
    instants = climb_to_the_top(left)
    look(instants[-1] + timedelta(days=3))
    assert [(r.rung, r.due_at, r.to_level, r.card) for r in rungs_of(late)] == [
        (r.rung, r.due_at, r.to_level, r.card) for r in rungs_of(left)
    ]
    assert len(told(late, "near_due")) == 1
    assert [event.body["version"] for event in told(late, "climbed") if event.body] == [2, 3, 4]
    assert case_of(late).version == 4


def test_two_hours_down_are_caught_up_case_by_case(city: Flask) -> None:
    uuids = [file_at(FRIDAY + n * timedelta(minutes=7)) for n in range(8)]
    due = max(task.due_at for uuid in uuids for task in tasks_of(uuid) if task.due_at)
    done = look(due)
    assert (done.found, done.raised, done.warned) == (8, 8, 8)
    assert {case_of(uuid).level for uuid in uuids} == {"town"}


def test_a_vacant_post_is_passed_over_and_named(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    with writing():
        leave(TOWN)
    due_at = open_task(uuid, "accept").due_at
    assert due_at is not None
    look(due_at)
    assert (case_of(uuid).level, case_of(uuid).escalations) == ("district", 1)
    assert told(uuid, "climbed")[0].body["vacant"] == [TOWN]  # type: ignore[index]


def test_with_nobody_in_the_whole_line_it_stands_on_the_city_list(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    with writing():
        for unit in (TOWN, DISTRICT, THE_CITY):
            leave(unit)
    due_at = open_task(uuid, "accept").due_at
    assert due_at is not None
    look(due_at)
    assert (case_of(uuid).level, case_of(uuid).card) == ("city", "black")
    assert told(uuid, "climbed")[0].body["vacant"] == [TOWN, DISTRICT, THE_CITY]  # type: ignore[index]


def leave(unit: str) -> None:
    """Nobody is posted there any more."""
    posted = select(PersonPosting).where(PersonPosting.area_id == areas().by_code[unit].id)
    for posting in db.session.scalars(posted):
        posting.ends_on = posting.starts_on


def test_whoever_reads_no_restricted_cases_does_not_answer_for_one(city: Flask) -> None:
    uuid = file_at(FRIDAY, category=restricted_category())
    with writing():
        for posting in db.session.scalars(
            select(PersonPosting).where(PersonPosting.area_id == areas().by_code[TOWN].id)
        ):
            posting.restricted = False
    due_at = open_task(uuid, "accept").due_at
    assert due_at is not None
    look(due_at)
    assert case_of(uuid).level == "district"


def restricted_category() -> str:
    from app.catalogue.queries import categories

    return next(row.code for row in categories().values() if row.restricted and not row.emergency)


def test_the_department_keeps_its_task_when_the_case_climbs(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    act_at(FRIDAY + SECOND, uuid, "mara", "accept")
    act_at(FRIDAY + 2 * SECOND, uuid, "mara", "dispatch", department=BUREAU)
    before = open_task(uuid, "handle")
    assert before.due_at is not None
    look(before.due_at)
    task = open_task(uuid, "handle")
    assert (task.department_id, task.area_id) == (before.department_id, None)
    assert (case_of(uuid).level, case_of(uuid).department_id) == ("town", before.department_id)


def test_duties_of_the_holder_go_along_and_closed_ones_stay(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    act_at(FRIDAY + SECOND, uuid, "mara", "accept")
    due_at = open_task(uuid, "dispatch").due_at
    assert due_at is not None
    look(due_at)
    assert [(task.kind, code(task.area_id)) for task in tasks_of(uuid)] == [
        ("accept", COMMUNITY),
        ("dispatch", TOWN),
    ]


def test_an_ended_case_is_never_looked_at(city: Flask) -> None:
    uuid = file_at(FRIDAY)
    act_at(FRIDAY + SECOND, uuid, "mara", "reject", reason="not so")
    assert look(FRIDAY + timedelta(days=300)).found == 0


def test_no_more_are_taken_than_asked_for(city: Flask) -> None:
    for n in range(7):
        file_at(FRIDAY + n * SECOND)
    later = FRIDAY + timedelta(days=90)
    assert [look(later, limit=3).found for _n in range(4)] == [3, 3, 1, 0]


def test_a_case_can_be_passed_over(city: Flask) -> None:
    left, taken = file_at(FRIDAY), file_at(FRIDAY)
    look(FRIDAY + timedelta(days=90), passing_over=[case_of(left).id])
    assert (case_of(left).level, case_of(taken).level) == ("community", "city")


def test_a_batch_takes_few_statements_whatever_its_size(city: Flask) -> None:
    counts = []
    for size in (2, 20):
        for _n in range(size):
            file_at(FRIDAY)
        look(FRIDAY)
        with statements() as sent:
            look(FRIDAY + timedelta(days=90))
        counts.append(len(sent))
    assert counts[1] <= counts[0] <= 20, counts


@pytest.mark.parametrize("when", ["before", "after"])
def test_it_neither_loses_nor_repeats_what_was_done_by_hand(city: Flask, when: str) -> None:
    uuid = file_at(FRIDAY)
    due_at = open_task(uuid, "accept").due_at
    assert due_at is not None
    if when == "before":
        act_at(due_at - SECOND, uuid, "mara", "accept")
        assert look(due_at).raised == 0
    else:
        look(due_at)
        act_at(due_at + SECOND, uuid, "teng", "accept")
        assert [r.kind for r in rungs_of(uuid)] == ["accept"]
        assert code(open_task(uuid, "dispatch").area_id) == TOWN
    count = select(func.count()).select_from(PastState).where(PastState.case_id == case_of(uuid).id)
    assert db.session.scalar(count) == case_of(uuid).version - 1
