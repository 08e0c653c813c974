"""Filings that cannot be used: each is refused by name, none is a 500, and nothing changes."""

from typing import Any
from uuid import uuid4

import orjson
import pytest

from tests.areas import tiny_city
from tests.cast import DISTRICT, Caller, filing
from tests.refusals import fields_of, misfit, nothing_changes

Cast = dict[str, Caller]
LON, LAT = tiny_city.MIDDLE
UNUSABLE = 400, 413, 415, 422


def point(lon: Any, lat: Any) -> dict[str, Any]:
    return {"geometry": {"type": "Point", "coordinates": [lon, lat]}}


def polygon(*ring: tuple[float, float]) -> dict[str, Any]:
    return {"geometry": {"type": "Polygon", "coordinates": [list(ring)]}}


LONG = [(1, n % 2) for n in range(100_000)]

PLACES: dict[str, dict[str, Any]] = {
    "longitude out of range": point(180.5, LAT),
    "latitude out of range": point(LON, -91),
    "huge numbers": point(2**63, 2**64),
    "numbers as text": point("113.1", "23.0"),
    "booleans": point(True, False),
    "null": point(None, LAT),
    "one number": {"geometry": {"type": "Point", "coordinates": [LON]}},
    "four numbers": {"geometry": {"type": "Point", "coordinates": [LON, LAT, 0, 0]}},
    "empty point": {"geometry": {"type": "Point", "coordinates": []}},
    "empty polygon": {"geometry": {"type": "Polygon", "coordinates": []}},
    "empty ring": {"geometry": {"type": "Polygon", "coordinates": [[]]}},
    "empty line": {"geometry": {"type": "LineString", "coordinates": []}},
    "open ring": polygon((LON, LAT), (LON + 0.001, LAT), (LON, LAT + 0.001), (LON + 0.0001, LAT)),
    "ring of three": polygon((LON, LAT), (LON + 0.001, LAT), (LON, LAT)),
    "bow tie": polygon(
        (LON, LAT), (LON + 0.001, LAT + 0.001), (LON + 0.001, LAT), (LON, LAT + 0.001), (LON, LAT)
    ),
    "100 k vertices": {"geometry": {"type": "LineString", "coordinates": LONG}},
    "collection": {"geometry": {"type": "GeometryCollection", "geometries": []}},
    "feature": {"geometry": {"type": "Feature", "geometry": point(LON, LAT)["geometry"], "properties": {}}},
    "no type": {"geometry": {"coordinates": [LON, LAT]}},
    "type is a list": {"geometry": {"type": ["Point"], "coordinates": [LON, LAT]}},
    "text": {"geometry": f"POINT({LON} {LAT})"},
    "list": {"geometry": [LON, LAT]},
    "nothing": {"geometry": None, "crs": None},
    "empty words": {"geometry": None, "crs": None, "place_text": ""},
    "unknown area": {"geometry": None, "area": "999999"},
    "area far from the point": {"area": tiny_city.DISTRICTS[1]},
}
DATUMS: dict[str, dict[str, Any]] = {
    "unknown": {"crs": "epsg:4326"},
    "missing": {"crs": None},
    "number": {"crs": 4326},
    "list": {"crs": ["wgs84"]},
    "upper case": {"crs": "WGS84"},
}
MEMBERS: dict[str, tuple[str, dict[str, Any]]] = {
    "unknown category": ("category", {"category": "E9999"}),
    "no category": ("category", {"category": None}),
    "category is a number": ("category", {"category": 102}),
    "category is an object": ("category", {"category": {"code": "E0102"}}),
    "long category": ("category", {"category": "E" * 10_000}),
    "NUL in category": ("category", {"category": "E0102\x00"}),
    "NUL": ("description", {"description": "a\x00b"}),
    "bell": ("description", {"description": "a\x07b"}),
    "too many words": ("description", {"description": "网" * 4001}),
    "words are a number": ("description", {"description": 5}),
    "words are a list": ("description", {"description": ["a"]}),
    "NUL in the place": ("place_text", {"place_text": "\x00"}),
    "NUL in the area": ("area", {"area": DISTRICT + "\x00"}),
    "area is a number": ("area", {"area": 990001}),
    "accuracy below zero": ("accuracy_m", {"accuracy_m": -0.1}),
    "accuracy too large": ("accuracy_m", {"accuracy_m": 100_001}),
    "accuracy of 2^63": ("accuracy_m", {"accuracy_m": 2**63}),
    "accuracy is true": ("accuracy_m", {"accuracy_m": True}),
    "accuracy is text": ("accuracy_m", {"accuracy_m": "8"}),
    "accuracy is nan in words": ("accuracy_m", {"accuracy_m": "nan"}),
    "accuracy is a list": ("accuracy_m", {"accuracy_m": [8]}),
    "year 0": ("observed_at", {"observed_at": "0000-01-01T00:00:00Z"}),
    "year 1, east": ("observed_at", {"observed_at": "0001-01-01T00:00:00+14:00"}),
    "year 9999": ("observed_at", {"observed_at": "9999-12-31T23:59:59Z"}),
    "year 9999, west": ("observed_at", {"observed_at": "9999-12-31T23:59:59-12:00"}),
    "year 2100": ("observed_at", {"observed_at": "2100-01-01T00:00:00Z"}),
    "year 1969": ("observed_at", {"observed_at": "1969-12-31T23:59:59Z"}),
    "30 February": ("observed_at", {"observed_at": "2026-02-30T00:00:00Z"}),
    "no offset": ("observed_at", {"observed_at": "2026-11-20T01:00:00"}),
    "epoch seconds": ("observed_at", {"observed_at": 1_700_000_000}),
    "an instant of 2^63": ("observed_at", {"observed_at": 2**63}),
    "an instant in a list": ("observed_at", {"observed_at": ["2026-11-20T01:00:00Z"]}),
    "unknown urgency": ("urgency", {"urgency": "panic"}),
    "urgency is a number": ("urgency", {"urgency": 1}),
    "channel with a space": ("channel", {"channel": "my phone"}),
    "channel with a line end": ("channel", {"channel": "phone\n"}),
    "reporter is text": ("reporter", {"reporter": "Wang"}),
    "NUL in the reporter": ("reporter.name.value", {"reporter": {"name": "\x00"}}),
    "a reporter of many members": ("reporter", {"reporter": {str(n): "x" for n in range(11)}}),
    "extra is a list": ("extra", {"extra": []}),
    "extra is too much": ("extra", {"extra": {"a": "x" * 20_001}}),
    "unknown member": ("status", {"status": "closed"}),
    "number is not the sender's": ("number", {"number": "990000-1"}),
}


