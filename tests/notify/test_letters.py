"""What a mail says: in the receiver's language, and in its subject no more than number and category."""

from datetime import datetime
from email.message import EmailMessage

import pytest
from flask import Flask

from app.core.clock import now
from app.notify import packing, sending
from app.notify.rules import FEW
from tests.cast import Caller, bring_to
from tests.notify.conftest import address, tell_all
from tests.notify.mailing import Post, notify, use, writing

Cast = dict[str, Caller]


@pytest.fixture
def post(city: Flask, monkeypatch: pytest.MonkeyPatch) -> Post:
    return use(Post(), monkeypatch)


def sent(post: Post, at: datetime | None = None) -> EmailMessage:
    """The newest mail, once everything that waits has left."""
    tell_all()
    at = at or now() + packing.SOON
    packing.pack(at)
    sending.send(at)
    return post.taken[-1]


def number_of(cast: Cast, uuid: str) -> str:
    answer = cast["mara"].get(f"/api/v1/cases/{uuid}").json
    assert answer is not None
    return str(answer["number"])


def test_in_english(cast: Cast, post: Post) -> None:
    address("mara")
    uuid = bring_to("filed", cast, description="my neighbour Zhang")
    mail = sent(post)
    number = number_of(cast, uuid)
    assert mail["Subject"].startswith(f"New case · {number} · ")
    assert (mail["To"], mail["Auto-Submitted"]) == ("mara@example.org", "auto-generated")
    text = mail.get_content()
    assert f"New case · {number}\n" in text and f"/desk/cases/{uuid}" in text and "/notices" in text
    assert "Zhang" not in str(mail)


def test_a_restricted_case_shows_its_number_and_nothing_else(cast: Cast, post: Post) -> None:
    address("mara")
    uuid = str(cast["ines"].file(category="S0405").json["id"])  # type: ignore[index]
    mail = sent(post)
    assert mail["Subject"] == number_of(cast, uuid)
    first, line, link, *_rest = mail.get_content().splitlines()
    assert (first, line) == (number_of(cast, uuid), "Open the case to read more.")
    assert link == f"/desk/cases/{uuid}"


def test_several_together_and_many_as_counts(city: Flask, post: Post) -> None:
    mara, at = address("mara").person_id, now()
    with writing():
        for n in range(3):
            notify(mara, f"person:{n}", at, urgency="soon", collapses=True)
    mail = sent(post, at)
    assert mail["Subject"] == "3 notices"
    assert mail.get_content().count("Notices reach you here.") == 3
    with writing():
        for n in range(FEW + 2):
            restricted = {"restricted": True, "number": "990000-secret"} if n == 0 else {}
            notify(mara, f"person:{n}", at, collapses=True, params=restricted)
    text = sent(post, at).get_content()
    assert f"{FEW + 1} × A test\n1 × about a restricted case\n" in text
    assert "secret" not in text


def test_whole_addresses_where_the_installation_knows_its_own(
    city: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = city.extensions["wangge"].__class__(
        **(
            vars(city.extensions["wangge"])
            | {"public_url": "https://wangge.example.org/", "mail_from": "w@example.org"}
        )
    )
    monkeypatch.setitem(city.extensions, "wangge", known)
    mara = address("mara").person_id
    with writing():
        notify(mara, "person:1", now())
    mail = sent(post)
    assert "https://wangge.example.org/notices\n" in mail.get_content()
    assert mail["Message-ID"].endswith("@example.org>")
    assert "w@example.org" in mail["From"]
