"""Stored contents made into values. A content that was checked when it was stored does not fail here."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from app.catalogue.configuration.values import Configuration, Kind, Ladder, Limits, ReasonRow, Rule, Terms
from app.workflow.calendar import CLOSED, Hours, Opening, WorkCalendar
from app.workflow.terms import Term

Content = dict[str, Any]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def build(contents: Mapping[Kind, Content], own_terms: Mapping[str, Term], zone: ZoneInfo) -> Configuration:
    """One configuration of the contents of every kind."""
    return Configuration(
        calendar=calendar_of(contents[Kind.CALENDAR], contents[Kind.HOLIDAYS], zone),
        terms=terms_of(contents[Kind.TERMS], own_terms),
        ladder=ladder_of(contents[Kind.LADDER]),
        limits=Limits(**contents[Kind.LIMITS]),
        reasons=reasons_of(contents[Kind.REASONS]),
        responsibility=rules_of(contents[Kind.RESPONSIBILITY]),
    )


def calendar_of(calendar: Content, holidays: Content, zone: ZoneInfo) -> WorkCalendar:
    """The city's own days stand over the country's."""
    made_up = hours_of(calendar["make_up"])
    national = {
        date.fromisoformat(day["date"]): made_up if day["kind"] == "working" else CLOSED
        for day in holidays["days"]
    }
    own = {date.fromisoformat(day["date"]): hours_of(day["hours"]) for day in calendar["days"]}
    weekly = tuple(hours_of(calendar["week"][day]) for day in WEEKDAYS)
    return WorkCalendar(zone, weekly, national | own)


def hours_of(written: list[str]) -> Hours:
    return tuple(sorted(Opening.parse(each) for each in written))


def terms_of(content: Content, own: Mapping[str, Term]) -> Terms:
    rules = {
        (rule["stage"], rule["category"], rule["urgency"], rule["level"]): Term.parse(rule["term"])
        for rule in content["rules"]
    }
    return Terms(rules, own)


def ladder_of(content: Content) -> Ladder:
    return Ladder({(row["level"], row["urgency"]): Term.parse(row["term"]) for row in content["graces"]})


def reasons_of(content: Content) -> dict[str, tuple[ReasonRow, ...]]:
    found: dict[str, tuple[ReasonRow, ...]] = {}
    for row in content["reasons"]:
        reason = ReasonRow(row["code"], row["name"], row["name_en"])
        found[row["action"]] = (*found.get(row["action"], ()), reason)
    return found


def rules_of(content: Content) -> tuple[Rule, ...]:
    return tuple(Rule(row["category"], row["area"], row["department"]) for row in content["rules"])
