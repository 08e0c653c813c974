from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.catalogue.service import sync_catalogue
from app.core import db as database
from app.core.clock import now
from app.people.service import add_person, make_token

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
Get = Callable[[str], TestResponse]


@pytest.fixture
def get(app: Flask) -> Get:
    """GET as someone signed in, with the shipped catalogue active."""
    database.begin_write()
    sync_catalogue(NOW)
    token = make_token(add_person(username="someone", name="某人", name_en=None, now=now()), "", now=now())
    database.commit()
    client = app.test_client()
    return lambda path: client.get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_category_says_what_a_form_needs(get: Get) -> None:
    items = {item["code"]: item for item in get("/api/v1/categories?limit=200").get_json()["items"]}
    assert items["E0102"] == {
        "code": "E0102",
        "name": "暴露垃圾",
        "name_en": "Exposed garbage",
        "kind": "event",
        "restricted": False,
        "questions": [],
        "term": "4wh",
        "after_photo": "required",
        "emergency": False,
        "on_spot": True,
        "pinyin": "bllj",
        "synonyms": ["垃圾", "垃圾暴露", "垃圾满溢"],
    }
    assert items["S0102"]["restricted"] is True
    assert items["S0102"]["after_photo"] == "optional"


def test_the_pages_together_are_the_whole_list_once(get: Get) -> None:
    codes: list[str] = []
    path, totals = "/api/v1/categories?limit=50", []
    while path:
        page: dict[str, Any] = get(path).get_json()
        codes += [item["code"] for item in page["items"]]
        totals.append(page["total"])
        path = f"/api/v1/categories?limit=50&cursor={page['next']}" if page["next"] else ""
    assert len(codes) == len(set(codes)) == 197
    assert codes == sorted(codes)
    assert totals == [197, None, None, None]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=1000000000", "limit=x", "cursor=zzz", "cursor=WzFd"]
)
def test_a_bad_page_is_refused(get: Get, query: str) -> None:
    answer = get(f"/api/v1/categories?{query}")
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [query.split("=")[0]]


def test_a_stranger_is_not_answered(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/categories")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
