"""Weekly briefs: a page that prints on one sheet, the same as PDF, and the list of weeks."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, send_file, url_for
from flask_babel import get_locale
from sqlalchemy import select

from app.analysis.briefs import BRIEFED, WEEK, Brief, Told, Week, last_week, tell, week_of
from app.areas.index import AreaEntry, areas
from app.cases.queries import listing
from app.cases.queries.filters import Filters
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import now
from app.core.db import db
from app.core.language import day, instant, name_of
from app.core.language import gettext as _
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import NotFound, Problem
from app.core.words import word
from app.desk import briefs
from app.desk.mapview import home_areas
from app.desk.routes import bp
from app.events.queries import last_seq

WEEKS_SHOWN = 12


@bp.get("/briefs", endpoint="briefs")
@allow(SIGNED_IN)
def weeks() -> str:
    """The last weeks of my units and of those below them."""
    actor, at = current_actor(), now()
    latest = last_week(at)
    chosen = _unit(request.args.get("area")) or _home(actor)
    found = [Week(latest.monday - n * WEEK) for n in range(WEEKS_SHOWN)]
    return render(
        "desk/briefs.html",
        unit=chosen,
        units=_offered(actor, chosen),
        weeks=[
            (week.code, _days(week), url_for("desk.brief", code=chosen.code, week=week.code))
            for week in found
        ],
        why_none="" if actor.postings else _("You have no posting today, so there is nothing you may see."),
    )


def _home(actor: Actor) -> AreaEntry:
    own = home_areas(actor)
    return own[0] if own else areas().city


def _offered(actor: Actor, chosen: AreaEntry) -> list[tuple[str, str]]:
    own = home_areas(actor)
    below = [child for unit in [*own, chosen] for child in [unit, *areas().children.get(unit.id, [])]]
    return [(unit.code, name_of(unit)) for unit in {each.code: each for each in below}.values()]


def _unit(code: str | None) -> AreaEntry | None:
    if not code:
        return None
    found = areas().by_code.get(code)
    if found is None:
        raise NotFound(_("There is no area %(code)s.", code=code[:40]))
    return found


@bp.get("/briefs/<uuid:uuid>", endpoint="brief_told")
@allow(SIGNED_IN)
def brief_told(uuid: UUID) -> Any:
    """Where a notice leads: the brief of the unit and week it tells of."""
    brief = db.session.scalar(select(Brief).where(Brief.uuid == uuid))
    if brief is None:
        raise NotFound
    return redirect(url_for("desk.brief", code=areas().by_id[brief.area_id].code, week=Week(brief.week).code))


@bp.get("/brief/<code>/<week>", endpoint="brief")
@allow(SIGNED_IN)
def brief(code: str, week: str) -> str:
    return render("desk/brief.html", **_told(code, week))


@bp.get("/brief/<code>/<week>.pdf", endpoint="brief_pdf")
@allow(SIGNED_IN)
def brief_pdf(code: str, week: str) -> Response:
    """The page as PDF. Raises a Problem (503) where the machine lacks the libraries that make one."""
    found = _told(code, week)
    style = Path(str(bp.root_path), "../static/desk/brief.css").read_text(encoding="utf-8")
    html = render("desk/brief_sheet.html", style=style, **found)
    name = f"wangge-{code}-{week}-{str(get_locale())[:2]}.pdf"
    return send_file(BytesIO(_pdf(html)), "application/pdf", download_name=name)


def _pdf(html: str) -> bytes:
    try:
        from weasyprint import HTML
    except OSError:  # Pango is no Python package
        why = _("This server makes no PDF: libpangoft2-1.0-0 is not installed. Print the page instead.")
        raise Problem(why, status=503) from None
    made: bytes = HTML(string=html, url_fetcher=_nothing).write_pdf()
    return made


def _nothing(url: str) -> Any:
    """A sheet carries everything in itself."""
    raise ValueError(f"no address is followed: {url[:80]}")


def _told(code: str, week: str) -> dict[str, Any]:
    actor, at, unit = current_actor(), now(), _unit(code)
    asked = _week(week, at)
    assert unit is not None
    told = tell(unit, asked, within=listing.scope_for(actor, Filters(within=unit)))
    shown = briefs.picture(told)
    return {
        "told": told,
        "unit": unit,
        "week": asked,
        "days": _days(asked),
        "as_of": instant(asked.end),
        "printed": instant(at),
        "seq": last_seq(),
        "labels": briefs.LABELS,
        "level_word": word(told.level, "level"),
        "lines": _lines(told),
        "totals": briefs.cells(told, told.whole),
        "sentences": briefs.sentences(told),
        "picture": shown,
        "legend": briefs.legend(shown.classes) if shown else [],
        "mapped": briefs.LABELS[briefs.MAPPED],
        "method": briefs.method_of(told),
        "narrowed": not any(unit.lies_in(own) for own in home_areas(actor)),
    }


def _lines(told: Told) -> list[dict[str, Any]]:
    lines = []
    for part in told.parts:
        below = part.unit is not None and part.unit.level in {level.value for level in BRIEFED}
        url = url_for("desk.brief", code=part.unit.code, week=told.week.code) if below and part.unit else None
        name = name_of(part.unit) if part.unit else _("in no unit of this level")
        lines.append({"name": name, "url": url, "cells": briefs.cells(told, part)})
    return lines


def _week(code: str, at: datetime) -> Week:
    try:
        found = week_of(code)
    except ValueError:
        raise NotFound(_("Weeks are written like 2026-W47.")) from None
    if found.end > at:
        raise NotFound(_("This week is not over; its brief comes on Monday."))
    return found


def _days(week: Week) -> str:
    return _("%(first)s to %(last)s", first=day(week.start), last=day(week.end - timedelta(hours=12)))
