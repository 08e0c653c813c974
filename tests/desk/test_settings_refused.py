"""What the settings refuse: each at its field, with what was typed kept, and nothing changed."""

import re

import pytest
from flask import Flask

from app.catalogue.configuration import (
    Kind,
    content_of,
    history,
)
from app.core.clock import now
from app.core.db import begin_write, commit
from app.core.roles import Role
from app.desk import settings_transfer
from app.desk.routes import settings as routes
from app.people.queries import person
from app.people.service import make_token
from tests.cast import Caller, add_someone
from tests.desk.pages import page
from tests.desk.settings_forms import edit, fields, first_versions, row_of, send_file
from tests.refusals import nothing_changes

Cast = dict[str, Caller]
GOOD_TERM = {
    "stage": "handle",
    "category": "E0102",
    "level": "*",
    "urgency": "*",
    "amount": "3",
    "unit": "wh",
}
GOOD_DAY = {"date": "2026-11-27", "hours": "", "name": "typhoon"}
GOOD_HOLIDAY = {"date": "2027-02-20", "kind": "working", "name": "春节", "name_en": "", "provisional": ""}
GOOD_REASON = {"action": "reject", "code": "too_far", "name": "太远", "name_en": "", "position": "1"}
GOOD_RULE = {"category": "E0102", "area": "*", "department": "{district}-UM", "position": "1"}
BAD: tuple[tuple[str, dict[str, str], str, dict[str, str]], ...] = (
    ("week", {}, "mon", {"mon": "08:30-12:00, 11:00-17:30"}),
    ("week", {}, "tue", {"tue": "17:30-08:30"}),
    ("week", {}, "wed", {"wed": "08:30-24:30"}),
    ("week", {}, "thu", {"thu": "half past eight"}),
    ("week", {}, "make_up", {"make_up": ""}),
    ("week", {}, "", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "")),
    ("day", GOOD_DAY, "date", {"date": "2026-02-30"}),
    ("day", GOOD_DAY, "date", {"date": "1850-01-01"}),
    ("day", GOOD_DAY, "date", {"date": ""}),
    ("day", GOOD_DAY, "hours", {"hours": "12:00-12:00"}),
    ("day", GOOD_DAY, "hours", {"hours": "09:00-12:00，11:59-13:00"}),
    ("day", GOOD_DAY, "name", {"name": "x" * 81}),
    ("day", GOOD_DAY, "note", {"note": "  "}),
    ("day", GOOD_DAY, "note", {"note": "x" * 501}),
    ("holiday", GOOD_HOLIDAY, "date", {"date": "2026-10-01"}),
    ("holiday", GOOD_HOLIDAY, "kind", {"kind": "perhaps"}),
    ("holiday", GOOD_HOLIDAY, "name", {"name": " "}),
    ("term", GOOD_TERM, "amount", {"amount": "0"}),
    ("term", GOOD_TERM, "amount", {"amount": "1000000"}),
    ("term", GOOD_TERM, "amount", {"amount": "-4"}),
    ("term", GOOD_TERM, "amount", {"amount": "3.5"}),
    ("term", GOOD_TERM, "amount", {"amount": "٣"}),
    ("term", GOOD_TERM, "amount", {"unit": "fortnights"}),
    ("term", GOOD_TERM, "stage", {"stage": "nap"}),
    ("term", GOOD_TERM, "stage", {"stage": "accept", "category": "*"}),
    ("term", GOOD_TERM, "category", {"category": "E9999"}),
    ("term", GOOD_TERM, "level", {"level": "grid"}),
    ("term", GOOD_TERM, "urgency", {"urgency": "very"}),
    ("term", GOOD_TERM, "note", {"note": ""}),
    ("grace", {"level": "town", "urgency": "low", "amount": "0", "unit": "wd"}, "amount", {}),
    ("grace", {"level": "town", "urgency": "*", "amount": "2", "unit": "wd"}, "level", {}),
    ("limits", {}, "reopen_days", {"reopen_days": "0"}),
    ("limits", {}, "suspension_cap_days", {"suspension_cap_days": "1000000"}),
    ("limits", {}, "geofence_m", {"geofence_m": "-1"}),
    ("limits", {}, "extensions_most", {"extensions_most": "a few"}),
    ("limits", {}, "returns_before_raise", {"returns_before_raise": ""}),
    ("reason", GOOD_REASON, "code", {"code": "Too Far"}),
    ("reason", GOOD_REASON, "name", {"name": "a\0b"}),
    ("reason", GOOD_REASON, "position", {"position": "0"}),
    ("reason", GOOD_REASON, "position", {"position": "1e9"}),
    ("reason", GOOD_REASON, "position", {"position": "9" * 300}),
    ("rule", GOOD_RULE, "area", {"area": "123"}),
    ("rule", GOOD_RULE, "department", {"department": "{galaxy}-UM"}),
    ("rule", GOOD_RULE, "department", {"department": "NOBODY"}),
)  # fmt: skip


@pytest.fixture(autouse=True)
def synced(city: Flask) -> None:
    """An installation whose configuration has its first versions."""
    first_versions()


