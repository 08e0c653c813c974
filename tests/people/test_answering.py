"""Who answers today: postings of the day, less the absent; stand-ins count; nobody else does."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask

from app.areas.index import areas
from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.core.policy import SYSTEM
from app.core.roles import Role
from app.people import queries, service, staffing
from app.people.models import PersonPosting
from app.people.queries import who_answers
from app.people.rules import Span, last_there_until
from tests.areas.tiny_city import EMPTY_TOWN
from tests.cast import BUREAU, CITY, COMMUNITY, DISTRICT, GRID, NEXT_DOOR, SINCE, TOWN, add_someone
from tests.conftest import person_named
from tests.people.test_tokens_and_postings import posting_of
from tests.statements import statements

DAY = date(2026, 3, 2)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def written(city: Flask) -> Iterator[None]:
    """Each test writes at will, in one transaction."""
    database.begin_write()
    yield
    database.rollback()


def at(code: str) -> int:
    return areas().by_code[code].id


def who(code: str, day: date = DAY) -> list[str]:
    found = queries.answering([at(code)], day)[at(code)]
    names = [row.username for row in found]
    assert (at(code) in queries.staffed([at(code)], day)) is bool(names)
    return names


def away(username: str, first: date, until: date | None = None) -> None:
    staffing.record_absence(
        person_named(username), starts_on=first, ends_on=until, reason="ill", actor=SYSTEM, now=now()
    )


def post(username: str, code: str, **more: object) -> PersonPosting:
    role, dates = Role.MANAGER, {"starts_on": SINCE} | more
    return service.post(person_named(username).id, role, area_id=at(code), **dates)  # type: ignore[arg-type]


def test_the_holder_of_each_level_answers_and_nobody_else() -> None:
    assert [who(code) for code in (CITY, DISTRICT, TOWN, COMMUNITY, NEXT_DOOR)] == [
        ["cai"],
        ["dana"],
        ["teng"],
        ["mara"],
        ["otto"],
    ]
    assert who(GRID) == []
    assert who("990002") == []


@pytest.mark.parametrize(
    ("first", "until", "counted"),
    [
        (DAY, None, True),
        (AFTER, None, False),
        (SINCE, AFTER, True),
        (SINCE, DAY, False),
        (DAY, AFTER, True),
    ],
)
def test_a_posting_counts_from_its_first_day_until_the_day_it_ends(
    first: date, until: date | None, counted: bool
) -> None:
    posting = posting_of("mara")
    posting.starts_on, posting.ends_on = first, until
    assert who(COMMUNITY) == ["mara"][: int(counted)]


@pytest.mark.parametrize(
    ("first", "until", "there"),
    [
        (DAY, None, False),
        (AFTER, None, True),
        (BEFORE, AFTER, False),
        (BEFORE, DAY, True),
        (DAY, AFTER, False),
    ],
)
def test_an_absence_counts_from_its_first_day_until_the_day_of_return(
    first: date, until: date | None, there: bool
) -> None:
    away("mara", first, until)
    assert who(COMMUNITY) == ["mara"][: int(there)]


def test_a_stand_in_counts_like_anybody_and_comes_last() -> None:
    add_someone("abel", Role.INSPECTOR, area=GRID)
    post("abel", COMMUNITY, stand_in=True, starts_on=DAY, ends_on=AFTER)
    assert who(COMMUNITY) == ["mara", "abel"]
    away("mara", DAY)
    assert who(COMMUNITY) == ["abel"]
    assert who(COMMUNITY, AFTER) == []
    away("abel", DAY)
    assert who(COMMUNITY) == []


def test_the_disabled_answer_for_nothing() -> None:
    service.disable(person_named("mara"), now=now())
    assert who(COMMUNITY) == []


def test_one_person_in_two_postings_answers_once() -> None:
    post("mara", COMMUNITY, restricted=False, stand_in=True)
    assert who(COMMUNITY) == ["mara"]
    row = queries.answering([at(COMMUNITY)], DAY)[at(COMMUNITY)][0]
    assert (row.id, row.name, row.role, row.stand_in, row.cleared) == (
        person_named("mara").id,
        "Mara",
        Role.MANAGER,
        False,
        True,
    )


def test_whoever_reads_no_restricted_case_does_not_answer_for_one() -> None:
    asked = [at(COMMUNITY), at(TOWN)]
    assert queries.staffed(asked, DAY, cleared=True) == set(asked)
    posting_of("mara").restricted = False
    assert queries.staffed(asked, DAY, cleared=True) == {at(TOWN)}
    assert queries.staffed(asked, DAY) == set(asked)


def test_inspectors_and_handlers_are_asked_for_likewise() -> None:
    bureau = queries.department(BUREAU)
    assert bureau is not None
    for username, ask, place in (
        ("ines", queries.inspectors_of, at(GRID)),
        ("hana", queries.handlers_of, bureau.id),
    ):
        assert [row.username for row in ask([place], DAY)[place]] == [username]
        away(username, DAY, AFTER)
        assert ask([place], DAY)[place] == ()


def test_units_without_anybody_have_their_entry_and_none_asked_none_answered() -> None:
    assert queries.answering([at("990002"), at(GRID)], DAY) == {at("990002"): (), at(GRID): ()}
    assert queries.answering([], DAY) == {} == queries.handlers_of([], DAY)
    assert queries.staffed([], DAY) == frozenset()


def test_the_cover_names_units_with_a_holders_level_alone() -> None:
    asked = [at(code) for code in (NEXT_DOOR, GRID, EMPTY_TOWN, COMMUNITY, CITY)]
    assert queries.cover(asked, DAY) == (areas().by_code[EMPTY_TOWN],)
    away("mara", DAY)
    assert [unit.code for unit in queries.cover(asked, DAY)] == [COMMUNITY, EMPTY_TOWN]


@pytest.mark.parametrize("most", [0, who_answers.MOST_BOUND])
def test_one_statement_however_many_are_asked_about(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bound, ids are sorted out here instead of in the statement: with the same answer."""
    monkeypatch.setattr(who_answers, "MOST_BOUND", most)
    everywhere = [unit.id for unit in areas().entries] + list(range(10_000, 10_000 + most))
    db.session.flush()
    for asked in ([at(COMMUNITY)], everywhere):
        for ask, found in (
            (queries.staffed, {at(code) for code in (CITY, DISTRICT, TOWN, COMMUNITY, NEXT_DOOR)}),
            (queries.answering, set(asked)),
            (queries.inspectors_of, set(asked)),
        ):
            with statements() as sent:
                assert set(ask(asked, DAY)) == found & set(asked)
            assert len(sent) == 1
    there = queries.answering(everywhere, DAY)
    assert sum(len(people) for people in there.values()) == 5


