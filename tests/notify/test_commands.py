"""`flask notify …`: keep an address, show who would be told, send a test."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.db import db
from app.events.queries import last_seq
from app.notify.models import Notice, Preference
from tests.cast import COMMUNITY, Caller, bring_to
from tests.conftest import person_named
from tests.notify.conftest import address, tell_all, told

Cast = dict[str, Caller]


def run(city: Flask, *words: str) -> tuple[int, str]:
    db.session.rollback()
    result = city.test_cli_runner().invoke(args=["notify", *words])
    return result.exit_code, result.output


def test_an_address_is_kept_beside_what_was_chosen(city: Flask) -> None:
    address("mara", mail=False, daily=True)
    assert run(city, "address", "--user", "mara", "--mail", "m@example.org") == (0, "kept\n")
    kept = db.session.get_one(Preference, person_named("mara").id, populate_existing=True)
    assert (kept.address, kept.mail, kept.daily, kept.language) == ("m@example.org", True, True, "en")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("address", "--user", "nobody", "--mail", "m@example.org"), "nobody is called nobody"),
        (("address", "--user", "mara", "--mail", "m at example"), "is not a mail address"),
        (("address", "--user", "mara"), "Missing option '--mail'"),
        (("test", "--user", "nobody"), "nobody is called nobody"),
        (("preview", "999999"), "there is no event 999999"),
        (("preview", "0"), "not in the range"),
        (("preview", "9" * 30), "not in the range"),
        (("preview", "x"), "not a valid integer"),
    ],
)
def test_what_cannot_be_is_said(city: Flask, words: tuple[str, ...], why: str) -> None:
    code, said = run(city, *words)
    assert code != 0
    assert why in said


def test_a_preview_says_who_and_why_and_tells_nobody(city: Flask, cast: Cast) -> None:
    bring_to("filed", cast)
    code, said = run(city, "preview", str(last_seq()))
    assert code == 0
    assert f"  mara: new_case by inbox+mail, soon (holder {COMMUNITY})\n" in said
    cast["ines"].file(category="S0405")
    _code, said = run(city, "preview", str(last_seq()))
    assert "mara: new_case" in said
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 0


def test_a_preview_says_who_may_not_and_where_nobody_is(city: Flask, cast: Cast) -> None:
    uuid = str(cast["ines"].file(category="S0405").json["id"])  # type: ignore[index]
    cast["mara"].act(uuid, "accept")
    _code, said = run(city, "preview", str(last_seq()))
    assert "  not ines: may not read the case\n" in said
    uuid = bring_to("accepted", cast)
    cast["mara"].act(uuid, "comment", text="hm")
    _code, said = run(city, "preview", str(last_seq()))
    assert "  not the actor: it was their own act\n" in said


def test_a_test_reaches_the_inbox(city: Flask, cast: Cast) -> None:
    assert run(city, "test", "--user", "otto") == (0, "on its way\n")
    tell_all()
    assert told("otto") == ["test"]
