"""The page of those who run the system: what runs by itself, what is late, and what to do about it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.cases.models import Task
from app.core import db as database
from app.core.access import allow, current_actor
from app.core.clock import now
from app.core.db import db
from app.core.language import gettext as _
from app.core.language import ngettext
from app.core.pages import MenuItem, menu, render
from app.core.roles import Role
from app.desk import operations as shown
from app.desk import operations_advice as advise
from app.desk.routes import bp as desk
from app.escalation.queries import sweep_state
from app.notify.queries import dead_letters, delivery_state
from app.notify.service import retry_dead

OPERATORS = frozenset({Role.ADMINISTRATOR})
LETTERS = 50
MOST_AGAIN = 1000
"""Are sent again at once; the rest with the next press."""
bp = Blueprint("operations", __name__, url_prefix="/operations")


@desk.record_once
def _join(state: BlueprintSetupState) -> None:
    state.app.register_blueprint(bp)
    menu.add(MenuItem("operations", _l("Operations"), "operations.home", OPERATORS, order=80))


@bp.get("/")
@allow(Role.ADMINISTRATOR)
def home() -> str:
    at = now()
    found: dict[str, Any] = {
        "sweep": sweep_state(),
        "jobs": shown.job_states(at),
        "listeners": shown.deliveries(),
        "mail": delivery_state(),
        "chain": shown.chain_state(),
        "bare": shown.bare_units(at),
        "versions": shown.versions(),
    }
    return render(
        "desk/operations.html",
        at=at,
        next_wake=_next_wake(),
        advice=_advice(found, at),
        dead=dead_letters(LETTERS),
        first_line=shown.first_line,
        **found,
    )


def _advice(found: dict[str, Any], at: datetime) -> list[advise.Advice]:
    return [
        *advise.sweep_advice(found["sweep"]),
        *advise.job_advice(found["jobs"], at),
        *advise.delivery_advice(found["listeners"], at),
        *advise.mail_advice(found["mail"]),
        *advise.chain_advice(found["chain"]),
        *advise.vacancy_advice(found["bare"]),
        *advise.version_advice(found["versions"]),
    ]


def _next_wake() -> datetime | None:
    """When the sweep has something to do next."""
    wanted = (Task.closed_at.is_(None), Task.wake_at.is_not(None))
    return db.session.scalar(select(func.min(Task.wake_at)).where(*wanted))


@bp.post("/dead-letters")
@allow(Role.ADMINISTRATOR)
def retry() -> Any:
    """Try what was given up once more; asks before."""
    waiting = min(delivery_state().dead, MOST_AGAIN)
    if waiting and not request.form.get("sure"):
        return render("desk/operations_retry.html", count=waiting)
    database.begin_write()
    letters = [letter.id for letter in dead_letters(MOST_AGAIN)]
    count = retry_dead(letters, actor=current_actor(), now=now())
    flash(
        ngettext("%(num)d message is sent again.", "%(num)d messages are sent again.", count)
        if count
        else _("There is nothing to send again."),
        "ok",
    )
    return redirect(url_for("operations.home"), code=303)
