"""Is the process alive; is the system ready, and if not, why."""

from collections.abc import Callable
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response
from flask_migrate import Migrate
from sqlalchemy import text

from app.core.access import ANYONE, allow
from app.core.api import json_response
from app.core.clock import now, rfc3339
from app.core.db import db

bp = Blueprint("health", __name__)
migrate = Migrate()
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
Check = Callable[[], str | None]
"""Says in words why the system is not ready, or None."""
_checks: dict[str, Check] = {}


def ready_when(name: str, check: Check) -> None:
    """A room adds a reason for not being ready, e.g. a worker that lags."""
    _checks[name] = check


@bp.get("/healthz")
@allow(ANYONE)
def healthz() -> Response:
    return json_response({"status": "ok", "at": rfc3339(now())})


@bp.get("/readyz")
@allow(ANYONE)
def readyz() -> Response:
    found = {name: check() for name, check in ({"database": _database} | _checks).items()}
    reasons = {name: reason for name, reason in found.items() if reason}
    checks = {name: reasons.get(name, "ok") for name in found}
    status = "unready" if reasons else "ok"
    return json_response(
        {"status": status, "at": rfc3339(now()), "checks": checks}, status=503 if reasons else 200
    )


def _database() -> str | None:
    try:
        db.session.execute(text("select 1"))
        current = MigrationContext.configure(db.session.connection()).get_current_revision()
    except Exception as error:  # whatever the driver says, the answer is the same: not ready
        return f"the database does not answer ({type(error).__name__})"
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return None if current == head else f"the database is at revision {current}, the program at {head}"


def init_app(app: Flask) -> None:
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=False)
    app.register_blueprint(bp)
