"""In and out: sessions are rows of the server, guessing is slowed down, nobody is led astray."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import db as database
from app.core.clock import now
from app.core.db import db
from app.people import service
from app.people.models import FailedSignIn, SignIn
from tests.cast import PASSWORD, Caller
from tests.conftest import person_named
from tests.people.browsing import Browser
from tests.refusals import nothing_changes


@pytest.fixture
def browser(city: Flask) -> Browser:
    return Browser(city)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let time pass for who signs in."""

    def pass_by(length: timedelta) -> None:
        at: datetime = now() + length
        for module in ("routes", "signing_in"):
            monkeypatch.setattr(f"app.people.{module}.now", lambda: at)

    return pass_by


def open_sessions() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(SignIn.ended_at.is_(None))) or 0


def test_in_and_out(browser: Browser) -> None:
    assert not browser.signed_in
    answer = browser.sign_in("ines")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert browser.get("/api/v1/me").json["user"] == "ines"  # type: ignore[index]
    assert open_sessions() == 1
    out = browser.post("/sign-out", token=browser.token("/notices"))
    assert (out.status_code, out.headers["Location"]) == (302, "/sign-in")
    assert (browser.signed_in, open_sessions()) == (False, 0)


def test_a_cookie_kept_from_before_signing_out_opens_nothing(browser: Browser) -> None:
    browser.sign_in("mara")
    kept = browser.client.get_cookie("wangge")
    assert kept is not None
    browser.post("/sign-out", token=browser.token("/desk/"))
    browser.client.set_cookie("wangge", kept.value)
    assert not browser.signed_in


def test_the_cookie_is_not_for_scripts_or_other_sites(browser: Browser) -> None:
    said = browser.sign_in("mara").headers["Set-Cookie"]
    assert "HttpOnly" in said and "SameSite=Lax" in said


def test_an_inspectors_sign_in_outlives_the_browser_as_long_as_its_row(browser: Browser) -> None:
    assert "Expires" not in browser.sign_in("mara").headers["Set-Cookie"]
    phone = Browser(browser.app)
    said = phone.sign_in("ines").headers["Set-Cookie"]
    ends = parsedate_to_datetime(re.search("Expires=([^;]+)", said)[1])  # type: ignore[index]
    assert timedelta(days=6, hours=23) < ends - now() <= timedelta(days=7)
    phone.client.get("/field/session.json")
    assert "Set-Cookie" not in phone.client.get("/field/session.json").headers  # not made anew each time


def test_signing_in_begins_another_session_than_the_one_before(browser: Browser) -> None:
    """What somebody had planted in the browser before is worth nothing afterwards."""
    browser.token()
    planted = browser.client.get_cookie("wangge")
    assert planted is not None
    browser.sign_in("mara")
    stranger = Browser(browser.app)
    stranger.client.set_cookie("wangge", planted.value)
    assert not stranger.signed_in


def change(what: str) -> None:
    database.begin_write()
    mara = person_named("mara")
    if what == "disabled":
        service.disable(mara, now=now())
    elif what == "another password":
        service.set_password(mara, "another password", now=now())
    else:
        service.end_sessions(mara.id, now=now())
    database.commit()


@pytest.mark.parametrize("what", ["disabled", "another password", "signed out everywhere"])
def test_a_session_ends_with_the_next_request(browser: Browser, what: str) -> None:
    browser.sign_in("mara")
    assert browser.signed_in
    change(what)
    assert (browser.signed_in, open_sessions()) == (False, 0)
    assert browser.get("/desk/").headers["Location"] == "/sign-in?next=/desk/"


def test_who_is_disabled_does_not_come_in_again(browser: Browser, cast: dict[str, Caller]) -> None:
    change("disabled")
    assert browser.sign_in("mara").status_code == 401
    assert cast["mara"].get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("length", "there"),
    [(timedelta(hours=11), True), (timedelta(hours=13), False), (timedelta(days=8), False)],
)
def test_a_session_ends_by_itself(
    browser: Browser, later: Callable[[timedelta], None], length: timedelta, there: bool
) -> None:
    browser.sign_in("mara")
    later(length)
    assert browser.signed_in is there


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ines", "wrong"),
        ("ines", ""),
        ("", ""),
        ("nobody", PASSWORD),
        ("ines\x00", PASSWORD + "\x00wrong"),
        ("INES", PASSWORD),
        ("ines' or '1'='1", PASSWORD),
        ("x" * 100_000, "y" * 100_000),
    ],
)
def test_what_does_not_fit_stays_out(browser: Browser, username: str, password: str) -> None:
    answer = browser.sign_in(username, password)
    assert (answer.status_code, open_sessions()) == (401, 0)


def test_an_unknown_name_is_refused_in_the_same_words(browser: Browser) -> None:
    known = browser.sign_in("ines", "wrong").get_data(as_text=True)
    unknown = browser.sign_in("inez", "wrong").get_data(as_text=True)
    assert _without_tokens(known).replace('"ines"', '"inez"') == _without_tokens(unknown)


def _without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf_token" not in line)


