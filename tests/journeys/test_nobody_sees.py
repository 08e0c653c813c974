"""Every reading route, asked by each of the cast: nobody sees a case outside their scope in any byte."""

import gzip
import re
from collections.abc import Iterator
from io import BytesIO
from math import asinh, floor, pi, radians, tan
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.analysis.briefs import last_week
from app.analysis.models import AnalysisResult
from app.cases.queries import listing, one, source
from app.catalogue.configuration import Kind
from app.core import policy
from app.core.clock import now
from app.core.db import db
from app.core.policy import EVERYTHING, Predicate
from app.desk.settings_editors import EDITORS
from tests.cast import CITY, COMMUNITY, DISTRICT, NAMES
from tests.journeys.relations import Cast, Knows, Relation, stage_relations

PLACES = ((113.115, 23.005), (113.1795, 23.0225))
TILES = [(z, lon, lat) for z in (6, 9, 11, 13, 15) for lon, lat in PLACES]
FILTERS = (
    "",
    "?status=open",
    f"?within={CITY}",
    f"?within={DISTRICT}&q=kestrel",
    "?overdue=false&sort=due_at",
)
QUERIES: dict[str, tuple[str, ...]] = {
    "cases_api.list_cases": (*FILTERS, "?as_of=2090-01-01", "?category=S0405", "?unplaced=true", "?limit=2"),
    "cases_api.cases_csv": FILTERS,
    "cases_api.cases_geojson": FILTERS,
    "case_tiles.case_tile_route": ("", "?q=kestrel"),
    "stats_api.stats_areas": ("?level=community", f"?level=grid&within={COMMUNITY}&q=kestrel"),
    "areas_api.area_tile": ("?level=community",),
    "areas_api.locate": ("?lon=113.115&lat=23.005&crs=wgs84",),
    "cases_api.get_photo": ("", "?size=thumb"),
    "desk.cases": ("", "?q=kestrel", f"?within={CITY}"),
    "desk.explore": ("", "?rows=unit:grid&columns=status", "?q=kestrel"),
    "desk.cases_xlsx": ("", "?q=kestrel"),
    "desk.home": ("", "?tab=open", "?q=kestrel"),
}


def tile_at(z: int, lon: float, lat: float) -> tuple[int, int]:
    n = 2**z
    return floor((lon + 180) / 360 * n), floor((1 - asinh(tan(radians(lat))) / pi) / 2 * n)


def reading_routes(app: Flask) -> list[Rule]:
    rules = sorted(app.url_map.iter_rules(), key=str)
    return [rule for rule in rules if "GET" in (rule.methods or ()) and not rule.endpoint.endswith("static")]


def paths_of(rule: Rule, cases: list[Relation]) -> Iterator[str]:
    """Addresses of a route, each of its arguments filled in every way that matters here."""
    filled = [str(rule)]
    for argument in sorted(rule.arguments):
        values = {
            "code": [CITY, COMMUNITY],
            "sha256": sorted({case.photo for case in cases}),
            "x": ["{x}"],
            "y": ["{y}"],
            "z": ["{z}"],
            "kind": list(Kind),
            "form": sorted(EDITORS),
            "lang": ["zh"],
            "week": [last_week(now()).code],
            "result": kept_results(),
        }.get(argument, [case.uuid for case in cases])
        pattern = re.compile(rf"<[^<>]*?{argument}>")
        filled = [pattern.sub(value, path) for path in filled for value in values]
    for query in QUERIES.get(rule.endpoint, ("",)):
        yield from (tiled + query for path in filled for tiled in _tiled(path))


def kept_results() -> list[str]:
    """Hot-spot runs that the sweep itself has made until now, whoever asked for them."""
    db.session.rollback()
    return [str(uuid) for uuid in db.session.scalars(select(AnalysisResult.uuid).order_by(AnalysisResult.id))]


def _tiled(path: str) -> list[str]:
    if "{z}" not in path:
        return [path]
    places = [(z, *tile_at(z, lon, lat)) for z, lon, lat in TILES]
    return [path.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y)) for z, x, y in places]


def said(answer: TestResponse) -> str:
    """Everything in an answer, its headers too."""
    data = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
    if data.startswith(b"PK"):  # a workbook
        with ZipFile(BytesIO(data)) as parts:
            data = b"\n".join(parts.read(name) for name in parts.namelist())
    return data.decode("utf-8", "replace") + str(answer.headers)


def leaks(app: Flask, cast: Cast, cases: list[Relation], names: tuple[str, ...] = NAMES) -> Iterator[str]:
    """Who was told what of a case that they may not know, and where."""
    for rule in reading_routes(app):
        for path in paths_of(rule, cases):
            for who in names:
                answer = cast[who].get(path)
                assert answer.status_code != 500, f"{who} {path}: {answer.status_code}"
                text = said(answer)
                for case in cases:
                    if told_too_much(text, case, who, path):
                        yield f"{who} {path}: {case.name}"


def told_too_much(text: str, case: Relation, who: str, path: str) -> bool:
    match case.known_to(who):
        case Knows.ALL:
            return False
        case Knows.RECEIPT:
            return case.word in text
        case _:
            return case.word in text or case.number in text or (case.uuid in text and case.uuid not in path)


