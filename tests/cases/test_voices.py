"""Spoken notes and nasty files put to cases: each has a written verdict, and nothing refused is kept."""

import hashlib
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.cases.models import CasePhoto, CaseVoice
from app.core.db import db
from tests.cast import Caller, bring_to, picture
from tests.media import pictures
from tests.media.sounds import FILM, M4A, WEBM, mp4, ogg, webm
from tests.refusals import fields_of, misfit, nothing_changes

Cast = dict[str, Caller]


def put(caller: Caller, uuid: str, data: bytes, kind: str = "voice") -> TestResponse:
    path = f"/api/v1/cases/{uuid}/photos/{hashlib.sha256(data).hexdigest()}?kind={kind}"
    return caller.open("PUT", path, data=data, content_type="application/octet-stream")


def path_of(uuid: str, data: bytes) -> str:
    return f"/api/v1/cases/{uuid}/photos/{hashlib.sha256(data).hexdigest()}"


def kept_files(city: Flask) -> list[Path]:
    return [file for file in (city.extensions["wangge"].instance / "photos").rglob("*") if file.is_file()]


def test_a_spoken_note_is_kept_listed_and_played(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    assert put(cast["ines"], uuid, WEBM).status_code == 201
    with nothing_changes():
        assert put(cast["ines"], uuid, WEBM).status_code == 200
    cast["ines"].photo(uuid, "before")
    case = cast["mara"].get(f"/api/v1/cases/{uuid}").json
    assert case is not None
    assert [(each["kind"], each["bytes"]) for each in case["photos"]] == [
        ("voice", len(WEBM)),
        ("before", len(picture())),
    ]
    answer = cast["mara"].get(path_of(uuid, WEBM))
    assert (answer.status_code, answer.data) == (200, WEBM)
    assert answer.headers["Content-Type"] == "audio/webm"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("data", "kind"), [(M4A, "audio/mp4"), (ogg(), "audio/ogg"), (webm(), "audio/webm")])
def test_every_container_comes_back_with_its_type(cast: Cast, data: bytes, kind: str) -> None:
    uuid = bring_to("filed", cast)
    assert put(cast["ines"], uuid, data).status_code == 201
    assert cast["ines"].get(path_of(uuid, data)).content_type == kind


def test_a_player_may_ask_for_a_part(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    put(cast["ines"], uuid, WEBM)
    answer = cast["mara"].get(path_of(uuid, WEBM), headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.data) == (206, WEBM[:2])


def test_who_filed_a_restricted_case_may_speak_to_it_and_not_listen(cast: Cast) -> None:
    uuid = str(cast["ines"].file(category="S0405").json["id"])  # type: ignore[index]
    assert put(cast["ines"], uuid, WEBM).status_code == 201
    receipt = cast["ines"].get(f"/api/v1/cases/{uuid}").json
    assert receipt is not None and [each["kind"] for each in receipt["photos"]] == ["voice"]
    assert misfit(cast["ines"].get(path_of(uuid, WEBM)), 404) is None
    assert cast["mara"].get(path_of(uuid, WEBM)).status_code == 200


def test_a_note_is_heard_where_it_was_put_and_nowhere_else(cast: Cast) -> None:
    uuid, other = bring_to("accepted", cast), bring_to("accepted", cast)
    put(cast["ines"], uuid, WEBM)
    for caller, case in (("mara", other), ("otto", uuid), ("hana", uuid), ("ada", uuid)):
        assert misfit(cast[caller].get(path_of(case, WEBM)), 404) is None
    with nothing_changes():
        assert misfit(put(cast["teng"], uuid, M4A), 409) is None
        assert misfit(put(cast["otto"], uuid, M4A), 404) is None


def test_a_note_is_no_photo_for_handling(cast: Cast) -> None:
    uuid = bring_to("in_progress", cast)
    assert put(cast["hana"], uuid, WEBM).status_code == 201
    sha256 = hashlib.sha256(WEBM).hexdigest()
    with nothing_changes():
        assert misfit(cast["hana"].act(uuid, "handle", note="done", photos=[sha256]), 422) is None


def test_five_notes_are_the_most(cast: Cast) -> None:
    uuid = bring_to("filed", cast)
    for n in range(5):
        assert put(cast["ines"], uuid, webm(n + 1)).status_code == 201
    with nothing_changes():
        assert misfit(put(cast["ines"], uuid, webm(9)), 409) is None


NO_VOICE = {
    "0 bytes": b"",
    "text": b"hello",
    "a wave file": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40),
    "an mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(40),
    "a photo": picture(),
    "a HEIC photo": pictures.encoded(kind="HEIF"),
    "a film": FILM,
    "a film as mp4": mp4(kind=b"vide"),
    "cut in its header": WEBM[:200],
    "over a minute": webm(62),
    "a page": b"<html><script>alert(1)</script></html>",
    "over 2 MB": webm(3) + b"\xec\x01" + b"\x00" * (2 * 1024 * 1024),
}


def test_what_is_no_spoken_note_is_refused_and_not_kept(cast: Cast, city: Flask) -> None:
    uuid, before = bring_to("filed", cast), kept_files(city)
    with nothing_changes():
        for name, data in NO_VOICE.items():
            answer = put(cast["ines"], uuid, data)
            assert misfit(answer, 413 if name == "over 2 MB" else 422) is None, name
            assert fields_of(answer) <= {"voice"}, name
    assert kept_files(city) == before


NO_PHOTO = {
    "0 bytes": (b"", "0 bytes"),
    "no image": (b"hello", "not a photo"),
    "sound": (WEBM, "not a photo"),
    "a film": (FILM, "not a photo"),
    "a film as mp4": (mp4(kind=b"vide", brand=b"isom"), "MP4"),
    "truncated in its header": (picture()[:20], "damaged"),
    "a bomb": (pictures.bomb(13_300), "50 megapixels"),
}


def test_what_is_no_photo_is_refused_with_the_reason(cast: Cast, city: Flask) -> None:
    uuid, before = bring_to("filed", cast), kept_files(city)
    with nothing_changes():
        for name, (data, said) in NO_PHOTO.items():
            answer = put(cast["ines"], uuid, data, "before")
            assert misfit(answer, 422) is None, name
            assert said in answer.text, name
    assert kept_files(city) == before


def test_photos_as_phones_take_them_are_kept(cast: Cast) -> None:
    uuid, large = bring_to("filed", cast), pictures.encoded(pictures.quadrants(8000, 6000), quality=30)
    taken = {
        "48 megapixels": large,
        "HEIC": pictures.encoded(pictures.quadrants(640, 480), "HEIF"),
        "truncated after its header": pictures.encoded(pictures.quadrants(640, 480))[:-200],
    }
    for name, data in taken.items():
        assert put(cast["ines"], uuid, data, "before").status_code == 201, name
        assert cast["mara"].get(f"{path_of(uuid, data)}?original=1").data == data, name
    assert db.session.scalar(select(func.count()).select_from(CasePhoto)) == 3
    assert db.session.scalar(select(func.count()).select_from(CaseVoice)) == 0
