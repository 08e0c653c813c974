"""Every number opens the list of exactly that many cases, whichever filter, viewer and form of answer."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from app.cases.models import Case, Task
from app.cases.queries import statistics
from app.core import db as database
from app.core.clock import now
from app.core.db import db
from tests.cast import COMMUNITY, DISTRICT, TOWN, Caller, bring_to
from tests.journeys.relations import stage_relations

Cast = dict[str, Caller]
FILTERS = (
    "",
    "status=open",
    "status=filed,accepted",
    "status=closed&from=2020-01-01",
    "overdue=true",
    "overdue=false",
    "raised=1",
    "returned=1",
    "category=S0405",
    f"within={DISTRICT}",
    f"within={TOWN}&status=open",
    f"within={COMMUNITY}&category=E0102&overdue=true",
    "reached=town",
    "to=2021-01-01",
    "q=kestrel",
    "bbox=113.1,23.0,113.12,23.01",
    "unplaced=true",
    "as_of=2098-01-01",
    "sort=due_at",
    "sort=filed_at",
    "sort=-changed_at&status=open",
)
COUNTED = {
    "open": "status=open",
    "overdue": "overdue=true",
    "escalated": "raised=1",
    "closed": "status=closed",
}
LEVELS = ("city", "district", "town", "community", "grid")


@pytest.fixture
def told(cast: Cast) -> Cast:
    """A city with cases of all kinds, some of them late."""
    for case in stage_relations(cast):
        if case.name in ("dispatched", "own", "restricted_dispatched", "outside", "elsewhere"):
            late(case.uuid)
    bring_to("rejected", cast)
    bring_to("in_progress", cast)
    return cast


def late(uuid: str) -> None:
    yesterday = now() - timedelta(days=1)
    database.begin_write()
    ident = db.session.execute(
        update(Case).where(Case.uuid == UUID(uuid)).values(due_at=yesterday).returning(Case.id)
    ).scalar_one()
    db.session.execute(update(Task).where(Task.case_id == ident).values(due_at=yesterday))
    database.commit()


def answer(caller: Caller, path: str) -> dict[str, Any]:
    found = caller.get(path)
    assert found.status_code == 200, (path, found.get_data(as_text=True))
    body: dict[str, Any] = found.get_json(force=True)
    return body


def total(caller: Caller, filters: str) -> int:
    """The list's total, after walking through all of its pages."""
    page = answer(caller, f"/api/v1/cases?limit=3&{filters}")
    said, numbers = page["total"], [item["number"] for item in page["items"]]
    while page["next"]:
        page = answer(caller, f"/api/v1/cases?limit=3&{filters}&cursor={page['next']}")
        assert page["total"] is None
        numbers += [item["number"] for item in page["items"]]
    assert len(set(numbers)) == len(numbers) == said
    return int(said)


@pytest.mark.parametrize("who", ["cai", "dana", "hana", "ines", "otto", "ada"])
def test_list_map_export_and_statistics_say_the_same_number(told: Cast, who: str) -> None:
    caller = told[who]
    for filters in FILTERS:
        listed = total(caller, filters)
        exported = caller.get(f"/api/v1/cases.csv?{filters}").get_data(as_text=True)
        lines = list(csv.reader(io.StringIO(exported)))
        features = answer(caller, f"/api/v1/cases.geojson?{filters}")["features"]
        assert (len(lines) - 1, len(features)) == (listed, listed), filters
        for level in LEVELS:
            items = answer(caller, f"/api/v1/stats/areas?level={level}&{filters}")["items"]
            assert sum(item["filed"] for item in items) == listed, (level, filters)


def test_each_number_of_each_unit_opens_its_list(told: Cast) -> None:
    opened = 0
    for who in ("cai", "dana", "hana"):
        for level in LEVELS:
            stats = answer(told[who], f"/api/v1/stats/areas?level={level}")
            for item in stats["items"]:
                unit = f"no_unit_at={level}" if item["code"] is None else f"within={item['code']}"
                if item["filed"] == 0:
                    continue
                assert total(told[who], f"{unit}&as_of={stats['as_of']}") == item["filed"]
                for number, filters in COUNTED.items():
                    listed = total(told[who], f"{unit}&{filters}&as_of={stats['as_of']}")
                    assert listed == item[number], (who, item, number)
                    opened += listed
    assert opened > 50


def test_units_are_told_once_each_with_what_has_no_unit_last(told: Cast) -> None:
    items = answer(told["cai"], "/api/v1/stats/areas?level=community")["items"]
    codes = [item["code"] for item in items]
    assert len(set(codes)) == len(codes)
    assert codes[-1] is None and None not in codes[:-1]
    only = answer(told["cai"], f"/api/v1/stats/areas?level=community&within={TOWN}")["items"]
    assert [item["code"] for item in only] == [code for code in codes if code and code.startswith(TOWN)]


def test_a_unit_asked_for_itself_is_the_only_item(told: Cast) -> None:
    items = answer(told["dana"], f"/api/v1/stats/areas?level=town&within={TOWN}")["items"]
    assert [item["code"] for item in items] == [TOWN]


def test_median_hours_are_of_closed_cases_only(told: Cast, city: Flask) -> None:
    for took in (3600, 3 * 3600, 11 * 3600):
        uuid = bring_to("closed", told)
        database.begin_write()
        db.session.execute(update(Case).where(Case.uuid == UUID(uuid)).values(took_s=took))
        database.commit()
    (item,) = answer(told["dana"], f"/api/v1/stats/areas?level=town&within={TOWN}&q=garbage")["items"]
    assert (item["closed"], item["median_hours"]) == (3, 3.0)
    (empty,) = answer(told["dana"], f"/api/v1/stats/areas?level=town&within={TOWN}&status=filed")["items"]
    assert (empty["closed"], empty["median_hours"]) == (0, None)


def test_a_fault_in_the_statistics_is_caught(told: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    true = statistics.conditions
    monkeypatch.setattr(statistics, "conditions", lambda *a, **k: true(*a, **k)[1:])  # forgets the scope
    with pytest.raises(AssertionError):
        test_list_map_export_and_statistics_say_the_same_number(told, "dana")
