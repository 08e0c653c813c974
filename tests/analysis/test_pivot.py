"""Cross tables, ground and exports: every number is its list, whatever ground was drawn."""

import io
import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pyogrio
import pytest
import shapely
from flask import Flask

from app.analysis import ground, pivot
from app.core.problems import Invalid
from tests.areas import tiny_city
from tests.cast import COMMUNITY, PASSWORD, Caller, bring_to

Cast = dict[str, Caller]
AROUND_MIDDLE = {
    "type": "Polygon",
    "coordinates": [[[113.11, 23.0], [113.12, 23.0], [113.12, 23.01], [113.11, 23.01], [113.11, 23.0]]],
}


@pytest.fixture
def cases(cast: Cast) -> Cast:
    """A few cases in several states, one of them elsewhere, one without a point."""
    for status in ("filed", "accepted", "dispatched", "closed"):
        bring_to(status, cast)
    cast["ines"].file(geometry=None, crs=None, accuracy_m=None, area=COMMUNITY)
    return cast


def signed_in(app: Flask, user: str) -> Any:
    client = app.test_client()
    page = client.get("/sign-in").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    client.post("/sign-in", data={"username": user, "password": PASSWORD, "csrf_token": token[1]})
    return client


def numbers_of(page: str) -> list[tuple[int, str]]:
    """Every number of the table with the address of its list."""
    table = page[page.index("<tbody>") : page.index("</table>")]
    found = re.findall(r'<a href="([^"]+)">([\d,]+)</a>', table)
    return [(int(n.replace(",", "")), unescape(url)) for url, n in found]


def total_of(caller: Caller, url: str) -> int:
    query = parse_qs(urlsplit(url).query)
    answer = caller.get("/api/v1/cases?" + "&".join(f"{k}={v[0]}" for k, v in query.items()) + "&limit=1")
    assert answer.status_code == 200, answer.text
    return int(answer.json["total"])  # type: ignore[index]


@pytest.mark.parametrize(
    "asked",
    [
        "rows=unit:community&columns=status",
        "rows=category&columns=month&measure=open",
        "rows=status&columns=unit:grid&measure=filed",
        "rows=unit:town&columns=day&within=" + tiny_city.GRID,
        "rows=level&columns=week&measure=closed",
        "rows=category&columns=level&measure=overdue&status=open",
    ],
)
@pytest.mark.parametrize("user", ["mara", "dana", "cai", "hana"])
def test_every_number_opens_its_list(cases: Cast, city: Flask, asked: str, user: str) -> None:
    page = signed_in(city, user).get(f"/desk/explore?{asked}")
    assert page.status_code == 200
    if "<tbody>" not in page.text:
        assert asked.endswith("status=open")  # nothing is overdue
        return
    for count, url in numbers_of(page.text):
        assert total_of(cases[user], url) == count, url


def zone_of(client: Any, **form: str) -> Any:
    page = client.get("/desk/explore").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return client.post(
        "/desk/explore/zone?rows=status&columns=category", data={"csrf_token": token[1], **form}
    )


