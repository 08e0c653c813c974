"""Both engines, a fresh database for every test, and the cast."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from werkzeug.test import TestResponse

from app import create_app
from app.core.clock import now
from app.core.config import Settings, driver_url
from app.core.db import begin_write, commit, db, is_writing
from app.core.stamps import Seen
from app.people.models import Person
from app.people.queries import person
from app.people.service import make_token
from tests import engines
from tests.cast import NAMES, Caller, build_city
from tests.engines import pytest_addoption  # noqa: F401


class WatchfulClient(FlaskClient):
    """Fails the test when a handler began to write and neither committed nor rolled back.

    A test holds an application context, which its requests would share: each is given a clean one.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        self._clean()
        response = super().open(*args, **kwargs)
        assert not (has_app_context() and is_writing()), "a handler changed rows and did not commit"
        self._clean()
        return response

    def _clean(self) -> None:
        if has_app_context():
            db.session.remove()
            g.__dict__.clear()


@dataclass
class Stage:
    """One engine's application and the databases it is given, each a copy of a prepared template."""

    name: str
    app: Flask
    folder: Path
    url: str
    templates: dict[str, str] = field(default_factory=dict)

    def fresh(self, template: str, prepare: Callable[[], None]) -> None:
        """Give the application a new database: a copy of the template, made on first use."""
        if template not in self.templates:
            self._empty()
            with self.app.app_context():
                prepare()
                db.session.remove()
                db.engine.dispose()
            self.templates[template] = self._keep(template)
        self._copy(self.templates[template])

    def _empty(self) -> None:
        self._forget()
        if self.name == "spatialite":
            _remove(self._file)
        else:
            engines.recreate_database(self.url, template=None)

    def _keep(self, template: str) -> str:
        if self.name == "spatialite":
            kept = str(self.folder / f"{template}.sqlite")
            shutil.copy(self._file, kept)
            return kept
        return engines.fresh_postgres_database(self.url, template=self.url)

    def _copy(self, kept: str) -> None:
        self._forget()
        if self.name == "spatialite":
            _remove(self._file)
            shutil.copy(kept, self._file)
        else:
            engines.recreate_database(self.url, template=kept)

    def _forget(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.app.extensions["wangge.stamps"] = Seen()

    def close(self) -> None:
        self._forget()
        if self.name == "postgis":
            for url in (self.url, *self.templates.values()):
                engines.drop_database(url)

    @property
    def _file(self) -> Path:
        return self.folder / "wangge.sqlite"


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Stage]]:
    made: dict[str, Stage] = {}

    def stage(name: str) -> Stage:
        if name not in made:
            made[name] = _make_stage(name, tmp_path_factory.mktemp(name))
        return made[name]

    yield stage
    for each in made.values():
        each.close()


def _make_stage(name: str, folder: Path) -> Stage:
    if name == "spatialite":
        url = f"sqlite:///{folder / 'wangge.sqlite'}"
    else:
        url = engines.fresh_postgres_database(driver_url(str(engines.postgres_url())))
    app = create_app(
        Settings(instance=folder, database_url=url, secret_key="test", city_code="990000", testing=True)
    )
    app.test_client_class = WatchfulClient
    return Stage(name, app, folder, url)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        metafunc.parametrize("engine_name", engines.engines(metafunc.config), scope="session")


@pytest.fixture
def app(engine_name: str, stages: Callable[[str], Stage]) -> Iterator[Flask]:
    """An application with an empty, migrated database, inside its context."""
    stage = stages(engine_name)
    stage.fresh("empty", upgrade)
    with stage.app.app_context():
        yield stage.app
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def city(engine_name: str, stages: Callable[[str], Stage]) -> Iterator[Flask]:
    """An application whose database holds the tiny city, the catalogue and the cast."""
    stage = stages(engine_name)
    stage.fresh("city", build)
    with stage.app.app_context():
        yield stage.app
        db.session.remove()


def build() -> None:
    upgrade()
    build_city()


@pytest.fixture
def cast(city: Flask) -> dict[str, Caller]:
    """Everyone of the cast, calling with a token of their own."""
    begin_write()
    tokens = {name: make_token(person_named(name), "test", now=now()) for name in NAMES}
    commit()
    return {name: Caller(city.test_client(), token) for name, token in tokens.items()}


def person_named(username: str) -> Person:
    found = person(username)
    assert found is not None
    return found
