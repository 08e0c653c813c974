"""The page of one's notices, the bell, and the settings: what is shown, kept, refused."""

import re
from datetime import time
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core.clock import now
from app.core.db import db
from app.notify import queries
from app.notify.models import Notice, Preference
from app.people.models import PersonPosting
from tests.cast import BUREAU, Caller, bring_to
from tests.conftest import person_named
from tests.notify.conftest import tell_all
from tests.notify.mailing import write_notice, writing
from tests.refusals import nothing_changes
from tests.statements import statements

Cast = dict[str, Caller]
BELL = re.compile(r'class="bell"[^>]*aria-label="([^"]+)"')
LINE = re.compile(r'<li class="notice( unread)?">(.*?)</li>', re.DOTALL)
GOOD = {"address": "mara@example.org", "mail": "on", "daily": "no", "language": "en"}
HOURS = {"quiet_from": "21:30", "quiet_to": "06:15"}


def page(who: Caller, path: str = "/notices") -> str:
    answer = who.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def bell(who: Caller) -> str:
    found = BELL.search(page(who, "/desk/cases"))
    assert found is not None
    return found[1]


def lines(html: str) -> list[tuple[bool, str]]:
    """(unread, words) of every notice."""
    return [
        (bool(mark), " ".join(re.sub(r"<[^>]+>", " ", text).split())) for mark, text in LINE.findall(html)
    ]


@pytest.fixture
def case(cast: Cast) -> str:
    uuid = bring_to("handled", cast)
    tell_all()
    return uuid


def send(who: Caller, path: str, **said: str) -> int:
    return who.open("POST", path, data=said).status_code


def test_new_ones_stand_first_with_number_and_address(cast: Cast, case: str) -> None:
    html = page(cast["mara"])
    number = cast["mara"].get(f"/api/v1/cases/{case}").json["number"]  # type: ignore[index]
    shown = lines(html)
    assert [unread for unread, _words in shown] == [True, True]
    assert "The handling was recorded" in shown[0][1] and "New case" in shown[1][1]
    assert all(number in words for _unread, words in shown)
    assert html.count(f'href="/desk/cases/{case}"') == 2
    assert f'href="/field/cases/{case}"' in page(cast["ines"]), "the phone's page for inspectors"


def test_the_bell_counts_what_is_unread(cast: Cast, case: str) -> None:
    assert bell(cast["mara"]) == "Notices, 2 unread"
    assert bell(cast["otto"]) == "Notices, 0 unread"
    with writing():
        seq = db.session.scalars(select(Notice.event_seq)).first()
        for n in range(120):
            write_notice(
                person_named("otto").id, "person:1", seq or 0, now(), template=f"test{n}", by_mail=False
            )
    assert bell(cast["otto"]) == "Notices, more than 99 unread"


def test_who_is_not_signed_in_has_no_bell(city: Flask) -> None:
    assert "bell" not in city.test_client().get("/sign-in").text


def test_without_notices_the_page_says_when_there_will_be_some(cast: Cast) -> None:
    html = page(cast["otto"])
    assert "You are told here when a case needs you" in html
    assert "Mark all read" not in html


def test_reading_one_and_all(cast: Cast, case: str) -> None:
    mara = cast["mara"]
    newest = max(db.session.scalars(select(Notice.id).where(Notice.person_id == person_named("mara").id)))
    assert send(mara, "/notices/read", notice=str(newest)) == 303
    assert [unread for unread, _words in lines(page(mara))] == [False, True]
    assert send(mara, "/notices/read", upto=str(newest)) == 303
    assert [unread for unread, _words in lines(page(mara))] == [False, False]
    assert bell(mara) == "Notices, 0 unread"


def test_what_came_after_the_page_was_shown_stays_unread(cast: Cast, case: str) -> None:
    newest = max(db.session.scalars(select(Notice.id)))
    bring_to("filed", cast)
    tell_all()
    send(cast["mara"], "/notices/read", upto=str(newest))
    assert bell(cast["mara"]) == "Notices, 1 unread"


def test_nobody_reads_for_another(cast: Cast, case: str) -> None:
    newest = max(db.session.scalars(select(Notice.id)))
    for said in ({"notice": str(newest)}, {"upto": str(newest)}):
        assert send(cast["otto"], "/notices/read", **said) == 303
    assert bell(cast["mara"]) == "Notices, 2 unread"


def test_looking_changes_nothing(cast: Cast, case: str) -> None:
    with nothing_changes():
        page(cast["mara"])
        page(cast["hana"])


def test_a_case_that_left_ones_sight_is_said_no_more_of(cast: Cast, case: str) -> None:
    number = cast["hana"].get(f"/api/v1/cases/{case}").json["number"]  # type: ignore[index]
    assert number in page(cast["hana"])
    with writing():
        ended = update(PersonPosting).where(PersonPosting.person_id == person_named("hana").id)
        db.session.execute(ended.values(ends_on=PersonPosting.starts_on))
    html = page(cast["hana"])
    assert number not in html and case not in html and BUREAU not in html
    assert "You can no longer see this case" in html