@pytest.mark.parametrize(
    "case", BAD, ids=[f"{form}-{name or 'top'}-{at}" for at, (form, _g, name, _b) in enumerate(BAD)]
)
def test_what_cannot_be_is_refused_at_its_field_and_changes_nothing(
    cast: Cast, case: tuple[str, dict[str, str], str, dict[str, str]]
) -> None:
    form, good, name, bad = case
    with nothing_changes():
        answer = edit(cast["ada"], form, **good | bad)
    assert answer.status_code == 422
    html = answer.text
    if name:
        assert f'id="{name}-error"' in html
        control = re.search(rf'<(?:input|select|textarea)[^>]* name="{name}"[^>]*>', html)
        assert control and 'aria-invalid="true"' in control[0]
    else:
        assert 'role="alert"' in html
    typed = fields(html)
    for field, value in bad.items():
        if field in ("date", "hours", "name", "amount", "mon", "reopen_days", "position", "note"):
            assert typed[field].strip() == value.strip(), field


def test_the_rule_that_everything_rests_on_cannot_be_removed(cast: Cast) -> None:
    at = row_of(Kind.TERMS, "rules", stage="handle", category="*", level="*", urgency="*")
    with nothing_changes():
        answer = edit(cast["ada"], "term", at, do="remove")
    assert answer.status_code == 422
    assert "needs a rule for all cases" in answer.text


def test_the_second_editor_is_told_what_changed_and_keeps_what_was_typed(cast: Cast) -> None:
    add_eve()
    eve = Caller(cast["ada"].client, token_of("eve"))
    at = row_of(Kind.TERMS, "rules", stage="dispatch", category="*", level="*", urgency="*")
    seen = fields(page(eve, f"/settings/edit/term?row={at}"))
    assert edit(cast["ada"], "term", at, amount="6", unit="wh", note="winter").status_code == 303
    sent = seen | {"amount": "7", "note": "summer"}
    with nothing_changes():
        late = eve.open("POST", "/settings/edit/term", data=sent)
    assert late.status_code == 412
    for word in ("winter", "Ada", "Dispatch", "4 working hours", "6 working hours"):
        assert word in late.text, word
    typed = fields(late.text)
    assert (typed["amount"], typed["note"], typed["version"], typed["row"]) == ("7", "summer", "2", str(at))
    assert eve.open("POST", "/settings/edit/term", data=typed | {"do": "save"}).status_code == 303
    assert content_of(Kind.TERMS)[1]["rules"][at]["term"] == "7wh"
    assert [version.note for version in history(Kind.TERMS)] == ["summer", "winter", ""]


def test_a_line_that_has_moved_is_found_again_and_one_that_is_gone_is_said_to_be(cast: Cast) -> None:
    ada, rules = cast["ada"], content_of(Kind.RESPONSIBILITY)[1]["rules"]
    third, first = (fields(page(ada, f"/settings/edit/rule?row={at}")) for at in (2, 0))
    assert edit(ada, "rule", 0, do="remove").status_code == 303
    moved = ada.open("POST", "/settings/edit/rule", data=third | {"note": "n"})
    assert moved.status_code == 412
    assert fields(moved.text)["row"] == "1"
    assert content_of(Kind.RESPONSIBILITY)[1]["rules"][1] == rules[2]
    gone = ada.open("POST", "/settings/edit/rule", data=first | {"note": "n"})
    assert gone.status_code == 412
    assert "row" not in fields(gone.text)
    assert "is gone" in gone.text


@pytest.mark.parametrize("version", ["", "-1", "7", "x", "99999999999"])
def test_a_version_that_nobody_saw_saves_nothing(cast: Cast, version: str) -> None:
    with nothing_changes():
        assert edit(cast["ada"], "limits", reopen_days="20", version=version).status_code == 412


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"kind": "terms", "content": {"rules": []}}',
        b'{"kind": "limits", "content": null}',
        b'{"kind": "limits", "content": {"reopen_days": 0}}',
        b'{"kind": "limits", "content": {"reopen_days": NaN}}',
        b'{"kind": "limits", "content": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(cast: Cast, data: bytes) -> None:
    with nothing_changes():
        answer = send_file(cast["ada"], Kind.LIMITS, data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_file_is_read_no_further_than_its_limit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    exported = cast["ada"].get("/settings/export/limits").data
    monkeypatch.setattr(settings_transfer, "MOST_BYTES", len(exported) - 1)
    with nothing_changes():
        assert send_file(cast["ada"], Kind.LIMITS, exported).status_code == 422


def add_eve() -> None:
    begin_write()
    add_someone("eve", Role.ADMINISTRATOR)
    commit()


def token_of(username: str) -> str:
    begin_write()
    token = make_token(person(username), "test", now=now())  # type: ignore[arg-type]
    commit()
    return token


def test_without_the_version_the_first_editor_would_be_overwritten(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the check taken out, what the first editor saved is gone without a word."""
    seen = fields(page(cast["ada"], "/settings/edit/limits"))
    assert edit(cast["ada"], "limits", reopen_days="21").status_code == 303
    active = content_of(Kind.LIMITS)[0]
    monkeypatch.setattr(routes, "_number", lambda _text: active)
    late = cast["ada"].open("POST", "/settings/edit/limits", data=seen | {"note": "n", "geofence_m": "50"})
    assert late.status_code == 303
    assert content_of(Kind.LIMITS)[1]["reopen_days"] == 15