@pytest.fixture
def cases(cast: Cast) -> list[Relation]:
    return stage_relations(cast)


def test_nobody_is_told_of_a_case_outside_their_scope(city: Flask, cast: Cast, cases: list[Relation]) -> None:
    assert list(leaks(city, cast, cases)) == []


def test_everybody_is_told_of_every_case_inside_it(cast: Cast, cases: list[Relation]) -> None:
    for who in NAMES:
        readable = {case.number for case in cases if case.known_to(who) is Knows.ALL}
        listed = cast[who].get("/api/v1/cases?limit=200").json
        assert listed is not None
        assert ({item["number"] for item in listed["items"]}, listed["total"]) == (readable, len(readable)), (
            who
        )
        features = cast[who].get("/api/v1/cases.geojson").get_json(force=True)["features"]
        assert {feature["properties"]["number"] for feature in features} == readable, who
        lines = cast[who].get("/api/v1/cases.csv").get_data(as_text=True).splitlines()
        assert {line.split(",")[0] for line in lines[1:]} == readable, who
        for level in ("city", "district", "town", "community", "grid"):
            stats = cast[who].get(f"/api/v1/stats/areas?level={level}").json
            assert stats is not None
            assert sum(item["filed"] for item in stats["items"]) == len(readable), (who, level)


def test_single_cases_answer_as_the_relations_say(cast: Cast, cases: list[Relation]) -> None:
    photo = cases[0].photo
    for case in cases:
        for who in NAMES:
            knows, path = case.known_to(who), f"/api/v1/cases/{case.uuid}"
            whole = 200 if knows is Knows.ALL else 404
            assert cast[who].get(path).status_code == (404 if knows is Knows.NOTHING else 200), (
                who,
                case.name,
            )
            assert cast[who].get(f"{path}/events").status_code == whole, (who, case.name)
            assert cast[who].get(f"{path}/photos/{photo}").status_code == whole, (who, case.name)
            if knows is not Knows.ALL:
                assert cast[who].act(case.uuid, "comment", version=1, text="hm").status_code == 404


def test_the_filer_of_a_restricted_case_has_its_receipt(cast: Cast, cases: list[Relation]) -> None:
    case = next(case for case in cases if case.name == "restricted")
    receipt = cast["ines"].get(f"/api/v1/cases/{case.uuid}").json
    assert receipt is not None
    assert set(receipt) == {"id", "number", "version", "filed_at", "receipt", "photos"}
    assert (receipt["number"], [photo["sha256"] for photo in receipt["photos"]]) == (
        case.number,
        [case.photo],
    )


def test_absent_and_out_of_scope_are_the_same_bytes(cast: Cast, cases: list[Relation]) -> None:
    absent = "00000000-0000-4000-8000-000000000000"
    for tail in ("", "/events", f"/photos/{cases[0].photo}"):
        for who in ("otto", "ada"):
            hidden = cast[who].get(f"/api/v1/cases/{cases[0].uuid}{tail}")
            missing = cast[who].get(f"/api/v1/cases/{absent}{tail}")
            assert (
                (hidden.status_code, hidden.data)
                == (missing.status_code, missing.data)
                == (404, missing.data)
            )
            assert list(hidden.headers) == list(missing.headers)


def test_the_sweep_reaches_behind_every_route(city: Flask, cast: Cast, cases: list[Relation]) -> None:
    """Each route shows something to somebody: a sweep of refusals would prove nothing."""
    found = {
        rule.endpoint
        for rule in reading_routes(city)
        for path in paths_of(rule, cases)
        for who in NAMES
        if cast[who].get(path).status_code == 200
    }
    without_cases = {"people.home", "people.sign_in", "health.readyz", "desk.brief_told"}
    assert {rule.endpoint for rule in reading_routes(city)} - found <= without_cases


def _without_restriction(predicate: Predicate, columns: policy.Columns) -> object:
    match predicate:
        case policy.OneOf("restricted", _):
            return policy.where(EVERYTHING, columns)
        case policy.Every(parts):
            kept = tuple(part for part in parts if part != policy.UNRESTRICTED)
            return policy.where(policy.Every(kept), columns)
        case policy.Some(parts):
            return policy.or_(policy.false(), *(_without_restriction(part, columns) for part in parts))
    return policy.where(predicate, columns)


FAULTS: dict[str, tuple[object, str, object, str]] = {
    "lists forget the restriction": (source, "where", _without_restriction, "hana"),
    "lists forget the scope": (source, "where", lambda predicate, columns: policy.true(), "otto"),
    "within an area everything is shown": (
        listing,
        "scope_within",
        lambda actor, lineage: EVERYTHING,
        "otto",
    ),
    "an object is not checked": (one, "holds", lambda predicate, row: True, "otto"),
    "an object's restriction is not checked": (
        one,
        "may_read_case",
        lambda actor: policy.Some((policy.may_read_case(actor), policy.may_read_receipt(actor))),
        "ines",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_caught(
    city: Flask, cast: Cast, cases: list[Relation], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    module, name, wrong, who = FAULTS[fault]
    monkeypatch.setattr(module, name, wrong)
    db.session.rollback()
    assert next(leaks(city, cast, cases, (who,)), None) is not None
