"""The phone says a clock as the server does: the same instants, asked of both."""

import json
import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.cases.clock_words import clock_of
from app.catalogue.configuration import working_calendar
from app.core.clock import rfc3339
from app.field.bundle_duties import office_hours
from app.field.duty_words import clock_words
from app.workflow.lights import light

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
"""A Wednesday, 11:00 in the city."""


def phone(asked: list[dict[str, Any]]) -> list[list[str]]:
    node = shutil.which("node")
    assert node, "node is needed: ./dev setup"
    command = [node, "--import", "./tests/field/js/imports.js", "tests/field/js/clockwords.mjs"]
    sent = json.dumps({"words": clock_words(), "hours": office_hours(NOW), "asked": asked})
    done = subprocess.run(
        command, cwd=ROOT, input=sent, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


def duties(count: int) -> list[tuple[datetime, datetime, datetime]]:
    """(opened, due, at): terms in working time and by the wall clock, long since over and far ahead."""
    dice, calendar = random.Random(4), working_calendar()
    found = []
    for n in range(count):
        opened = NOW - timedelta(minutes=dice.randint(0, 20 * 24 * 60), seconds=dice.randint(0, 59))
        term = timedelta(minutes=dice.choice([30, 120, 240, 420, 840, 2100, 4200]))
        due = calendar.add(opened, term) if n % 3 else opened + term
        at = NOW + timedelta(seconds=dice.randint(-2 * 24 * 3600, 2 * 24 * 3600))
        found.append((opened, due, max(at, opened)))
    closes = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
    edges = (timedelta(), timedelta(seconds=1), timedelta(seconds=-1), timedelta(hours=1), timedelta(days=-1))
    return found + [(NOW, closes, closes + edge) for edge in edges]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_phone_says_what_the_server_says(city: Flask, language: str) -> None:
    with city.test_request_context(headers={"Accept-Language": language}):
        asked = duties(400)
        sent = [
            {"duty": {"clock_from": rfc3339(opened), "due_at": rfc3339(due)}, "at": at.timestamp()}
            for opened, due, at in asked
        ]
        wanted = [clock_of(*each) for each in asked]
        lights = [light(*each, working_calendar()).value for each in asked]
        said = phone(sent)
        assert [[c.words, shines, c.colour, c.sign] for c, shines in zip(wanted, lights, strict=True)] == said
        assert len(set(lights)) == 5 and len({words for words, *_ in said}) > 50
