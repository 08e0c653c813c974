"""How many statements a request may send, whatever the number of rows."""

from uuid import uuid4

import pytest
from flask import Flask

from app.core.db import db
from tests.cast import BUREAU, COMMUNITY, Caller, bring_to, filing
from tests.statements import statements

Cast = dict[str, Caller]


def sent_by(caller: Caller, path: str) -> list[str]:
    caller.get(path)  # what a process keeps in memory is there from now on
    with statements() as sent:
        assert caller.get(path).status_code == 200, path
    return sent


@pytest.fixture
def many(cast: Cast) -> Cast:
    for _n in range(12):
        cast["ines"].file()
    bring_to("dispatched", cast)
    return cast


@pytest.mark.parametrize("who", ["ines", "mara", "hana", "cai"])
def test_a_list_costs_the_same_whatever_its_length(many: Cast, who: str) -> None:
    for asked in ("", f"&within={COMMUNITY}&status=open&category=E0102", "&q=garbage", "&as_of=2090-01-01"):
        counts = [len(sent_by(many[who], f"/api/v1/cases?limit={limit}{asked}")) for limit in (1, 5, 200)]
        assert max(counts) <= 4, asked
        assert counts[0] - counts[2] in (0, 1), asked  # the total is known when all fit on the page


MOST = {
    "/api/v1/me": 3,
    "/api/v1/areas?limit=200": 2,
    "/api/v1/areas/locate?lon=113.115&lat=23.005&crs=wgs84": 2,
    "/api/v1/categories?limit=200": 2,
    "/api/v1/stats/areas?level=community": 5,
    "/api/v1/stats/areas?level=grid": 5,
    "/api/v1/cases.csv": 4,
    "/api/v1/cases.geojson": 4,
    "/tiles/cases/15/26679/14231.mvt": 3,
}


@pytest.mark.parametrize("path", MOST)
def test_other_readings_cost_no_more_than_said(many: Cast, path: str) -> None:
    many["cai"].get(path)
    with statements() as sent:
        assert len(many["cai"].get(path).data) > 0
    assert len(sent) <= MOST[path], "\n".join(sent)


def test_a_case_costs_the_same_whatever_happened_to_it(many: Cast) -> None:
    fresh, old = bring_to("dispatched", many), bring_to("closed", many)
    for n in range(5):
        assert many["dana"].act(old, "comment", text=str(n)).status_code == 200
    counts = [len(sent_by(many["mara"], f"/api/v1/cases/{uuid}")) for uuid in (fresh, old)]
    assert max(counts) <= 6
    histories = [len(sent_by(many["mara"], f"/api/v1/cases/{uuid}/events")) for uuid in (fresh, old)]
    assert max(histories) <= 6


def test_filing_is_one_short_transaction(many: Cast) -> None:
    with statements() as sent:
        assert many["ines"].open("PUT", f"/api/v1/cases/{uuid4()}", json=filing()).status_code == 201
    assert len(sent) <= 8, "\n".join(sent)


def test_acting_does_not_grow_with_the_history(many: Cast) -> None:
    uuid = bring_to("accepted", many)
    for n in range(5):
        assert many["dana"].act(uuid, "comment", text=str(n)).status_code == 200
    version = int(many["mara"].get(f"/api/v1/cases/{uuid}").headers["ETag"].strip('"'))
    with statements() as sent:
        assert many["mara"].act(uuid, "dispatch", version=version, department=BUREAU).status_code == 200
    assert len(sent) <= 17, "\n".join(sent)


def test_a_statement_more_per_row_would_be_seen(city: Flask, many: Cast) -> None:
    with statements() as sent:
        for _n in range(3):
            db.session.connection().exec_driver_sql("select 1")
    db.session.rollback()
    assert len(sent) == 3
