"""The settings pages: who may come in, what a form makes of a setting, and what it never does."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask

from app.catalogue.configuration import Kind, content_of, history
from app.core.clock import now
from app.people.queries import departments
from tests.cast import NAMES, Caller
from tests.desk.pages import page

Cast = dict[str, Caller]
PAGES = ("", "calendar", "terms", "terms?category=E0102", "ladder", "limits", "reasons", "responsibility")
FORMS = ("week", "day", "holiday", "term", "grace", "limits", "reason", "rule")
READERS = {"ada", "cai"}


def fields(html: str) -> dict[str, str]:
    """What the form of the page holds."""
    form = html.split('<form class="panel', 1)[1].split("</form>")[0]
    found = {
        name: unescape(value)
        for tag in re.findall(r"<input[^>]*>", form)
        for name, value in [(_attribute(tag, "name"), _attribute(tag, "value"))]
    }
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    note = re.search(r'<textarea[^>]* name="note"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    return found | {"note": unescape(note[1]) if note else ""}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def edit(who: Caller, form: str, row: int | None = None, **said: str) -> Any:
    """Open the form, fill it in, send it."""
    query = f"?row={row}" if row is not None else ""
    sent = fields(page(who, f"/settings/edit/{form}{query}")) | {"note": "as agreed", "do": "save"} | said
    return who.open("POST", f"/settings/edit/{form}", data=sent)


def versions() -> dict[Kind, int]:
    return {kind: content_of(kind)[0] for kind in Kind}


def row_of(kind: Kind, rows: str, **wanted: str) -> int:
    content = content_of(kind)[1][rows]
    return next(at for at, row in enumerate(content) if wanted.items() <= row.items())


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