def vacant(within: str | None = None, day: date = DAY) -> dict[str, date | None]:
    part = areas().by_code[within] if within else None
    return {found.unit.code: found.since for found in queries.vacancies(day, part)}


def test_vacancies_are_told_by_level_with_their_first_day() -> None:
    away("teng", BEFORE)
    posting_of("dana").ends_on = date(2026, 2, 1)
    found = vacant(DISTRICT)
    upper = [code for code in found if len(code) < 15]
    assert upper == [DISTRICT, TOWN, "990001002", "990001001002", "990001002001", "990001002002"]
    assert (found[DISTRICT], found[TOWN], found["990001002"]) == (date(2026, 2, 1), BEFORE, None)
    assert CITY not in vacant() and EMPTY_TOWN in vacant()


def test_a_grid_is_looked_after_from_its_community() -> None:
    grids = {code for code in vacant(DISTRICT) if len(code) == 15}
    assert len(grids) == 12  # those of three communities; Mara looks after four
    away("mara", DAY)
    beside = f"{COMMUNITY}001"
    assert vacant(COMMUNITY) == {COMMUNITY: DAY, beside: DAY, f"{COMMUNITY}002": DAY, f"{COMMUNITY}003": DAY}
    service.post(person_named("ines").id, Role.INSPECTOR, area_id=at(COMMUNITY), starts_on=DAY)
    assert vacant(COMMUNITY) == {COMMUNITY: DAY}
    away("ines", AFTER)
    assert vacant(COMMUNITY, AFTER)[GRID] == AFTER


def test_since_when_is_unknown_after_an_account_was_disabled() -> None:
    away("mara", BEFORE, AFTER)
    assert vacant()[COMMUNITY] == BEFORE
    add_someone("abel", Role.MANAGER, area=COMMUNITY)
    service.disable(person_named("abel"), now=now())
    assert vacant()[COMMUNITY] is None


@pytest.mark.parametrize("most", [0, who_answers.MOST_BOUND])
def test_the_vacancies_of_a_whole_city_are_two_statements(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who_answers, "MOST_BOUND", most)
    away("mara", DAY)
    areas()
    with statements() as sent:
        assert vacant()[COMMUNITY] == DAY
    assert len(sent) == 2
    with statements() as sent:
        assert vacant(NEXT_DOOR) == {}
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("posting", "absences", "until"),
    [
        (Span(BEFORE), (), DAY),
        (Span(DAY), (), None),
        (Span(SINCE, BEFORE), (), BEFORE),
        (Span(SINCE), (Span(BEFORE, DAY),), BEFORE),
        (Span(SINCE), (Span(BEFORE), Span(date(2026, 2, 1), BEFORE)), date(2026, 2, 1)),
        (Span(SINCE), (Span(SINCE),), None),
        (Span(SINCE), (Span(BEFORE, BEFORE), Span(AFTER)), DAY),
    ],
)
def test_the_last_day_of_work_is_found_behind_leave_on_leave(
    posting: Span, absences: tuple[Span, ...], until: date | None
) -> None:
    assert last_there_until(posting, absences, DAY) == until
