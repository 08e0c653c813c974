"""Where tests find PostgreSQL: `./dev test` starts a private cluster and names it in the environment."""

import os
import uuid

import pytest
from sqlalchemy import URL, NullPool, create_engine, make_url, text


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-all-engines",
        action="store_true",
        help="fail instead of testing on SpatiaLite alone when there is no PostgreSQL",
    )


def postgres_url() -> str | None:
    """Address of a PostgreSQL where databases may be made and dropped at will."""
    return os.environ.get("WANGGE_TEST_POSTGRES") or None


def engines(config: pytest.Config) -> tuple[str, ...]:
    """The engines this run tests on; a run that must see both ends here if it cannot."""
    if postgres_url():
        return ("spatialite", "postgis")
    if config.getoption("--require-all-engines"):
        pytest.exit("both engines are required and WANGGE_TEST_POSTGRES names no PostgreSQL", returncode=4)
    return ("spatialite",)


def fresh_postgres_database(admin_url: str, template: str | None = None) -> str:
    """Address of a new database: a copy of the one at `template`, else empty with PostGIS.

    Nobody may be connected to the template while it is copied.
    """
    url = make_url(admin_url)
    fresh = url.set(database=f"wangge_{uuid.uuid4().hex[:12]}")
    _create(url, fresh, template)
    return fresh.render_as_string(hide_password=False)


def _create(admin: URL, fresh: URL, template: str | None) -> None:
    source = f' TEMPLATE "{make_url(template).database}" STRATEGY file_copy' if template else ""
    _run(admin, f'CREATE DATABASE "{fresh.database}"{source}')
    if template is None:
        _run(fresh, "CREATE EXTENSION postgis")


def drop_database(url: str) -> None:
    """Drop a database of `fresh_postgres_database`, with whoever is still connected."""
    found = make_url(url)
    _run(found.set(database="postgres"), f'DROP DATABASE "{found.database}" WITH (FORCE)')


def _run(url: URL, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def recreate_database(url: str, template: str | None) -> None:
    """Replace the database at `url` by a copy of the one at `template`, or by an empty one with PostGIS."""
    found = make_url(url)
    admin = found.set(database="postgres")
    _run(admin, f'DROP DATABASE IF EXISTS "{found.database}" WITH (FORCE)')
    _create(admin, found, template)
