from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.core import db as database
from app.core.clock import now
from app.people.service import add_person, make_token
from tests.areas.tiny_city import load_tiny_city

Get = Callable[..., TestResponse]


@pytest.fixture
def tiny_city(app: Flask) -> Flask:
    """The application with the tiny city active."""
    load_tiny_city()
    return app


@pytest.fixture
def ask(app: Flask) -> Get:
    """GET as someone signed in who holds no posting; keyword arguments become the query."""
    database.begin_write()
    token = make_token(add_person(username="someone", name="某人", name_en=None, now=now()), "", now=now())
    database.commit()
    client = app.test_client()

    def asked(path: str, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}", **(headers or {})}
        return client.get(path, query_string=query or None, headers=headers)

    return asked


@pytest.fixture
def get(tiny_city: Flask, ask: Get) -> Get:
    """`ask` in the tiny city."""
    return ask
