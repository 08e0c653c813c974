"""What may not be configured, and which field says so."""

from copy import deepcopy
from typing import Any

import pytest

from app.catalogue.configuration.checking import Known, checked
from app.catalogue.configuration.files import shipped_contents
from app.catalogue.configuration.values import Kind
from app.catalogue.rules import KINDS, read_entries
from app.catalogue.service import DATA
from app.core.problems import Invalid

CODES = {entry.code for entry in read_entries(DATA.read_text(encoding="utf-8"))}
KNOWN = Known(CODES, KINDS, {"990000", "990001"}, {"990001-UM"})
SHIPPED = shipped_contents()
ROW = {"category": "*", "area": "*", "department": "990001-UM"}
WEEK = SHIPPED[Kind.CALENDAR]["week"]
TERM = SHIPPED[Kind.TERMS]["rules"][0]
HOLIDAY = SHIPPED[Kind.HOLIDAYS]["days"][0]
OWN_DAY = {"date": "2026-11-11", "hours": ["08:00-12:00"], "name": ""}


@pytest.mark.parametrize("kind", Kind)
def test_what_is_shipped_is_sound_and_stays_as_it_is_written(kind: Kind) -> None:
    assert checked(kind, deepcopy(SHIPPED[kind]), KNOWN) == SHIPPED[kind]


def week(day: str, *hours: str) -> dict[str, Any]:
    return {"week": WEEK | {day: list(hours)}}


