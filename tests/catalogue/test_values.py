from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.catalogue.configuration.building import build
from app.catalogue.configuration.files import shipped_contents
from app.catalogue.configuration.history import provisional_from
from app.catalogue.configuration.values import ANY, Kind, Terms
from app.workflow.levels import HOLDING
from app.workflow.tasks import TaskKind
from app.workflow.terms import Term

SHIPPED = build(
    shipped_contents(), {"E0102": Term.parse("4wh"), "E0403": Term.parse("1h")}, ZoneInfo("Asia/Shanghai")
)
RULES = {
    ("handle", ANY, ANY, ANY): "1wd",
    ("handle", "event", ANY, ANY): "2wd",
    ("handle", ANY, ANY, "city"): "3wd",
    ("handle", ANY, "urgent", ANY): "4wd",
    ("handle", "event", "urgent", ANY): "5wd",
    ("handle", ANY, "urgent", "city"): "6wd",
    ("handle", "E0102", ANY, ANY): "7wd",
    ("handle", "E0102", ANY, "city"): "8wd",
    ("handle", "E0102", "urgent", ANY): "9wd",
    ("accept", ANY, ANY, ANY): "1wh",
}
TERMS = Terms({key: Term.parse(term) for key, term in RULES.items()}, {"E0201": Term.parse("30wd")})


@pytest.mark.parametrize(
    ("category", "kind", "urgency", "level", "term"),
    [
        ("P0101", "part", "normal", "town", "1wd"),
        ("E0103", "event", "normal", "town", "2wd"),
        ("E0103", "event", "normal", "city", "3wd"),
        ("P0101", "part", "urgent", "town", "4wd"),
        ("E0103", "event", "urgent", "town", "5wd"),
        ("E0103", "event", "urgent", "city", "6wd"),
        ("E0102", "event", "normal", "town", "7wd"),
        ("E0102", "event", "normal", "city", "8wd"),
        ("E0102", "event", "urgent", "city", "9wd"),
        ("E0201", "event", "normal", "town", "30wd"),  # its own, before what is said of all events
        ("E0201", "event", "urgent", "town", "5wd"),  # but what is said of urgent ones goes before
    ],
)
def test_the_rule_that_names_most_wins(category: str, kind: str, urgency: str, level: str, term: str) -> None:
    found = TERMS.term("handle", category=category, kind=kind, urgency=urgency, level=level)
    assert str(found) == term


def test_the_catalogues_own_term_is_for_handling_only() -> None:
    asked = {"category": "E0201", "kind": "event", "urgency": "normal", "level": "town"}
    assert str(TERMS.term("accept", **asked)) == "1wh"
    assert TERMS.term("check", **asked) is None


@pytest.mark.parametrize("stage", TaskKind)
def test_every_stage_has_a_term_and_an_emergency_none_longer_than_it(stage: str) -> None:
    asked = {"category": "E0403", "kind": "event", "level": "town"}
    calm = SHIPPED.terms.term(stage, **asked, urgency="normal")
    hurried = SHIPPED.terms.term(stage, **asked, urgency="emergency")
    assert calm and hurried
    start = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # a Friday, 09:00
    assert SHIPPED.calendar.due(start, hurried) <= SHIPPED.calendar.due(start, calm)


def test_every_level_has_a_grace() -> None:
    for level in HOLDING:
        assert str(SHIPPED.ladder.grace(level)) == "1wd"
        assert str(SHIPPED.ladder.grace(level, "emergency")) == "1h"
        assert SHIPPED.ladder.grace(level, "low") == SHIPPED.ladder.grace(level)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-02-04", True),  # a Sunday worked for the Spring Festival
        ("2024-02-12", False),
        ("2025-10-06", False),  # Mid-autumn within the National Day holiday
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-15", False),
        ("2026-02-28", True),
        ("2026-10-10", True),
        ("2026-11-20", True),
        ("2026-11-21", False),
        ("2027-10-01", False),  # statutory
        ("2027-10-04", True),  # whether it will be off is not published yet
    ],
)
def test_the_countrys_working_days(day: str, works: bool) -> None:
    assert SHIPPED.calendar.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(("year", "working_days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_working_days_of_a_year(year: int, working_days: int) -> None:
    span = (datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, 12, tzinfo=UTC))
    assert SHIPPED.calendar.working_seconds(*span) == working_days * 7 * 3600


def test_the_list_says_from_when_on_it_is_provisional() -> None:
    assert provisional_from(shipped_contents()[Kind.HOLIDAYS]) == date(2027, 1, 1)