def test_places_that_are_none(cast: Cast) -> None:
    with nothing_changes():
        answers = {name: cast["ines"].file(**change) for name, change in PLACES.items()}
    wrong = {name: misfit(answer, 422) for name, answer in answers.items()}
    assert not {name: why for name, why in wrong.items() if why}
    named = {name: fields_of(answer) for name, answer in answers.items()}
    assert not {name: found for name, found in named.items() if not found & {"geometry", "area"}}


def test_datums_that_are_none(cast: Cast) -> None:
    with nothing_changes():
        answers = {name: cast["ines"].file(**change) for name, change in DATUMS.items()}
    assert {name: (misfit(a, 422), fields_of(a)) for name, a in answers.items()} == {
        name: (None, {"crs"}) for name in DATUMS
    }


def test_members_of_the_wrong_kind_or_size(cast: Cast) -> None:
    with nothing_changes():
        answers = {name: cast["ines"].file(**change) for name, (_, change) in MEMBERS.items()}
    wrong = {name: misfit(answer, 422) for name, answer in answers.items()}
    assert not {name: why for name, why in wrong.items() if why}
    assert {name: fields_of(answer) for name, answer in answers.items()} == {
        name: {field} for name, (field, _) in MEMBERS.items()
    }


def test_swapped_coordinates_are_refused_with_the_hint(cast: Cast) -> None:
    with nothing_changes():
        answers = [cast["ines"].file(**point(LAT, LON)), cast["ines"].file(**point(LAT, LON), crs="gcj02")]
    for answer in answers:
        assert misfit(answer, 422) is None
        assert "swapped" in answer.get_json(force=True)["errors"]["geometry"][0]


