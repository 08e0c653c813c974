from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from shutil import rmtree

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import db as database
from app.core.db import db
from app.core.problems import Invalid, NotFound, TooLarge
from app.media import service
from app.media.models import Photo
from app.media.render import Size
from app.media.service import derivative, derive_waiting, keep_photo, original
from app.media.store import derived_key, original_key, photo_store
from tests.media.pictures import bomb, encoded, opened, quadrants, with_place

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
# Its header is in order; what follows is not a picture.
HOLLOW = encoded(quadrants(640, 480), "HEIF")[:-600]


@pytest.fixture(autouse=True)
def _empty_store(app: Flask) -> Iterator[None]:
    yield
    rmtree(app.extensions["wangge"].instance / "photos", ignore_errors=True)


def hash_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def kept(data: bytes, now: datetime = NOW) -> Photo:
    database.begin_write()
    photo = keep_photo(data, hash_of(data), now)
    database.commit()
    return photo


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(Photo)) or 0


def refused(data: bytes, claimed: str | None = None) -> dict[str, list[str]]:
    """The errors with which the photo is refused; it must have left no row and no file."""
    claimed = claimed or hash_of(data)
    with pytest.raises(Invalid) as refusal:
        keep_photo(data, claimed, NOW)
    assert refusal.value.status == 422
    assert not photo_store().has(original_key(hash_of(data)))
    assert rows() == 0
    return refusal.value.errors


def test_a_photo_is_kept_as_it_came(app: Flask) -> None:
    data = with_place() + b"trailing bytes of a polyglot"
    photo = kept(data)
    assert (photo.sha256, photo.bytes, photo.media_type) == (hash_of(data), len(data), "image/jpeg")
    assert (photo.width, photo.height, photo.stored_at) == (64, 48, NOW)
    assert original(hash_of(data)) == data


def test_keeping_twice_is_keeping_once(app: Flask) -> None:
    data = encoded()
    kept(data)
    db.session.remove()
    assert kept(data, NOW + timedelta(days=1)).stored_at == NOW
    assert rows() == 1


def test_the_loser_of_a_race_gets_the_winners_row(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded()
    kept(data)
    db.session.remove()
    database.begin_write()
    monkeypatch.setattr(db.session, "get", lambda *_args: None)  # it looked before the other wrote
    photo = keep_photo(data, hash_of(data), NOW + timedelta(days=1))
    database.commit()
    assert photo.stored_at == NOW
    assert rows() == 1


def test_the_file_is_there_before_the_row(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    data, seen = encoded(), []
    monkeypatch.setattr(
        service, "record_photo", lambda *_: seen.append(photo_store().has(original_key(hash_of(data))))
    )
    keep_photo(data, hash_of(data), NOW)
    assert seen == [True]


@pytest.mark.parametrize(
    "claimed", [hash_of(b"other"), hash_of(encoded()).upper(), "", "../../etc/passwd", "é\0"]
)
def test_a_hash_of_other_bytes_is_refused(app: Flask, claimed: str) -> None:
    database.begin_write()
    with pytest.raises(Invalid) as refusal:
        keep_photo(encoded(), claimed, NOW)
    assert list(refusal.value.errors) == ["sha256"]
    assert rows() == 0
    assert not photo_store().has(original_key(hash_of(encoded())))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "0 bytes"),
        (b"<html>hello", "JPEG, PNG, WebP"),
        (encoded(kind="GIF"), "GIF"),
        (encoded(kind="PDF"), "PDF"),
        (b"<svg/>", "SVG"),
        (encoded(kind="TIFF"), "TIFF"),
        (bomb(13_300), "50"),
        (encoded(kind="WEBP", save_all=True, append_images=[quadrants().rotate(180)]), "single"),
        (encoded()[:12], "damaged"),
    ],
    ids=["empty", "html", "gif", "pdf", "svg", "tiff", "bomb", "moving", "cut"],
)
def test_what_is_no_photo_is_refused_in_clear_words(app: Flask, data: bytes, said: str) -> None:
    with app.test_request_context(headers={"Cookie": "lang=en"}):
        errors = refused(data)
    assert list(errors) == ["photo"]
    assert said in errors["photo"][0]


def test_a_photo_over_the_limit_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded()
    monkeypatch.setitem(
        app.extensions, "wangge", replace(app.extensions["wangge"], photo_limit=len(data) - 1)
    )
    with pytest.raises(TooLarge):
        keep_photo(data, hash_of(data), NOW)
    assert rows() == 0


def test_pictures_are_made_when_first_asked_for(app: Flask) -> None:
    data = with_place()
    kept(data)
    thumb = derivative(hash_of(data), Size.THUMB)
    assert opened(thumb).size == (64, 48)
    assert b"Secret" in original(hash_of(data))
    assert b"Secret" not in thumb
    assert photo_store().get(derived_key(hash_of(data), Size.THUMB)) == thumb
    assert photo_store().has(derived_key(hash_of(data), Size.SCREEN)), "one child makes both"


def test_a_made_picture_is_not_made_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded()
    kept(data)
    first = derivative(hash_of(data), Size.SCREEN)
    monkeypatch.setattr(service, "render", lambda _data: pytest.fail("rendered again"))
    assert derivative(hash_of(data), Size.SCREEN) == first


def test_an_unknown_photo_is_not_found(app: Flask) -> None:
    for ask in (original, lambda sha: derivative(sha, Size.THUMB)):
        with pytest.raises(NotFound):
            ask("0" * 64)


def test_the_worker_makes_what_is_waiting_and_says_how_many(app: Flask) -> None:
    data = encoded()
    kept(data)
    later = NOW + timedelta(seconds=5)
    assert derive_waiting(later) == 1
    photo = db.session.get_one(Photo, hash_of(data))
    assert (photo.derived_at, photo.unreadable) == (later, False)
    assert photo_store().has(derived_key(hash_of(data), Size.THUMB))
    assert derive_waiting(later) == 0


def test_an_unreadable_photo_is_kept_settled_and_tried_no_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(HOLLOW)
    assert derive_waiting(NOW) == 1
    assert derive_waiting(NOW) == 0
    assert original(hash_of(HOLLOW)) == HOLLOW
    monkeypatch.setattr(service, "render", lambda _data: pytest.fail("tried again"))
    with pytest.raises(NotFound):
        derivative(hash_of(HOLLOW), Size.THUMB)


def test_a_lost_file_does_not_stop_the_others(app: Flask) -> None:
    lost, good = encoded(quadrants(32, 32)), encoded()
    kept(lost)
    kept(good, NOW + timedelta(seconds=1))
    (app.extensions["wangge"].instance / "photos" / original_key(hash_of(lost))).unlink()
    assert derive_waiting(NOW) == 2
    assert photo_store().has(derived_key(hash_of(good), Size.THUMB))