def test_a_restricted_case_shows_its_number_and_no_more(cast: Cast) -> None:
    uuid = str(cast["ines"].file(category="S0405").json["id"])  # type: ignore[index]
    tell_all()
    ((_unread, words),) = lines(page(cast["mara"]))
    number = cast["mara"].get(f"/api/v1/cases/{uuid}").json["number"]  # type: ignore[index]
    assert number in words and "Open the case to read more." in words


def test_more_than_a_page(cast: Cast, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 1)
    first = page(cast["mara"])
    assert len(lines(first)) == 1
    following = re.search(r'href="(/notices\?cursor=[^"]+)" rel="next"', first)
    assert following is not None
    second = page(cast["mara"], following[1])
    assert len(lines(second)) == 1 and lines(second) != lines(first)
    assert 'rel="next"' not in second


def test_settings_are_kept_and_shown_again(cast: Cast) -> None:
    mara = cast["mara"]
    assert send(mara, "/notices/settings", **GOOD, **HOURS) == 303
    kept = db.session.get_one(Preference, person_named("mara").id)
    assert (kept.address, kept.mail, kept.daily) == ("mara@example.org", True, False)
    assert (kept.quiet_from, kept.quiet_to, kept.language) == (time(21, 30), time(6, 15), "en")
    html = page(mara)
    assert 'value="21:30"' in html and 'value="mara@example.org"' in html
    assert send(mara, "/notices/settings", address="", daily="yes", language="zh") == 303
    db.session.rollback()
    kept = db.session.get_one(Preference, person_named("mara").id, populate_existing=True)
    assert (kept.address, kept.mail, kept.daily, kept.quiet_from == kept.quiet_to) == (
        None,
        False,
        True,
        True,
    )


BAD_ADDRESSES = (
    "mara",
    "mara@",
    "@example.org",
    "mara@example.org, otto@example.org",
    "mara@example.org\r\nBcc: x@example.org",
    "Mara <mara@example.org>",
    "mara@exa mple.org",
    "mara@-example.org",
    "mara@example..org",
    "张三@example.org",
    "mara\x00@example.org",
    f"{'m' * 65}@example.org",
    f"m@{'x' * 260}.org",
)


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_what_is_no_address_is_refused(cast: Cast, address: str) -> None:
    with nothing_changes():
        answer = cast["mara"].open("POST", "/notices/settings", data=GOOD | {"address": address})
    assert answer.status_code == 422
    assert "This is not a mail address" in answer.text


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"quiet_from": "25:00", "quiet_to": "07:00"}, "Give an hour such as 22:00."),
        ({"quiet_from": "7", "quiet_to": "07:00"}, "Give an hour such as 22:00."),
        ({"quiet_from": "２２:00", "quiet_to": "07:00"}, "Give an hour such as 22:00."),
        ({"quiet_from": "22:00", "quiet_to": ""}, "Give both hours, or neither."),
        ({"language": "tlh"}, "Choose one of the languages."),
    ],
)
def test_other_settings_that_cannot_be_are_refused_by_name(
    cast: Cast, said: dict[str, str], why: str
) -> None:
    with nothing_changes():
        answer = cast["mara"].open("POST", "/notices/settings", data=GOOD | said)
    assert answer.status_code == 422
    assert why in answer.text
    assert "mara@example.org" in answer.text, "what was typed is still there"


@pytest.mark.parametrize("ident", ["", "-1", "1.5", "x", "9" * 30, "2147483648", "１２", "1\x00"])
def test_what_is_no_notice_is_refused(cast: Cast, case: str, ident: str) -> None:
    for name in ("notice", "upto"):
        with nothing_changes():
            assert send(cast["mara"], "/notices/read", **{name: ident}) == 422


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd" * 9, "WyJhIl0", "Wy0xXQ", "WzFlOTld", "%00"])
def test_what_is_no_cursor_is_refused(cast: Cast, cursor: str) -> None:
    assert cast["mara"].get(f"/notices?cursor={cursor}").status_code == 422


def test_a_browser_must_show_its_token(city: Flask) -> None:
    client = city.test_client()
    html = client.get("/sign-in").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert token is not None
    said = {"username": "mara", "password": "correct horse battery", "csrf_token": token[1]}
    assert client.post("/sign-in", data=said).status_code == 302
    for path in ("/notices/read", "/notices/settings"):
        assert client.post(path, data=GOOD | {"upto": "1"}).status_code == 400


def asked_by(who: Caller) -> list[str]:
    """The statements of one page."""
    with statements() as sent:
        page(who)
    return sent


def test_statements_of_the_page_and_of_the_bell(cast: Cast, case: str) -> None:
    page(cast["mara"])
    few = asked_by(cast["mara"])
    for _n in range(4):
        bring_to("handled", cast)
    tell_all()
    many = asked_by(cast["mara"])
    assert len(lines(page(cast["mara"]))) == 10
    assert len(few) == len(many) <= 6, "\n".join(many)
    assert len([each for each in many if "count(" in each and "notice" in each]) == 1, "the bell's"