BODIES: dict[str, tuple[bytes, str]] = {
    "NaN": (orjson.dumps(filing()).replace(str(LON).encode(), b"NaN"), "application/json"),
    "Infinity": (orjson.dumps(filing()).replace(str(LON).encode(), b"Infinity"), "application/json"),
    "-Infinity": (orjson.dumps(filing()).replace(str(LAT).encode(), b"-Infinity"), "application/json"),
    "1e999": (orjson.dumps(filing()).replace(str(LON).encode(), b"1e999"), "application/json"),
    "1e999 metres": (
        orjson.dumps(filing() | {"accuracy_m": 777}).replace(b"777", b"1e999"),
        "application/json",
    ),
    "lone surrogate": (orjson.dumps(filing()).replace(b"garbage", b"\\ud800"), "application/json"),
    "surrogate bytes": (orjson.dumps(filing()).replace(b"garbage", b"\xed\xa0\x80"), "application/json"),
    "latin-1": (orjson.dumps(filing()).replace(b"garbage", b"gar\xe9age"), "application/json"),
    "10 k deep": (b"[" * 10_000 + b"]" * 10_000, "application/json"),
    "10 k deep, never closed": (b'{"a":' * 10_000, "application/json"),
    "10 k deep extra": (
        orjson.dumps(filing())[:-1] + b',"extra":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        "application/json",
    ),
    "10 k deep coordinates": (
        b'{"category":"E0102","crs":"wgs84","geometry":{"type":"Point","coordinates":'
        + b"[" * 10_000
        + b"]" * 10_000
        + b"}}",
        "application/json",
    ),
    "900 deep coordinates": (
        b'{"category":"E0102","crs":"wgs84","geometry":{"type":"MultiPolygon","coordinates":'
        + b"[" * 900
        + b"]" * 900
        + b"}}",
        "application/json",
    ),
    "array": (orjson.dumps([filing()]), "application/json"),
    "text": (b'"hello"', "application/json"),
    "null": (b"null", "application/json"),
    "number": (b"5", "application/json"),
    "empty": (b"", "application/json"),
    "cut short": (orjson.dumps(filing())[:-5], "application/json"),
    "two documents": (orjson.dumps(filing()) * 2, "application/json"),
    "byte-order mark": (b"\xef\xbb\xbf" + orjson.dumps(filing()), "application/json"),
    "UTF-16": (orjson.dumps(filing()).decode().encode("utf-16"), "application/json"),
    "form": (b"category=E0102", "application/x-www-form-urlencoded"),
    "plain text": (orjson.dumps(filing()), "text/plain"),
    "xml": (b"<case/>", "application/xml"),
    "no type": (orjson.dumps(filing()), ""),
}


def test_bodies_that_are_no_filing(cast: Cast) -> None:
    with nothing_changes():
        answers = {
            name: cast["ines"].open("PUT", f"/api/v1/cases/{uuid4()}", data=body, content_type=kind)
            for name, (body, kind) in BODIES.items()
        }
    wrong = {name: misfit(answer, *UNUSABLE) for name, answer in answers.items()}
    assert not {name: why for name, why in wrong.items() if why}


def test_a_body_over_the_limit_is_413(cast: Cast) -> None:
    whole = orjson.dumps(filing() | {"description": "x" * 1_100_000})
    with nothing_changes():
        known = cast["ines"].open(
            "PUT", f"/api/v1/cases/{uuid4()}", data=whole, content_type="application/json"
        )
        untold = cast["ines"].open(
            "PUT",
            f"/api/v1/cases/{uuid4()}",
            data=whole,
            content_type="application/json",
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
        )
    assert [misfit(answer, 413) for answer in (known, untold)] == [None, None]


@pytest.mark.parametrize("who", ["ada"])
def test_who_files_nothing_may_not_file(cast: Cast, who: str) -> None:
    with nothing_changes():
        assert misfit(cast[who].file(), 403) is None


def test_paths_that_name_no_case(cast: Cast) -> None:
    ids = ("1", str(2**63), "x" * 5000, "00000000-0000-0000-0000-00000000000g", "%00", f"{uuid4()}/")
    with nothing_changes():
        answers = {
            (method, ident): cast["ines"].open(method, f"/api/v1/cases/{ident}", json=filing())
            for ident in ids
            for method in ("PUT", "GET")
        }
    wrong = {name: misfit(answer, 404) for name, answer in answers.items()}
    assert not {name: why for name, why in wrong.items() if why}


def test_methods_that_do_not_exist(cast: Cast) -> None:
    path = f"/api/v1/cases/{uuid4()}"
    with nothing_changes():
        answers = {
            name: cast["ines"].open(name, path) for name in ("POST", "PATCH", "DELETE", "BREW", "TRACE")
        }
    assert {name: misfit(answer, 405) for name, answer in answers.items()} == dict.fromkeys(answers)
    assert set(answers["DELETE"].headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PUT"}
