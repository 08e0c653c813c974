"""The one rule about who reads what: its SQL and its verdict on a row agree, and it says what it should."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, Table, insert, select

from app.core import policy
from app.core.db import db
from app.core.policy import (
    EVERYTHING,
    LEVEL_FIELDS,
    NOTHING,
    Actor,
    Every,
    OneOf,
    Posting,
    Predicate,
    Some,
    holds,
    may_read_case,
    may_read_receipt,
    scope_within,
    where,
)
from app.core.roles import Role

LEVELS = tuple(LEVEL_FIELDS)
NUMBERS = (*LEVEL_FIELDS.values(), "department_id", "filed_by_id")
ROWS = Table(
    "policy_row",
    MetaData(),
    Column("id", Integer, primary_key=True),
    *(Column(name, Integer) for name in NUMBERS),
    Column("restricted", Boolean),
    prefixes=["TEMPORARY"],
)
Row = dict[str, Any]


@pytest.fixture(autouse=True)
def no_grants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grants stand in a table; the rule itself is asked here."""
    monkeypatch.setattr(policy, "_grants", [])


often = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
very_often = settings(often, max_examples=400)

ident = st.integers(1, 4)
rows = st.fixed_dictionaries(
    {name: st.none() | ident for name in NUMBERS} | {"restricted": st.booleans()},
)
leaves = st.builds(OneOf, st.sampled_from(NUMBERS), st.frozensets(st.none() | ident, max_size=3)) | st.builds(
    OneOf, st.just("restricted"), st.frozensets(st.booleans(), max_size=2)
)
predicates = st.recursive(
    leaves | st.sampled_from([EVERYTHING, NOTHING]),
    lambda parts: (
        st.builds(Every, st.lists(parts, max_size=3).map(tuple))
        | st.builds(Some, st.lists(parts, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    with db.engine.connect() as opened:
        ROWS.create(opened)
        yield opened
        opened.rollback()


@often
@given(predicate=predicates, table=st.lists(rows, min_size=1, max_size=12))
def test_sql_and_verdict_agree(connection: Connection, predicate: Predicate, table: list[Row]) -> None:
    connection.execute(ROWS.delete())
    numbered = [{"id": n, **row} for n, row in enumerate(table)]
    connection.execute(insert(ROWS), numbered)
    chosen = connection.scalars(select(ROWS.c.id).where(where(predicate, ROWS.c)).order_by(ROWS.c.id))
    assert list(chosen) == [row["id"] for row in numbered if holds(predicate, row)]


@st.composite
def places(draw: st.DrawFn) -> dict[str, int | None]:
    """A lineage in a tree of two units below each, cut off at some level, maybe with one level skipped."""
    path = 1
    found: dict[str, int | None] = {}
    depth, skipped = draw(st.integers(1, len(LEVELS))), draw(st.none() | st.sampled_from(LEVELS[1:-1]))
    for n, level in enumerate(LEVELS):
        path = path * 2 + (draw(st.integers(0, 1)) if n else 0)
        found[LEVEL_FIELDS[level]] = path if n < depth and level != skipped else None
    return found


@st.composite
def cases(draw: st.DrawFn) -> Row:
    return draw(places()) | {
        "id": draw(ident),
        "department_id": draw(st.none() | ident),
        "filed_by_id": draw(ident),
        "restricted": draw(st.booleans()),
    }


@st.composite
def postings(draw: st.DrawFn) -> Posting:
    role, cleared = draw(st.sampled_from(list(Role))), draw(st.booleans())
    if draw(st.booleans()):
        return Posting(role, None, None, None, draw(ident), cleared)
    lineage = draw(places())
    level = draw(st.sampled_from([level for level in LEVELS if lineage[LEVEL_FIELDS[level]]]))
    return Posting(role, lineage[LEVEL_FIELDS[level]], level, None, None, cleared)


actors = st.builds(
    Actor,
    id=st.none() | ident,
    public_id=st.just(UUID(int=5)),
    username=st.just("x"),
    name=st.just("x"),
    postings=st.lists(postings(), max_size=4).map(tuple),
)


def may_read(actor: Actor, case: Row) -> bool:
    """Design §6 in other words, posting by posting."""
    if case["filed_by_id"] == actor.id and not case["restricted"]:
        return True
    for posting in actor.postings:
        if posting.role is Role.ADMINISTRATOR or (case["restricted"] and not posting.restricted):
            continue
        lineage = [case[field] for field in LEVEL_FIELDS.values()]
        if posting.area_id is not None and posting.area_id in lineage:
            return True
        if posting.department_id is not None and posting.department_id == case["department_id"]:
            return True
    return False


@very_often
@given(actor=actors, case=cases())
def test_the_rule_is_the_one_of_the_design(actor: Actor, case: Row) -> None:
    assert holds(may_read_case(actor), case) is may_read(actor, case)


@very_often
@given(actor=actors, case=cases(), data=st.data())
def test_within_an_area_the_simpler_rule_is_the_whole_rule(
    actor: Actor, case: Row, data: st.DataObject
) -> None:
    levels = [level for level in LEVELS if case[LEVEL_FIELDS[level]] is not None]
    lowest = data.draw(st.sampled_from(levels))
    above = LEVELS[: LEVELS.index(lowest) + 1]
    lineage = {field: case[field] if level in above else None for level, field in LEVEL_FIELDS.items()}
    assert holds(scope_within(actor, lineage), case) is holds(may_read_case(actor), case)


@very_often
@given(actor=actors, case=cases(), more=postings())
def test_another_posting_never_takes_anything_away(actor: Actor, case: Row, more: Posting) -> None:
    grown = Actor(actor.id, actor.public_id, "x", "x", (*actor.postings, more))
    assert holds(may_read_case(grown), case) >= holds(may_read_case(actor), case)


@very_often
@given(actor=actors, case=cases())
def test_the_receipt_is_the_filers_alone(actor: Actor, case: Row) -> None:
    assert holds(may_read_receipt(actor), case) is (actor.id is not None and case["filed_by_id"] == actor.id)


def test_nobody_reads_nothing_and_the_system_everything() -> None:
    case = dict.fromkeys(LEVEL_FIELDS.values(), 1) | {
        "department_id": 1,
        "filed_by_id": 1,
        "restricted": True,
    }
    nobody = Actor(id=None, public_id=UUID(int=1), username="", name="")
    assert not holds(may_read_case(nobody), case | {"restricted": False, "filed_by_id": None})
    assert holds(may_read_case(policy.SYSTEM), case)


@pytest.mark.parametrize(
    ("cleared", "restricted", "read"),
    [(True, True, True), (True, False, True), (False, False, True), (False, True, False)],
)
def test_a_department_reads_what_it_was_granted(cleared: bool, restricted: bool, read: bool) -> None:
    policy.grants_from(lambda departments: frozenset({7}) if 3 in departments else frozenset())
    handler = Actor(2, UUID(int=2), "x", "x", (Posting(Role.HANDLER, None, None, None, 3, cleared),))
    stranger = Actor(2, UUID(int=2), "x", "x", (Posting(Role.HANDLER, None, None, None, 4, cleared),))
    case = dict.fromkeys(LEVEL_FIELDS.values(), 1) | {
        "id": 7, "department_id": 1, "filed_by_id": 1, "restricted": restricted,
    }  # fmt: skip
    assert holds(may_read_case(handler), case) is read
    assert not holds(may_read_case(handler), case | {"id": 8})
    assert not holds(may_read_case(stranger), case)


MUTANTS: dict[str, tuple[str, Any]] = {
    "restriction dropped": ("_limited", lambda predicate, *, cleared: predicate),
    "administrators read": ("_reading", lambda actor: list(actor.postings)),
    "departments forgotten": ("_reading", lambda actor: [p for p in actor.postings if p.area_id]),
    "the filer forgotten": ("UNRESTRICTED", NOTHING),
    "restricted for everybody's own": ("UNRESTRICTED", EVERYTHING),
    "towns are communities": ("LEVEL_FIELDS", LEVEL_FIELDS | {"town": "community_id"}),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_of_the_rule_is_caught(monkeypatch: pytest.MonkeyPatch, mutant: str) -> None:
    name, wrong = MUTANTS[mutant]
    monkeypatch.setattr(policy, name, wrong)
    with pytest.raises(AssertionError):
        test_the_rule_is_the_one_of_the_design()


def test_a_mutant_of_the_simpler_rule_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.core.test_policy.scope_within", lambda actor, lineage: EVERYTHING)
    with pytest.raises(AssertionError):
        test_within_an_area_the_simpler_rule_is_the_whole_rule()
