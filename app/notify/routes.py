"""The page of one's notices, and the bell that leads there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, flash, g, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core import db as database
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.api import cursor_of, read_cursor
from app.core.clock import now
from app.core.language import code
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import Invalid
from app.notify import queries, service
from app.notify.forms import read_id, read_wish
from app.notify.letters import subject_path
from app.notify.models import Notice, Preference
from app.notify.texts import line_of, title_of

bp = Blueprint("notify", __name__, url_prefix="/notices", template_folder="templates")


@dataclass(frozen=True)
class Line:
    """One notice as its reader sees it; without an address when there is nothing to open."""

    id: int
    title: str
    number: str
    line: str
    path: str | None
    at: datetime
    unread: bool


def unread() -> int:
    """For the bell: how many notices the signed-in person has not read. Asked once in a request."""
    if "unread_notices" not in g:
        actor = current_actor()
        g.unread_notices = queries.unread_count(actor.id) if actor.id is not None else 0
    count: int = g.unread_notices
    return count


@bp.get("")
@allow(SIGNED_IN)
def page() -> str:
    return _page(current_actor())


@bp.post("/read")
@allow(SIGNED_IN)
def read() -> Response:
    """Mark one notice as read, or all up to the newest that the page showed."""
    one, upto = read_id(request.form, "notice"), read_id(request.form, "upto")
    database.begin_write()
    service.mark_read(one=one, upto=upto, actor=current_actor(), now=now())
    return redirect(url_for("notify.page"), code=303)


@bp.post("/settings")
@allow(SIGNED_IN)
def settings() -> Any:
    actor = current_actor()
    try:
        wish = read_wish(request.form)
    except Invalid as invalid:
        return make_response(_page(actor, invalid), invalid.status)
    assert actor.id is not None
    database.begin_write()
    service.keep_preference(actor.id, wish, actor=actor, now=now())
    flash(_("Your settings are kept."), "ok")
    return redirect(url_for("notify.page"), code=303)


def _page(actor: Actor, problem: Invalid | None = None) -> str:
    assert actor.id is not None
    after = read_cursor(int)
    found = queries.notices_of(actor.id, before=after[0] if after else None)
    shown, more = found[: queries.PAGE], len(found) > queries.PAGE
    return render(
        "notify/notices.html",
        lines=_lines(shown, actor),
        unread=unread(),
        newest=shown[0].id if shown else 0,
        next_url=url_for("notify.page", cursor=cursor_of(shown[-1].id)) if more else None,
        first_url=url_for("notify.page") if after else None,
        wish=request.form if problem else _as_form(queries.preference_of(actor.id)),
        errors=problem.errors if problem else {},
    )


def _lines(notices: Sequence[Notice], actor: Actor) -> list[Line]:
    """Of a case that has left the reader's sight nothing is said any more."""
    readable = queries.readable_subjects((notice.subject for notice in notices), actor)
    return [_line(notice, actor) if _may_show(notice, readable) else _hidden(notice) for notice in notices]


def _may_show(notice: Notice, readable: frozenset[str]) -> bool:
    return notice.subject in readable or not notice.subject.startswith("case:")


def _line(notice: Notice, actor: Actor) -> Line:
    params = orjson.loads(notice.params)
    return Line(
        notice.id,
        title_of(notice.template),
        params.get("number") or "",
        line_of(notice.template, params),
        subject_path(notice.subject, actor),
        notice.created_at,
        notice.read_at is None,
    )


def _hidden(notice: Notice) -> Line:
    line = _("You can no longer see this case; others see to it now.")
    return Line(notice.id, _("About a case"), "", line, None, notice.created_at, notice.read_at is None)


def _as_form(kept: Preference | None) -> dict[str, str]:
    """The settings as the form's fields say them; equal hours are no hours."""
    wish = service.wish_of(kept)
    quiet = wish.quiet_from != wish.quiet_to
    return {
        "address": wish.address or "",
        "daily": "yes" if wish.daily else "no",
        "quiet_from": f"{wish.quiet_from:%H:%M}" if quiet else "",
        "quiet_to": f"{wish.quiet_to:%H:%M}" if quiet else "",
        "language": wish.language if kept is not None else code(),
    } | ({"mail": "on"} if wish.mail else {})
