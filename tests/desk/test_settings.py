"""The settings pages: who may come in, and what a saved form makes of a setting."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import orjson
import pytest
from flask import Flask

from app.catalogue.configuration import (
    Kind,
    content_of,
    history,
    limits,
)
from tests.cast import NAMES, Caller
from tests.desk.pages import page
from tests.desk.settings_forms import FORMS, edit, first_versions, moment, row_of, send_file
from tests.refusals import nothing_changes

Cast = dict[str, Caller]
PAGES = ("", "calendar", "terms", "terms?category=E0102", "ladder", "limits", "reasons", "responsibility")
READERS = {"ada", "cai"}


@pytest.fixture(autouse=True)
def synced(city: Flask) -> None:
    """An installation whose configuration has its first versions."""
    first_versions()


def versions() -> dict[Kind, int]:
    return {kind: content_of(kind)[0] for kind in Kind}


@pytest.mark.parametrize("name", NAMES)
def test_administrators_and_officials_of_the_city_read(cast: Cast, name: str) -> None:
    expected = 200 if name in READERS else 403
    for path in PAGES:
        assert cast[name].get(f"/settings/{path}").status_code == expected, path
    for kind in Kind:
        assert cast[name].get(f"/settings/history/{kind}").status_code == expected
        assert cast[name].get(f"/settings/export/{kind}").status_code == expected


@pytest.mark.parametrize("name", NAMES)
def test_only_administrators_change(cast: Cast, name: str) -> None:
    before = versions()
    for form in FORMS:
        assert cast[name].get(f"/settings/edit/{form}").status_code == (200 if name == "ada" else 403)
        if name != "ada":
            assert cast[name].open("POST", f"/settings/edit/{form}").status_code == 403
            assert cast[name].open("POST", "/settings/history/terms").status_code == 403
            assert cast[name].open("POST", "/settings/import/terms").status_code == 403
    assert versions() == before


def test_nothing_is_behind_a_wrong_address(cast: Cast) -> None:
    paths = (
        "history/nothing",
        "export/x",
        "edit/nothing",
        "edit/term?row=9999",
        "edit/week?row=0",
        "edit/term?row=x",
    )
    for path in paths:
        assert cast["ada"].get(f"/settings/{path}").status_code == 404, path


def test_a_saved_term_counts_from_the_next_filing_on(cast: Cast) -> None:
    running = due_of(cast["ines"].file().json)
    at = row_of(Kind.TERMS, "rules", stage="accept", category="*", level="*", urgency="*")
    answer = edit(cast["ada"], "term", at, amount="2", unit="d", note="a trial until spring")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/terms")
    version, content = content_of(Kind.TERMS)
    assert (version, content["rules"][at]["term"]) == (2, "2d")
    filed = cast["ines"].file().json
    assert due_of(filed) == moment(filed["filed_at"]) + timedelta(days=2)
    assert due_of(cast["ines"].get(f"/api/v1/cases/{first_id(cast)}").json) == running
    told = page(cast["ada"], "/settings/history/terms")
    for word in ("a trial until spring", "Ada", "Accept or reject", "4 working hours", "2 days by the clock"):
        assert word in told, word


def test_a_line_is_added_changed_and_removed(cast: Cast) -> None:
    said = {
        "stage": "handle",
        "category": "E0102",
        "level": "town",
        "urgency": "*",
        "amount": "3",
        "unit": "wh",
    }
    before = content_of(Kind.TERMS)[1]
    assert edit(cast["ada"], "term", **said).status_code == 303
    added = content_of(Kind.TERMS)[1]["rules"]
    assert added[:-1] == before["rules"]
    assert added[-1] == {
        "stage": "handle", "category": "E0102", "level": "town", "urgency": "*", "term": "3wh",
    }  # fmt: skip
    last = len(added) - 1
    assert edit(cast["ada"], "term", last, amount="5").status_code == 303
    assert content_of(Kind.TERMS)[1]["rules"][last]["term"] == "5wh"
    assert edit(cast["ada"], "term", last, do="remove").status_code == 303
    assert content_of(Kind.TERMS) == (4, before)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_sent_back_untouched_says_the_same(cast: Cast, form: str) -> None:
    row = None if form in ("week", "limits", "day") else 0
    before = {kind: content_of(kind)[1] for kind in Kind}
    if form == "day":
        assert edit(cast["ada"], "day", date="2026-11-27", hours="9:00", name="x").status_code == 422
        assert edit(cast["ada"], "day", date="2026-11-27", hours="", name="行通济").status_code == 303
        before = {kind: content_of(kind)[1] for kind in Kind}
        row = 0
    assert edit(cast["ada"], form, row).status_code == 303
    after = {kind: content_of(kind)[1] for kind in Kind}
    if form == "holiday":  # what somebody vouches for no longer comes from the shipped source
        before[Kind.HOLIDAYS]["days"][0]["source"] = ""
    assert after == before


def test_an_earlier_version_counts_again_as_a_new_one(cast: Cast) -> None:
    ada = cast["ada"]
    for days in ("20", "30"):
        assert edit(ada, "limits", reopen_days=days, note=f"to {days}").status_code == 303
    sent = {"to": "2", "version": "3", "note": "30 was too long"}
    assert ada.open("POST", "/settings/history/limits", data=sent).status_code == 303
    assert content_of(Kind.LIMITS)[0] == 4
    assert limits().reopen_days == 20
    assert [row.note for row in history(Kind.LIMITS)] == ["30 was too long", "to 30", "to 20", ""]
    with nothing_changes():
        for wrong, status in (({"note": ""}, 422), ({"version": "3"}, 412), ({"to": "9"}, 404)):
            assert (
                ada.open("POST", "/settings/history/limits", data=sent | {"version": "4"} | wrong).status_code
                == status
            )
    told = page(ada, "/settings/history/limits")
    assert told.count("<li>\n        <h3>") == 4
    assert "<del>15</del> <ins>20</ins>" in told


def test_nothing_different_makes_no_version(cast: Cast) -> None:
    assert edit(cast["ada"], "limits", reopen_days="20").status_code == 303
    with nothing_changes():
        assert edit(cast["ada"], "limits").status_code == 303
    assert "no new version" in page(cast["ada"], "/settings/limits")


@pytest.mark.parametrize("kind", list(Kind))
def test_a_file_comes_back_as_it_went(cast: Cast, kind: Kind) -> None:
    ada = cast["ada"]
    exported = ada.get(f"/settings/export/{kind}")
    assert orjson.loads(exported.data)["content"] == content_of(kind)[1]
    assert send_file(ada, kind, exported.data).status_code == 303
    assert content_of(kind) == (1, orjson.loads(exported.data)["content"]), "the same makes no version"


def test_every_change_is_in_the_history_with_author_and_note(cast: Cast) -> None:
    notes = [f"step {n}" for n in range(1, 26)]
    for days, note in enumerate(notes, 20):
        assert edit(cast["ada"], "limits", reopen_days=str(days), note=note).status_code == 303
    first = page(cast["cai"], "/settings/history/limits")
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    told = first + page(cast["cai"], unescape(following[1]))
    for note in notes:
        assert told.count(f"<q>{note}</q>") == 1
    assert [row.note for row in reversed(history(Kind.LIMITS))] == ["", *notes]


def first_id(cast: Cast) -> str:
    items = cast["ines"].get("/api/v1/cases?sort=filed_at").json["items"]  # type: ignore[index]
    return str(items[0]["id"])


def due_of(case: Any) -> datetime:
    return moment(case["due_at"])
