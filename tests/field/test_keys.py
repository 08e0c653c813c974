"""The keys that open what a phone has sealed: the first of a person stays, and nobody else gets them."""

import base64
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.db import db
from app.events.models import Event
from app.events.queries import history
from app.field.keys import FieldKey
from tests.cast import Caller
from tests.people.browsing import Browser
from tests.refusals import fields_of, misfit, nothing_changes

Cast = dict[str, Caller]
PATH = "/field/keys.json"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_key(bits: int = 2048) -> dict[str, Any]:
    modulus = secrets.randbits(bits) | 1 << (bits - 1) | 1
    n = base64url(modulus.to_bytes((bits + 7) // 8))
    return {"kty": "RSA", "alg": "RSA-OAEP-256", "e": "AQAB", "n": n, "ext": True, "key_ops": ["encrypt"]}


def keys(**changes: Any) -> dict[str, Any]:
    wrapped = {"iv": text_of(12), "data": text_of(1200)}
    return {"public": public_key(), "wrapped": wrapped, "secret": text_of(32)} | changes


def text_of(length: int) -> str:
    return base64.b64encode(secrets.token_bytes(length)).decode()


def put(caller: Caller, said: Any, **more: Any) -> Any:
    return caller.open("PUT", PATH, json=said, **more)


def test_the_first_keys_stay_and_come_back(cast: Cast) -> None:
    first = keys()
    assert cast["ines"].get(PATH).json == {"public": None}
    answer = put(cast["ines"], first)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    with nothing_changes():
        second = put(cast["ines"], keys())
    assert second.status_code == 200
    read = cast["ines"].get(PATH)
    assert (read.status_code, read.headers["Cache-Control"]) == (200, "no-store")
    assert read.json == answer.json == second.json
    kept = read.json
    assert kept is not None
    assert (kept["wrapped"], kept["secret"]) == (first["wrapped"], first["secret"])
    assert kept["public"] == {name: first["public"][name] for name in ("kty", "alg", "e", "n")}


def test_that_keys_were_made_is_an_event_without_the_secret(cast: Cast) -> None:
    said = keys()
    put(cast["ines"], said)
    events = db.session.execute(select(Event.subject, Event.action).order_by(Event.seq.desc()).limit(1)).one()
    assert events.action == "field.key_kept"
    (told,) = history(events.subject)
    assert told.body == {"bits": 2048}


def test_of_many_phones_at_once_one_is_first(cast: Cast, city: Flask) -> None:
    db.session.rollback()

    def send(_n: int) -> tuple[int, bytes]:
        answer = put(Caller(city.test_client(), cast["ines"].token), keys())
        return answer.status_code, answer.data

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(8)))
    assert sorted(status for status, _body in answers) == [200] * 7 + [201]
    assert len({body for _status, body in answers}) == 1
    assert db.session.scalar(select(func.count()).select_from(FieldKey)) == 1


def test_only_inspectors_and_each_their_own(cast: Cast, city: Flask) -> None:
    put(cast["ines"], keys())
    for who in ("mara", "hana", "ada"):
        with nothing_changes():
            assert misfit(cast[who].get(PATH), 403) is None
            assert misfit(put(cast[who], keys()), 403) is None
    nobody = city.test_client()
    assert misfit(nobody.get(PATH), 401) is None
    assert misfit(nobody.put(PATH, json=keys()), 401) is None


def test_a_session_needs_the_anti_forgery_token(city: Flask) -> None:
    browser = Browser(city)
    browser.sign_in("ines")
    with nothing_changes():
        assert misfit(browser.client.put(PATH, json=keys()), 400) is None
    token = browser.token("/notices")
    assert browser.client.put(PATH, json=keys(), headers={"X-CSRFToken": token}).status_code == 201


MISFITS: dict[str, tuple[str, Any]] = {
    "no key": ("public", None),
    "a list": ("public", []),
    "an elliptic curve": ("public", public_key() | {"kty": "EC"}),
    "another algorithm": ("public", public_key() | {"alg": "RSA-OAEP"}),
    "a private key": ("public", public_key() | {"d": "AQAB"}),
    "1024 bits": ("public", public_key(1024)),
    "2047 bits": ("public", public_key(2047)),
    "8192 bits": ("public", public_key(8192)),
    "a small exponent": ("public", public_key() | {"e": "Aw"}),
    "an even modulus": ("public", public_key() | {"n": base64url((1 << 2047).to_bytes(256))}),
    "leading zeros": ("public", public_key() | {"n": "A" * 342 + "B"}),
    "no base64url": ("public", public_key() | {"n": "+" * 342}),
    "a number as modulus": ("public", public_key() | {"n": 5}),
    "nothing wrapped": ("wrapped", None),
    "a short iv": ("wrapped", {"iv": text_of(11), "data": text_of(9)}),
    "no data": ("wrapped", {"iv": text_of(12), "data": ""}),
    "much data": ("wrapped", {"iv": text_of(12), "data": text_of(8193)}),
    "more beside": ("wrapped", {"iv": text_of(12), "data": text_of(9), "more": ""}),
    "a short secret": ("secret", text_of(31)),
    "a long secret": ("secret", text_of(33)),
    "no base64": ("secret", "!" * 44),
    "a member too many": ("more", True),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_is_no_key_is_refused_by_member(cast: Cast, name: str) -> None:
    member, value = MISFITS[name]
    with nothing_changes():
        answer = put(cast["ines"], keys(**{member: value}))
        assert misfit(answer, 422) is None
    assert fields_of(answer) == {member}


def test_a_body_beyond_the_limit_is_413(cast: Cast) -> None:
    with nothing_changes():
        assert misfit(put(cast["ines"], keys(more="x" * 20_000)), 413) is None
