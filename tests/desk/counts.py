"""Every number of a page that opens a list, what its list holds, and seven weeks of cases to count."""

import re
from datetime import timedelta
from html import unescape
from random import Random

import pytest

from app.core import db as database
from app.core.clock import now
from app.escalation.sweep import sweep
from app.people.queries import actor_by_username
from tests.cases.test_as_of import CAST, Story
from tests.cast import Caller
from tests.desk.pages import page

LINK = re.compile(r'<a\b[^>]*href="(/desk/cases\?[^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def numbers(html: str) -> list[tuple[int, str]]:
    """(number, address) of every link to a list of cases whose text begins with a number."""
    found = []
    for url, inner in LINK.findall(html):
        text = TAG.sub(" ", inner).strip()
        if said := re.match(r"[\d,]+", text):
            found.append((int(said.group().replace(",", "")), unescape(url)))
    return found


def held(who: Caller, url: str) -> int:
    """How many cases the list has, by the API's exact total of the same address."""
    response = who.get(url.replace("/desk/cases", "/api/v1/cases") + "&limit=1")
    assert response.status_code == 200, (url, response.json)
    total: int = response.json["total"]  # type: ignore[index]
    return total


def wrong_numbers(who: Caller, path: str) -> dict[str, tuple[int, int]]:
    """Numbers of the page that differ from their lists: address → (shown, held)."""
    html = page(who, path)
    assert numbers(html), path
    compared = {url: (shown, held(who, url)) for shown, url in numbers(html)}
    return {url: pair for url, pair in compared.items() if pair[0] != pair[1]}


def seven_weeks(monkeypatch: pytest.MonkeyPatch, *, steps: int = 60) -> None:
    """Deeds of the cast from seven weeks ago until now, and a sweep over what has run out by then."""
    monkeypatch.setattr("app.cases.service.needs._refuse_missing", lambda step, need: None)  # no photos here
    begun = now() - timedelta(weeks=7)
    actors = {who: actor_by_username(who, begun) for who in CAST}
    story = Story({who: actor for who, actor in actors.items() if actor}, Random(7), begun)
    for _n in range(steps):
        story.step()
    database.rollback()
    assert story.at < now()
    sweep()
    database.rollback()