class TestGround:
    def test_drawn_ground_holds_the_cases_that_lie_in_it(self, cases: Cast, city: Flask) -> None:
        client = signed_in(city, "dana")
        answer = zone_of(client, how="polygon", ground=json.dumps(AROUND_MIDDLE))
        assert answer.status_code == 303
        zone = parse_qs(urlsplit(answer.location).query)["zone"][0]
        listed = cases["dana"].get(f"/api/v1/cases?zone={zone}&limit=200").json
        square = shapely.from_geojson(json.dumps(AROUND_MIDDLE))
        everything = cases["dana"].get("/api/v1/cases?limit=200").json["items"]  # type: ignore[index]
        inside = {
            c["id"]
            for c in everything
            if c["geometry"] and shapely.from_geojson(json.dumps(c["geometry"])).intersects(square)
        }
        assert inside and {item["id"] for item in listed["items"]} == inside  # type: ignore[index]
        assert len(everything) > len(inside)
        page = client.get(answer.location).text
        assert sum(count for count, _url in numbers_of(page)[-1:]) == len(inside)
        again = zone_of(client, how="polygon", ground=json.dumps(AROUND_MIDDLE))
        assert again.location == answer.location

    def test_a_circle_and_its_size(self, cases: Cast, city: Flask) -> None:
        lon, lat = tiny_city.MIDDLE
        with city.app_context():
            round_ground = ground.circle(lon, lat, 500)
            assert ground.square_kilometres(round_ground) == pytest.approx(0.7854, rel=0.005)
        answer = zone_of(signed_in(city, "dana"), how="circle", lon=str(lon), lat=str(lat), metres="500")
        assert answer.status_code == 303

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"how": "polygon", "ground": ""}, "ground"),
            ({"how": "polygon", "ground": '{"type":"Point","coordinates":[113.1,23]}'}, "ground"),
            (
                {"how": "polygon", "ground": '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}'},
                "ground",
            ),
            ({"how": "circle", "lon": "113.1", "lat": "23", "metres": "nan"}, "metres"),
            ({"how": "circle", "lon": "113.1", "lat": "23", "metres": "1e9"}, "metres"),
            ({"how": "circle", "lon": "x", "lat": "23", "metres": "100"}, "lon"),
            ({"how": "circle", "lon": "500", "lat": "23", "metres": "100"}, "lon"),
            ({"how": "facilities", "kind": "school", "near_metres": "100"}, "kind"),
        ],
    )
    def test_bad_ground_is_said_at_its_field(
        self, cases: Cast, city: Flask, form: dict[str, str], field: str
    ) -> None:
        answer = zone_of(signed_in(city, "dana"), **form)
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text or "note late" in answer.text

    def test_a_hundred_thousand_corners(self, city: Flask) -> None:
        ring = [[113.1 + i * 1e-7, 23.0] for i in range(100_000)]
        with city.app_context(), pytest.raises(Invalid) as refused:
            ground.drawn(json.dumps({"type": "Polygon", "coordinates": [[*ring, [113.1, 23.1], ring[0]]]}))
        assert list(refused.value.errors) == ["ground"]

    def test_an_unknown_zone(self, cast: Cast) -> None:
        assert cast["dana"].get("/api/v1/cases?zone=nonsense").status_code == 422


def test_time_spans_cover_the_window() -> None:
    from datetime import date

    spans = pivot.spans_between(date(2026, 1, 31), date(2026, 3, 1), "month")
    assert [(s.first.month, s.end.month) for s in spans] == [(1, 2), (2, 3)]
    weeks = pivot.spans_between(date(2026, 11, 18), date(2026, 11, 24), "week")
    assert [s.first.isoformat() for s in weeks] == ["2026-11-16", "2026-11-23"]
    with pytest.raises(Invalid):
        pivot.spans_between(date(2016, 1, 1), date(2026, 1, 1), "day")


class TestFiles:
    def test_a_workbook_holds_the_list(self, cases: Cast, city: Flask) -> None:
        cases["ines"].file(description="=cmd|' /C calc'!A0")
        answer = signed_in(city, "dana").get("/desk/cases.xlsx?status=open")
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        lines = list(book["cases"].values)
        total = cases["dana"].get("/api/v1/cases?status=open").json["total"]  # type: ignore[index]
        assert len(lines) == total + 1
        assert not [cell for row in book["cases"].iter_rows() for cell in row if cell.data_type == "f"]
        assert book.sheetnames == ["cases", "about"]

    def test_a_geopackage_holds_the_list(self, cases: Cast, city: Flask, tmp_path: Any) -> None:
        answer = signed_in(city, "dana").get("/desk/cases.gpkg")
        file = tmp_path / "cases.gpkg"
        file.write_bytes(answer.data)
        meta, _ids, geometry, fields = pyogrio.raw.read(file)
        items = cases["dana"].get("/api/v1/cases?limit=200").json["items"]  # type: ignore[index]
        assert len(geometry) == len(items) and meta["crs"] == "EPSG:4326"
        told = dict(zip(fields[list(meta["fields"]).index("id")], geometry, strict=True))
        for item in items:
            shape = told[item["id"]]
            assert (shape is None) == (item["geometry"] is None)

    def test_nobody_takes_along_what_they_may_not_see(self, cases: Cast, city: Flask) -> None:
        answer = signed_in(city, "otto").get("/desk/cases.xlsx")
        lines = list(openpyxl.load_workbook(io.BytesIO(answer.data))["cases"].values)
        assert len(lines) == 1
