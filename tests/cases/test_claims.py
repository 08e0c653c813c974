"""What a phone says of time and place: checked, kept, doubted in plain sight, never a reason to refuse."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import shapely
from flask import Flask

from app.cases.claims import Claim, Device, Fix, Flag, flags_of
from app.core.clock import now as present
from app.core.clock import rfc3339
from tests.areas.tiny_city import MIDDLE
from tests.cast import Caller
from tests.refusals import fields_of, misfit, nothing_changes

Cast = dict[str, Caller]
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
LON, LAT = MIDDLE
METRE = 1 / 111_320


def doubts(before: Fix | None = None, **said: Any) -> dict[str, Flag]:
    """By their names, of a filing whose members fit unless said otherwise."""
    device = Device(**said.pop("device", {}))
    claim: dict[str, Any] = {"observed_at": NOW, "place": shapely.Point(LON, LAT), "accuracy_m": 8.0} | said
    return {flag.flag: flag for flag in flags_of(Claim(**claim, device=device), now=NOW, before=before)}


def test_nothing_is_said_against_an_ordinary_filing() -> None:
    here = Fix(LON, LAT, 8.0, NOW)
    assert doubts(device={"source": "gps", "shutter": here, "photo": here, "queued_at": NOW}) == {}
    assert doubts(observed_at=None, place=None, accuracy_m=None) == {}


def test_late_begins_after_two_hours() -> None:
    assert doubts(observed_at=NOW - timedelta(hours=2) + timedelta(seconds=1)) == {}
    assert doubts(observed_at=NOW - timedelta(hours=3)) == {"late": Flag("late", 3 * 3600, "s")}


@pytest.mark.parametrize("which", ["observed_at", "queued_at"])
def test_a_clock_that_runs_ahead_is_wrong_beyond_five_minutes(which: str) -> None:
    def at(ahead: timedelta) -> dict[str, Flag]:
        said = NOW + ahead
        return doubts(observed_at=said) if which == "observed_at" else doubts(device={"queued_at": said})

    assert at(timedelta(minutes=5)) == {}
    assert at(timedelta(days=3)) == {"clock_wrong": Flag("clock_wrong", 3 * 86400, "s")}


def test_coarse_begins_beyond_fifty_metres() -> None:
    assert doubts(accuracy_m=50.0) == {}
    assert doubts(accuracy_m=3000.0) == {"coarse": Flag("coarse", 3000, "m")}


def test_a_photo_taken_elsewhere() -> None:
    assert doubts(device={"photo": Fix(LON, LAT + 195 * METRE)}) == {}
    found = doubts(device={"photo": Fix(LON, LAT + 640 * METRE)})
    assert found == {"photo_elsewhere": Flag("photo_elsewhere", 640, "m")}
    street = shapely.LineString([(LON, LAT), (LON, LAT + 600 * METRE)])
    assert doubts(place=street, device={"photo": Fix(LON, LAT + 640 * METRE)}) == {}


def test_a_photo_of_yesterday_is_old_by_the_time_it_was_seen() -> None:
    assert doubts(device={"photo": Fix(at=NOW - timedelta(hours=24))}) == {}
    found = doubts(device={"photo": Fix(at=NOW - timedelta(hours=30))})
    assert found == {"photo_old": Flag("photo_old", 30 * 3600, "s")}
    offline = {
        "observed_at": NOW - timedelta(hours=30),
        "device": {"photo": Fix(at=NOW - timedelta(hours=30))},
    }
    assert doubts(**offline).keys() == {"late"}


def test_nobody_walks_faster_than_a_car() -> None:
    before = Fix(LON, LAT, 10.0, NOW - timedelta(minutes=10))
    there = Fix(LON, LAT + 30_020 * METRE, 10.0, NOW)
    assert doubts(before, device={"shutter": there}) == {"too_fast": Flag("too_fast", 180, "km/h")}
    by_car = Fix(LON, LAT + 20_000 * METRE, 10.0, NOW)
    assert doubts(before, device={"shutter": by_car}) == {}
    next_door = Fix(LON, LAT + 190 * METRE, 0.0, before.at)
    assert doubts(before, device={"shutter": next_door}) == {}
    coarse = Fix(LON, LAT + 30_000 * METRE, 29_900.0, NOW)
    assert doubts(before, device={"shutter": coarse}) == {}
    assert doubts(before, device={"shutter": Fix(LON, LAT + 1)}) == {}


def device(**changes: Any) -> dict[str, Any]:
    fix = {"lon": LON, "lat": LAT, "accuracy_m": 8, "at": rfc3339(present())}
    return {"source": "gps", "shutter": fix, "queued_at": rfc3339(present()), "app": "1.4.0"} | changes


def filed(caller: Caller, said: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = caller.file(extra={"device": said}, **changes)
    assert answer.status_code == 201, answer.text
    case = answer.json
    assert isinstance(case, dict)
    return case


def test_a_phone_clock_wrong_by_days_is_taken_flagged_and_decides_no_term(cast: Cast) -> None:
    ahead = rfc3339(present() + timedelta(days=9))
    odd = filed(cast["ines"], device(queued_at=ahead), observed_at=ahead)
    fair = filed(cast["ines"], device(), observed_at=rfc3339(present()))
    assert [flag["flag"] for flag in odd["flags"]] == ["clock_wrong"]
    assert fair["flags"] == []
    assert odd["due_at"][:16] == fair["due_at"][:16]
    assert odd["filed_at"] < ahead
    assert cast["mara"].get(f"/api/v1/cases/{odd['id']}").json["flags"] == odd["flags"]  # type: ignore[index]


def test_the_position_before_is_of_the_same_person_alone(cast: Cast) -> None:
    far = device(shutter={"lon": LON, "lat": LAT + 1, "accuracy_m": 5, "at": rfc3339(present())})
    filed(cast["mara"], device())
    assert filed(cast["ines"], far, observed_at=rfc3339(present()))["flags"] == []
    back = filed(cast["ines"], device(), observed_at=rfc3339(present()))
    assert [flag["flag"] for flag in back["flags"]] == ["too_fast"]


def test_what_was_filed_before_devices_were_checked_says_nothing_of_speed(cast: Cast) -> None:
    assert cast["ines"].file(extra={"more": 1}).status_code == 201
    assert filed(cast["ines"], device(), observed_at=rfc3339(present()))["flags"] == []


def test_the_same_filing_later_is_the_same_case_with_the_flags_it_had(cast: Cast) -> None:
    uuid, said = str(uuid4()), {"device": device()}
    first = cast["ines"].file(uuid, extra=said, accuracy_m=900)
    with nothing_changes():
        again = cast["ines"].file(uuid, extra=said, accuracy_m=900)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["flags"] == again.json["flags"] != []  # type: ignore[index]


MISFITS: dict[str, tuple[Any, str]] = {
    "no object": ([], "extra.device"),
    "a strange source": (device(source="magic"), "extra.device.source"),
    "beyond the pole": (device(photo={"lon": 0, "lat": 91}), "extra.device.photo.lat"),
    "half a position": (device(photo={"lon": 0}), "extra.device.photo.lon"),
    "a text as number": (device(photo={"lon": "113", "lat": 23}), "extra.device.photo.lon"),
    "a huge number": (device(shutter={"accuracy_m": 1e308}), "extra.device.shutter.accuracy_m"),
    "a negative accuracy": (device(shutter={"accuracy_m": -1}), "extra.device.shutter.accuracy_m"),
    "a day as instant": (device(queued_at="2026-11-21"), "extra.device.queued_at"),
    "no offset": (device(shutter={"at": "2026-11-21T10:00:00"}), "extra.device.shutter.at"),
    "a list as fix": (device(shutter=[]), "extra.device.shutter"),
    "a member too many": (device(mood="good"), "extra.device.mood"),
    "a long version": (device(app="x" * 41), "extra.device.app"),
    "a control character": (device(app="1\x00"), "extra.device.app"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_no_phone_says_is_refused_by_field(cast: Cast, name: str) -> None:
    said, field = MISFITS[name]
    with nothing_changes():
        answer = cast["ines"].file(extra={"device": said})
        assert misfit(answer, 422) is None
    assert fields_of(answer) == {field}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_400(cast: Cast, text: str) -> None:
    body = (
        f'{{"category": "E0102", "place_text": "x", "extra": {{"device": {{"shutter": {{"lon": {text}}}}}}}}}'
    )
    with nothing_changes():
        answer = cast["ines"].open(
            "PUT", f"/api/v1/cases/{uuid4()}", data=body, content_type="application/json"
        )
        assert misfit(answer, 400, 422) is None


def test_members_may_be_null_or_left_out(cast: Cast, city: Flask) -> None:
    empty = {
        "source": None,
        "shutter": None,
        "photo": {"lon": None, "lat": None, "at": None},
        "queued_at": None,
    }
    for said in ({}, empty, None):
        assert cast["ines"].file(extra={"device": said}).status_code == 201
