"""`flask doctor`: what this machine and installation lack, in clear sentences."""

import subprocess
import sys

import click
from flask import Flask
from sqlalchemy import text

from app.core.config import settings
from app.core.db import db, is_sqlite

GEOS_PROOF = (
    "from app.core.drivers import sqlite_driver, prepare_sqlite; import shapely, pyproj;"
    "c = sqlite_driver().connect(':memory:'); prepare_sqlite(c, None);"
    "shapely.from_wkt('POINT(0 0)').buffer(1).wkb;"
    "assert c.execute(\"select GeometryType(ST_Buffer(GeomFromText('POINT(0 0)'), 1))\").fetchone()"
)


def init_app(app: Flask) -> None:
    app.cli.add_command(doctor)


@click.command()
def doctor() -> None:
    """Check drivers, database and instance folder; exit 1 with the reason if something is wrong."""
    faults = [fault for check in (_driver, _database, _instance) if (fault := check())]
    for fault in faults:
        click.echo(f"✗ {fault}")
    if faults:
        sys.exit(1)
    click.echo("✓ all well")


def _driver() -> str | None:
    if not is_sqlite():
        return None
    proof = subprocess.run([sys.executable, "-c", GEOS_PROOF], capture_output=True, text=True, check=False)
    return f"SpatiaLite: {proof.stderr.strip().splitlines()[-1]}" if proof.returncode else None


def _database() -> str | None:
    try:
        db.session.execute(text("select 1"))
    except Exception as error:  # any driver error is the answer here
        return f"the database does not answer: {error}"
    return None


def _instance() -> str | None:
    folder = settings().instance
    try:
        (folder / ".written").write_text("ok", encoding="ascii")
    except OSError as error:
        return f"{folder} cannot be written: {error}"
    return None
