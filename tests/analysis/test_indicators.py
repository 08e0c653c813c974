"""Indicators over real SQL: the published month, and every number as long as its list."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import insert
from werkzeug.datastructures import MultiDict

from app.analysis.indicators import definitions
from app.analysis.indicators.reading import (
    Question,
    Tally,
    base_part,
    counted_part,
    measure,
    parameters,
    together,
)
from app.analysis.indicators.registry import QUANTILES, SHARE, Indicator
from app.analysis.indicators.values import change, standing, value_of
from app.analysis.indicators.versions import shipped
from app.analysis.indicators.windows import Window, window_of
from app.cases.models import Task
from app.cases.queries import listing
from app.cases.queries.filters import Filters, read_filters
from app.core import db as database
from app.core.clock import now, rfc3339
from app.core.db import db
from app.core.policy import EVERYTHING, Actor
from app.people.queries import actor_by_username
from tests.analysis.indicators_city import DAY, GRIDS, HOUR, local, put
from tests.cast import Caller, bring_to
from tests.statements import statements

Cast = dict[str, Caller]


def asked(window: Window, *, at: datetime | None = None, shared: Filters | None = None) -> Question:
    return Question(shared or Filters(), window, EVERYTHING, at or window.as_of)


def said(code: str, by_unit: dict[int | None, Tally]) -> Any:
    return value_of(definitions().by_code[code], together(by_unit.values()))


def september(city: Flask) -> Window:
    with city.test_request_context():
        return window_of(
            "own", local("2026-10-01", 1), local("2026-09-01", 12).date(), local("2026-10-01", 12).date()
        )


def the_published_month() -> None:
    """Received 1,054, registered 996, due 972, of which closed 911, on time 737."""
    filed, taken, due = local("2026-09-03", 9), local("2026-09-03", 10), local("2026-09-10", 9)
    put(737, filed=filed, accepted=taken, due=due, closed=due - HOUR)
    put(911 - 737, filed=filed, accepted=taken, due=due, closed=due + DAY)
    put(972 - 911, filed=filed, accepted=taken, due=due, grid=GRIDS[1])
    put(14, filed=filed, accepted=taken, due=due, status="suspended")
    put(10, filed=filed, accepted=taken, due=local("2026-10-02", 9))
    put(50, filed=filed, status="rejected")
    put(8, filed=filed)


def test_the_published_month(city: Flask) -> None:
    the_published_month()
    found = measure(definitions().indicators, "city", asked(september(city)))
    numbers = {code: said(code, found).value for code in ("filed", "accepted", "due")}
    assert numbers == {"filed": 1054, "accepted": 996, "due": 972}
    closing, in_time = said("closing_rate", found), said("on_time_rate", found)
    assert (closing.count, closing.n, in_time.count, in_time.n) == (911, 972, 737, 972)
    assert round(closing.value, 2) == 93.72
    assert round(in_time.value, 2) == 75.82


def test_units_add_up_to_the_whole(city: Flask) -> None:
    the_published_month()
    whole = measure(definitions().indicators, "city", asked(september(city)))
    for level in ("district", "town", "community", "grid"):
        parts = measure(definitions().indicators, level, asked(september(city)))
        assert together(parts.values()).counts == together(whole.values()).counts
        assert together(parts.values()).lengths == together(whole.values()).lengths


@pytest.fixture
def lively(cast: Cast) -> Cast:
    """Cases of all kinds: in every status, late, raised, returned, reworked, reopened, rated, restricted."""
    for status in ("filed", "accepted", "dispatched", "in_progress", "handled", "closed", "rejected"):
        bring_to(status, cast)
        bring_to(status, cast, channel="hotline", category="S0405") if status == "filed" else None
    again = bring_to("handled", cast)
    assert cast["ines"].act(again, "check_fail", reason="still there").status_code == 200
    given_back = bring_to("in_progress", cast)
    assert cast["hana"].act(given_back, "return_to_dispatcher", reason="not ours").status_code == 200
    opened = bring_to("closed", cast)
    assert cast["mara"].act(opened, "reopen", reason="it is back").status_code == 200
    raised = bring_to("accepted", cast)
    assert cast["mara"].act(raised, "escalate", reason="beyond us").status_code == 200
    old = now() - 3 * DAY
    put(4, filed=old - 5 * DAY, accepted=old - 4 * DAY, due=old, closed=old - DAY, grid=GRIDS[1])
    put(3, filed=old - 5 * DAY, accepted=old - 4 * DAY, due=old, closed=old + DAY, grid=GRIDS[2], reworks=1)
    put(5, filed=old - 5 * DAY, accepted=old - 4 * DAY, due=old, grid=GRIDS[3], channel="web")
    put(2, filed=old, accepted=old + HOUR, due=old + 2 * DAY, grid=None)
    put(1, filed=old, accepted=old + HOUR, due=old + DAY, status="suspended")
    return cast


def listed(actor: Actor, params: dict[str, str], at: datetime) -> int:
    """How many cases the list of the link holds."""
    filters = read_filters(MultiDict(params))
    return listing.total(filters, within=listing.scope_for(actor, filters), now=at)


def lists_of(indicator: Indicator, tally: Tally) -> list[tuple[Any, int]]:
    """Every number of an indicator with the part that its list shows."""
    value = value_of(indicator, tally)
    found = [(counted_part(indicator), value.count)]
    return [*found, (base_part(indicator), value.n)] if indicator.measure == SHARE else found


@pytest.mark.parametrize("who", ["cai", "dana", "hana", "ines", "otto"])
@pytest.mark.parametrize("ago", [timedelta(), timedelta(days=2)])
def test_every_number_is_as_long_as_its_list(lively: Cast, city: Flask, who: str, ago: timedelta) -> None:
    at = now()
    actor = actor_by_username(who, at)
    assert actor is not None
    wrong, numbers = [], 0
    with city.test_request_context():
        window = window_of("30", at - ago)
        scope = listing.scope_for(actor, Filters())
        found = measure(definitions().indicators, "city", Question(Filters(), window, scope, at))
        for indicator in definitions().indicators:
            for part, number in lists_of(indicator, together(found.values())):
                params = parameters(part, window) | {"as_of": rfc3339(window.as_of) or ""}
                numbers += number > 0
                if (length := listed(actor, params, at)) != number:
                    wrong.append((indicator.code, urlencode(params), number, length))
    assert wrong == []
    assert numbers >= (15 if who in ("cai", "dana") and not ago else 0)


def test_the_number_of_statements_does_not_grow(lively: Cast, city: Flask) -> None:
    with city.test_request_context():
        window = window_of("30", now())
        measure(definitions().indicators, "city", asked(window))
        with statements() as sent:
            measure(definitions().indicators, "grid", asked(window))
        assert len(sent) == 9
        with statements() as past:
            earlier = replace(window, as_of=window.as_of - DAY)
            measure(definitions().indicators, "town", asked(earlier, at=window.as_of))
        assert len(past) == 9


def test_a_case_given_on_is_due_once_and_late_ones_count_before_their_dispatch(city: Flask) -> None:
    """A second handling takes the place of the first; an accepted case waits for its dispatch."""
    day = local("2026-09-05", 9)
    (case,) = put(1, filed=day, accepted=day, due=day + DAY)
    database.begin_write()
    later = {"kind": "handle", "case_id": case, "opened_at": day + DAY, "due_at": day + 60 * DAY}
    db.session.execute(insert(Task), [later])
    database.commit()
    put(3, filed=day, accepted=day, due_at=day + DAY)
    put(5, filed=day, due_at=day + DAY)
    with city.test_request_context():
        assert said("due", measure(definitions().indicators, "city", asked(september(city)))).value == 3
        before = replace(september(city), as_of=day + HOUR)
        found = measure(definitions().indicators, "city", asked(before, at=day + 2 * HOUR))
        assert said("due", found).value == 0  # nothing is due yet, an hour later


def test_lengths_of_time_count_what_is_still_open(city: Flask) -> None:
    """Of 20 cases 9 were closed after a day; 11 are open since ten days: the median is not reached."""
    filed = local("2026-09-10", 9)
    put(9, filed=filed, accepted=filed + HOUR, due=filed + 9 * DAY, closed=filed + DAY)
    put(11, filed=filed, accepted=filed + HOUR, due=filed + 9 * DAY)
    found = measure(definitions().indicators, "city", asked(september(city)))
    median, response = said("close_median", found), said("response_median", found)
    assert (median.n, median.value) == (20, None)
    assert (response.n, response.value) == (20, 1.0)
    put(2, filed=filed, accepted=filed + HOUR, due=filed + 9 * DAY, closed=filed + 2 * DAY)
    assert (
        said("close_median", measure(definitions().indicators, "city", asked(september(city)))).value == 48.0
    )


def test_overdue_multiple_is_time_used_by_time_allowed(city: Flask) -> None:
    at = local("2026-10-01", 1)
    put(1, filed=at - 4 * DAY, accepted=at - 4 * DAY, due=at - 2 * DAY)
    put(1, filed=at - 4 * DAY, accepted=at - 4 * DAY, due=at - 3 * DAY)
    found = said("overdue_multiple", measure(definitions().indicators, "city", asked(september(city))))
    assert (found.n, round(found.value, 6), found.few) == (2, 3.0, True)


def test_targets_and_changes_say_which_way_is_good() -> None:
    rate = definitions_shipped("closing_rate")
    assert [standing(rate, value) for value in (95.0, 90.0, 89.0, 85.0, 84.9, None)] == [
        "ok",
        "ok",
        "near",
        "near",
        "late",
        None,
    ]
    assert standing(definitions_shipped("filed"), 3) is None
    few, many = (value_of(rate, tally_of(rate, 9)), value_of(rate, tally_of(rate, 10)))
    assert (few.few, many.few, change(rate, many, few), change(rate, many, many)) == (True, False, None, 0.0)


def definitions_shipped(code: str) -> Indicator:
    return next(each for each in shipped() if each.code == code)


def tally_of(indicator: Indicator, n: int) -> Tally:
    tally = Tally()
    tally.counts[counted_part(indicator)] = tally.counts[base_part(indicator)] = n
    return tally


def test_quantiles_have_a_cohort(city: Flask) -> None:
    found = measure(definitions().indicators, "city", asked(september(city)))
    for indicator in definitions().indicators:
        value = value_of(indicator, together(found.values()))
        assert (value.n, value.count) == (0, 0), indicator.code
        assert value.value in ((0,) if indicator.measure == "count" else (None,))
        assert indicator.measure not in QUANTILES or value.few