def test_guessing_one_name_is_slowed_down(browser: Browser, later: Callable[[timedelta], None]) -> None:
    spellings = ("ines", "INES", " ines ", "Ines\t", "ines\u3000")
    assert [browser.sign_in(name, "wrong").status_code for name in spellings] == [401] * 5
    refused = browser.sign_in("ines")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    elsewhere = Browser(browser.app, address="10.9.9.9")
    assert elsewhere.sign_in("ines").status_code == 429
    assert elsewhere.sign_in("mara").status_code == 302
    later(timedelta(seconds=61))
    assert browser.sign_in("ines").status_code == 302


def test_guessing_from_one_address_is_slowed_down(browser: Browser) -> None:
    names = [f"user{n}" for n in range(25)]
    assert {browser.sign_in(name, "wrong").status_code for name in names} == {401}
    assert browser.sign_in("mara").status_code == 429
    forwarded = browser.client.post(
        "/sign-in",
        data={"username": "mara", "password": PASSWORD, "csrf_token": browser.token()},
        headers={"X-Forwarded-For": "10.7.7.7", "Forwarded": "for=10.7.7.7", "X-Real-IP": "10.7.7.7"},
        environ_base={"REMOTE_ADDR": browser.address},
    )
    assert forwarded.status_code == 429
    assert Browser(browser.app, address="10.2.2.2").sign_in("mara").status_code == 302


def test_guesses_all_at_once_are_counted_too(browser: Browser) -> None:
    db.session.rollback()

    def guess(_n: int) -> int:
        return Browser(browser.app).sign_in("ines", "wrong").status_code

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(guess, range(12)))
    assert set(answers) <= {401, 429}
    assert answers.count(401) <= 5


def test_whoever_signs_in_leaves_no_failure_behind(browser: Browser) -> None:
    for _n in range(8):
        assert browser.sign_in("mara").status_code == 302
        browser.post("/sign-out", token=browser.token("/desk/"))
    assert db.session.scalar(select(func.count()).select_from(FailedSignIn)) == 0


@pytest.mark.parametrize("onward", ["/desk/cases?status=open", "/field/cases"])
def test_signing_in_leads_to_where_one_was_going(browser: Browser, onward: str) -> None:
    asked = browser.get(onward)
    way = asked.headers["Location"]
    assert unquote(way) == f"/sign-in?next={onward}"
    answer = browser.sign_in("ines", onward=way.removeprefix("/sign-in"))
    assert answer.headers["Location"] == onward


AWAY = ("//evil.example", "/\\evil.example", "https:evil.example", "/\t/evil.example", "javascript:alert(1)")


@pytest.mark.parametrize("target", AWAY)
def test_signing_in_leads_nowhere_else(browser: Browser, target: str) -> None:
    assert browser.sign_in("ines", onward=f"?next={quote(target)}").headers["Location"] == "/"
    assert browser.get(f"/sign-in?next={quote(target)}").headers["Location"] == "/"
    language = browser.post("/language", token=browser.token("/notices"), lang="en", back=target)
    assert language.headers["Location"] == "/"


def test_a_form_without_its_token_does_nothing(browser: Browser, cast: dict[str, Caller]) -> None:
    assert browser.post("/sign-in", token=None, username="mara", password=PASSWORD).status_code == 400
    browser.sign_in("mara")
    uuid = cast["ines"].file().json["id"]  # type: ignore[index]
    other = Browser(browser.app)
    other.sign_in("ines")
    with nothing_changes():
        for token in (None, "wrong", other.token("/notices")):
            assert (
                browser.post(f"/desk/cases/{uuid}/actions", token=token, action="accept").status_code == 400
            )
            assert browser.post("/sign-out", token=token).status_code == 400
    assert browser.signed_in


def test_a_session_needs_the_token_for_the_api_too_and_a_bearer_does_not(
    browser: Browser, cast: dict[str, Caller]
) -> None:
    browser.sign_in("mara")
    uuid = cast["ines"].file().json["id"]  # type: ignore[index]
    path, body = f"/api/v1/cases/{uuid}/actions", {"id": uuid, "action": "accept"}
    with nothing_changes():
        refused = browser.client.post(path, json=body, headers={"If-Match": '"1"'})
        plain = browser.client.post(
            path, data='{"action":"accept"}', content_type="text/plain", headers={"If-Match": '"1"'}
        )
    assert [refused.status_code, plain.status_code] == [400, 400]
    assert refused.content_type == "application/problem+json"
    headers = {"If-Match": '"1"', "X-CSRFToken": browser.token("/desk/")}
    assert browser.client.post(path, json=body, headers=headers).status_code == 200
    assert cast["mara"].act(str(uuid), "comment", text="by token").status_code == 200


def test_a_token_beside_a_session_decides_alone(browser: Browser, cast: dict[str, Caller]) -> None:
    browser.sign_in("mara")
    for wrong in ("Bearer x", "Bearer ", "bearer x"):
        assert browser.get("/api/v1/me", headers={"Authorization": wrong}).status_code == 401
    theirs = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {cast['ines'].token}"})
    assert theirs.json["user"] == "ines"  # type: ignore[index]
