"""Photos put to cases: bytes that are no photo, hashes that do not match, the same photo again."""

import hashlib
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.cases.models import CasePhoto
from app.core.db import db
from tests.cast import Caller, bring_to, picture
from tests.media import pictures
from tests.refusals import misfit, nothing_changes

Cast = dict[str, Caller]


def put(
    caller: Caller, uuid: str, data: bytes, sha256: str | None = None, kind: str = "before"
) -> TestResponse:
    sha256 = hashlib.sha256(data).hexdigest() if sha256 is None else sha256
    path = f"/api/v1/cases/{uuid}/photos/{sha256}?kind={quote(kind)}"
    return caller.open("PUT", path, data=data, content_type="image/jpeg")


NO_PHOTOS = {
    "nothing": b"",
    "text": b"hello",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "pdf": b"%PDF-1.7",
    "zip": b"PK\x03\x04" + b"\x00" * 40,
    "cut short": picture()[:20],
    "a bomb of 13,300 x 13,300 pixels": pictures.bomb(13_300),
}


def test_bytes_that_are_no_photo(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    with nothing_changes():
        answers = {name: put(cast["ines"], uuid, data) for name, data in NO_PHOTOS.items()}
    wrong = {name: misfit(answer, 422) for name, answer in answers.items()}
    assert not {name: why for name, why in wrong.items() if why}


HASHES = ("0" * 64, "A" * 64, "x", "%00", "..%2f..%2fetc%2fpasswd", "0" * 63, "0" * 65, "%ef%bc%90" * 64)


def test_hashes_that_do_not_match(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    with nothing_changes():
        answers = {sha256: put(cast["ines"], uuid, picture(), sha256) for sha256 in HASHES}
        read = {sha256: cast["ines"].get(f"/api/v1/cases/{uuid}/photos/{sha256}") for sha256 in HASHES}
    wrong = {name: misfit(answer, 404, 422) for name, answer in answers.items()}
    assert not {name: why for name, why in wrong.items() if why}
    unread = {name: misfit(answer, 404) for name, answer in read.items()}
    assert not {name: why for name, why in unread.items() if why}


@pytest.mark.parametrize("kind", ["selfie", "\x00", "BEFORE", "x" * 5000])
def test_kinds_that_are_none(cast: Cast, kind: str) -> None:
    uuid = bring_to("filed", cast)
    with nothing_changes():
        assert misfit(put(cast["ines"], uuid, picture(), kind=kind), 422) is None


def test_a_photo_over_the_limit_is_413(cast: Cast) -> None:
    uuid, large = bring_to("filed", cast), picture() + b"\x00" * 13_000_000
    with nothing_changes():
        assert misfit(put(cast["ines"], uuid, large), 413) is None
        untold = cast["ines"].open(
            "PUT",
            f"/api/v1/cases/{uuid}/photos/{hashlib.sha256(large).hexdigest()}",
            data=large,
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
        )
        assert misfit(untold, 413) is None


def test_the_same_photo_twice_is_one_photo_and_one_event(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    assert put(cast["ines"], uuid, picture()).status_code == 201
    with nothing_changes():
        assert put(cast["ines"], uuid, picture()).status_code == 200
    case = cast["ines"].get(f"/api/v1/cases/{uuid}").json
    assert case is not None
    sha256 = hashlib.sha256(picture()).hexdigest()
    assert case["photos"] == [{"sha256": sha256, "kind": "before", "bytes": len(picture())}]
    assert case["version"] == 1


def test_the_same_photo_on_two_cases_and_in_two_capacities_is_kept_once(cast: Cast, city: Flask) -> None:
    first, second = bring_to("filed", cast), bring_to("filed", cast)
    for uuid, kind in ((first, "before"), (first, "other"), (second, "before")):
        assert put(cast["ines"], uuid, picture(), kind=kind).status_code == 201
    assert db.session.query(CasePhoto).count() == 3
    assert db.session.query(CasePhoto.sha256).distinct().count() == 1


def test_who_has_no_part_in_a_case_adds_no_photo(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    with nothing_changes():
        assert misfit(put(cast["teng"], uuid, picture()), 409) is None
        assert misfit(put(cast["hana"], uuid, picture()), 404) is None
        assert misfit(put(cast["otto"], uuid, picture()), 404) is None
        assert misfit(put(cast["ada"], uuid, picture()), 403) is None


def test_a_photo_is_read_where_it_was_put_and_nowhere_else(cast: Cast) -> None:
    uuid, other = bring_to("accepted", cast), bring_to("accepted", cast)
    sha256 = cast["ines"].photo(uuid, "before")
    for size in ("", "?size=thumb", "?size=screen"):
        answer = cast["teng"].get(f"/api/v1/cases/{uuid}/photos/{sha256}{size}")
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    for caller, case in (("teng", other), ("otto", uuid), ("hana", uuid)):
        answer = cast[caller].get(f"/api/v1/cases/{case}/photos/{sha256}")
        assert misfit(answer, 404) is None
    assert misfit(cast["teng"].get(f"/api/v1/cases/{uuid}/photos/{sha256}?size=huge"), 422) is None


def test_the_original_is_for_who_answers_for_the_case_and_reading_it_is_an_event(cast: Cast) -> None:
    uuid = bring_to("accepted", cast)
    sha256 = cast["ines"].photo(uuid, "before")
    path = f"/api/v1/cases/{uuid}/photos/{sha256}?original=1"
    with nothing_changes():
        assert {
            name: misfit(cast[name].get(path), 403) for name in ("ines", "teng", "dana")
        } == dict.fromkeys(("ines", "teng", "dana"))
    assert cast["mara"].get(path).data == picture()
    told = cast["dana"].get(f"/api/v1/cases/{uuid}/events").json
    assert told is not None
    assert told["items"][-1]["action"] == "case.evidence_read"
