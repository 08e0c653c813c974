"""Kept results: the same request on the same data gives the same numbers, to nobody else."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.analysis import hotspot_runs, results
from app.analysis.models import AnalysisResult
from app.analysis.results import Asked, Kept
from app.areas.index import areas
from app.cases.queries.filters import Filters
from app.core.clock import now
from app.core.db import begin_write, commit, db
from app.core.policy import EVERYTHING, UNRESTRICTED, Every, OneOf, Predicate, Some
from app.events.queries import last_seq
from app.people.queries import actor_by_username
from tests.cast import Caller, bring_to

Cast = dict[str, Caller]


def question(seed: int = 1) -> hotspot_runs.Question:
    city = areas().city
    return hotspot_runs.Question(
        city, "grid", None, Filters(within=city), None, hotspot_runs.GI_STAR, 99, seed
    )


def asked(seed: int = 1, scope: Predicate = EVERYTHING, **parameters: Any) -> Asked:
    return Asked("gi_star", {"area": "990000", **parameters}, None, None, seed, scope)


def kept(request: Asked) -> Kept:
    known = results.find(request)
    if known:
        return known
    at = now()
    actor = actor_by_username("cai", at)
    assert actor is not None
    numbers, seq = results.made(
        request, lambda: hotspot_runs.run(question(request.seed), within=request.scope, now=at)
    )
    begin_write()
    found = results.keep(request, numbers, seq, actor=actor, now=at)
    commit()
    return found


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(AnalysisResult)) or 0


def test_the_same_request_on_the_same_data_is_the_same_result(cast: Cast) -> None:
    bring_to("filed", cast)
    one, two = kept(asked()), kept(asked())
    assert one == two and rows() == 1
    assert one.data_seq == last_seq() and one.seed == 1 and one.parameters == {"area": "990000"}
    assert sum(one.numbers["cases"]) + one.numbers["elsewhere"] == 1


def test_run_again_it_gives_the_same_numbers(cast: Cast) -> None:
    bring_to("filed", cast)
    first = kept(asked())
    begin_write()
    db.session.delete(db.session.scalars(select(AnalysisResult)).one())
    commit()
    again = kept(asked())
    assert again.uuid != first.uuid and again.numbers == first.numbers


def test_new_data_another_seed_or_another_scope_is_another_result(cast: Cast) -> None:
    bring_to("filed", cast)
    first = kept(asked())
    assert kept(asked(seed=2)).uuid != first.uuid
    assert kept(asked(scope=UNRESTRICTED)).uuid != first.uuid
    assert kept(asked(category="E0102")).uuid != first.uuid
    bring_to("filed", cast)
    later = kept(asked())
    assert later.uuid != first.uuid and later.data_seq > first.data_seq
    assert rows() == 5


def test_a_result_is_opened_only_by_who_may_see_exactly_its_cases(cast: Cast) -> None:
    uuid = kept(asked(scope=UNRESTRICTED)).uuid
    assert results.opened(uuid, lambda parameters: UNRESTRICTED) is not None
    assert results.opened(uuid, lambda parameters: EVERYTHING) is None


def test_a_scope_is_told_the_same_whatever_the_order_of_its_parts() -> None:
    one = Some((OneOf("town_id", frozenset({1, 2, 30})), Every((UNRESTRICTED,))))
    other = Some((Every((UNRESTRICTED,)), OneOf("town_id", frozenset({30, 2, 1}))))
    assert asked(scope=one).request(5) == asked(scope=other).request(5)
    assert asked(scope=one).request(5) != asked(scope=one).request(6)


def test_keeping_is_no_event_and_twice_the_same_request_is_one_row(cast: Cast) -> None:
    before, at, actor = last_seq(), now(), actor_by_username("cai", now())
    begin_write()
    first = results.keep(asked(), {"a": 1}, before, actor=actor, now=at)
    second = results.keep(asked(), {"a": 2}, before, actor=actor, now=at)
    commit()
    assert first.uuid == second.uuid and second.numbers == {"a": 1}
    assert last_seq() == before and rows() == 1


def test_what_is_written_while_numbers_are_read_makes_them_read_again(cast: Cast) -> None:
    read = []

    def run() -> dict[str, Any]:
        read.append(last_seq())
        if len(read) == 1:
            bring_to("filed", cast)
        return {"read": len(read)}

    numbers, seq = results.made(asked(), run)
    assert numbers == {"read": 2} and seq == last_seq()


def test_old_results_are_forgotten_after_90_days(city: Flask) -> None:
    actor, at = actor_by_username("cai", now()), now()
    begin_write()
    for days in (91, 89):
        results.keep(asked(seed=days), {}, 0, actor=actor, now=at - timedelta(days=days))
    commit()
    assert results.prune(at) == 1 and results.prune(at) == 0
    assert [row.seed for row in db.session.scalars(select(AnalysisResult))] == [89]