def one_more(of: Kind, name: str, row: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {name: [*SHIPPED[of][name], row | changed]}


def term(**changed: Any) -> dict[str, Any]:
    return one_more(Kind.TERMS, "rules", TERM, **{"level": "city", **changed})


TERMS_END = f"rules.{len(SHIPPED[Kind.TERMS]['rules'])}"
HOLIDAYS_END = f"days.{len(SHIPPED[Kind.HOLIDAYS]['days'])}"


@pytest.mark.parametrize(
    ("kind", "changes", "field", "said"),
    [
        (Kind.CALENDAR, week("mon", "08:30-12:00", "11:00-17:30"), "week.mon", "These hours overlap."),
        (Kind.CALENDAR, week("tue", "17:30-08:30"), "week.tue", "These hours end before they begin."),
        (Kind.CALENDAR, week("tue", "08:30-08:30"), "week.tue", "These hours end before they begin."),
        (Kind.CALENDAR, week("sun", "20:00-25:00"), "week.sun", "A day goes from 00:00 to 24:00."),
        (Kind.CALENDAR, week("sun", "morning"), "week.sun", "Hours such as 08:30-12:00 are expected."),
        (Kind.CALENDAR, week("sun", "08:30-12:0٠"), "week.sun", "Hours such as 08:30-12:00 are expected."),
        (Kind.CALENDAR, {"week": {day: [] for day in WEEK}}, "week", "An ordinary week needs an hour"),
        (Kind.CALENDAR, {"week": {"mon": []}}, "week.tue", "Missing data for required field."),
        (Kind.CALENDAR, {"week": WEEK | {"someday": []}}, "week.someday", "Unknown field."),
        (Kind.CALENDAR, {"make_up": []}, "make_up", "A day worked for a holiday needs hours."),
        (Kind.CALENDAR, {"days": [OWN_DAY, OWN_DAY]}, "days.1.date", "This stands there twice."),
        (Kind.CALENDAR, {"days": [OWN_DAY | {"date": "2026-02-29"}]}, "days.0.date", "A day such as"),
        (
            Kind.CALENDAR,
            {"days": [OWN_DAY | {"date": "1026-02-28"}]},
            "days.0.date",
            "A day from 2000 to 2100.",
        ),
        (Kind.CALENDAR, {"days": [OWN_DAY | {"date": 7}]}, "days.0.date", "Not a valid string."),
        (Kind.CALENDAR, {"days": [OWN_DAY | {"hours": ["09:00-08:00"]}]}, "days.0.hours", "These hours end"),
        (Kind.CALENDAR, {"days": [OWN_DAY] * 5001}, "days", "At most 5000 lines."),
        (
            Kind.HOLIDAYS,
            one_more(Kind.HOLIDAYS, "days", HOLIDAY),
            f"{HOLIDAYS_END}.date",
            "This stands there",
        ),
        (
            Kind.HOLIDAYS,
            one_more(Kind.HOLIDAYS, "days", HOLIDAY, date="2031-01-01", kind="half"),
            f"{HOLIDAYS_END}.kind",
            "One of: closed, working.",
        ),
        (Kind.TERMS, term(term="0wd"), f"{TERMS_END}.term", "A term such as 4wh"),
        (Kind.TERMS, term(term="1000000h"), f"{TERMS_END}.term", "at most 20000 hours or 2000 days"),
        (Kind.TERMS, term(term=4), f"{TERMS_END}.term", "Not a valid string."),
        (Kind.TERMS, term(category="E9999"), f"{TERMS_END}.category", "There is no category E9999."),
        (Kind.TERMS, term(stage="sleep"), f"{TERMS_END}.stage", "One of: verify,"),
        (Kind.TERMS, term(level="grid"), f"{TERMS_END}.level", "One of: city,"),
        (Kind.TERMS, term(urgency="soon"), f"{TERMS_END}.urgency", "One of: low,"),
        (Kind.TERMS, term(level="*"), f"{TERMS_END}.stage", "This stands there twice."),
        (Kind.TERMS, {"rules": []}, "rules", "The stage accept needs a rule for all cases."),
        (Kind.LADDER, {"graces": []}, "graces", "The level town needs a term for all cases."),
        (Kind.LIMITS, {"geofence_m": -1}, "geofence_m", "A whole number from 0 to 5000."),
        (Kind.LIMITS, {"reopen_days": 1.5}, "reopen_days", "Not a valid integer."),
        (Kind.LIMITS, {"reopen_days": float("nan")}, "reopen_days", "Not a valid integer."),
        (Kind.LIMITS, {"reopen_days": None}, "reopen_days", "Field may not be null."),
        (Kind.LIMITS, {"mood": 1}, "mood", "Unknown field."),
        (
            Kind.REASONS,
            {"reasons": [{"action": "reject", "code": "Not Ours", "name": "x"}]},
            "reasons.0.code",
            "Small letters",
        ),
        (
            Kind.REASONS,
            {"reasons": [{"action": "forget", "code": "x", "name": "x"}]},
            "reasons.0.action",
            "One of:",
        ),
        (
            Kind.REASONS,
            {"reasons": [{"action": "reject", "code": "x", "name": "a\0b"}]},
            "reasons.0.name",
            "Control characters",
        ),
        (
            Kind.REASONS,
            {"reasons": [{"action": "reject", "code": "x", "name": name} for name in ("a", "b")]},
            "reasons.1.code",
            "This stands there twice.",
        ),
        (Kind.RESPONSIBILITY, {"rules": [ROW | {"area": "12"}]}, "rules.0.area", "There is no unit 12."),
        (
            Kind.RESPONSIBILITY,
            {"rules": [ROW | {"category": "E9"}]},
            "rules.0.category",
            "There is no category",
        ),
        (
            Kind.RESPONSIBILITY,
            {"rules": [ROW | {"department": "990001-XX"}]},
            "rules.0.department",
            "There is no department 990001-XX.",
        ),
        (
            Kind.RESPONSIBILITY,
            {"rules": [ROW | {"department": "{moon}-UM"}]},
            "rules.0.department",
            "A code such as {district}-UM",
        ),
        (
            Kind.RESPONSIBILITY,
            {"rules": [ROW | {"department": " "}]},
            "rules.0.department",
            "This is needed.",
        ),
    ],
)
def test_bad_content_is_refused_by_field(kind: Kind, changes: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(kind, SHIPPED[kind] | changes, KNOWN)
    assert any(said in text for text in refusal.value.errors.get(field, ())), refusal.value.errors


@pytest.mark.parametrize("content", [None, [], "x", 7, {}])
@pytest.mark.parametrize("kind", Kind)
def test_what_has_another_shape_altogether_is_refused(kind: Kind, content: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(kind, content, KNOWN)
    assert refusal.value.errors


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        checked(Kind.CALENDAR, {"week": WEEK | {"mon": ["x"], "tue": ["10:00-09:00"]}, "days": []}, KNOWN)
    assert set(refusal.value.errors) == {"week.mon", "week.tue", "make_up"}


def test_what_is_written_loosely_is_stored_neatly() -> None:
    content = SHIPPED[Kind.CALENDAR] | week("sat", "14:00 – 17:30", "09:00-12:00")
    assert checked(Kind.CALENDAR, content, KNOWN)["week"]["sat"] == ["09:00-12:00", "14:00-17:30"]
