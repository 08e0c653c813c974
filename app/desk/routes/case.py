"""One case: what was seen, what happened, who answers and why, and what the reader may do."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, request, url_for

from app.cases.answers import answers_in_words
from app.cases.claim_words import doubts_of
from app.cases.commands import read_act
from app.cases.duties import Duties
from app.cases.models import Case, CaseVoice
from app.cases.queries.one import (
    Found,
    find_case,
    locked_case,
    photos_of,
    readable_case,
    tasks_of,
    voices_of,
)
from app.cases.service import act as carry_out
from app.cases.service import attach_photo
from app.cases.service.act import REFUSALS
from app.catalogue.queries import categories
from app.core import db as database
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import now
from app.core.language import gettext as _
from app.core.language import instant, name_of
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import Conflict, Invalid, NotFound, Problem, Stale
from app.core.words import word
from app.desk.acts import DECISIVE, NOTHING_SENT, Sent, body_of, sheet_of
from app.desk.answering import cannot_why, duties_of, ladder_of
from app.desk.queries import Application, pending_application
from app.desk.routes import bp
from app.desk.rows import case_clock, category_name, photo_url, place_in_words, units_of
from app.desk.story import tell
from app.events.queries import history
from app.media.rules import Shot
from app.media.service import store_original
from app.workflow.actions import Action
from app.workflow.statuses import Status

MOST_EVENTS = 500
PHOTO_KIND = {
    Action.HANDLE: "after",
    Action.CLOSE_ON_SPOT: "after",
    Action.RESPOND: "after",
    Action.CHECK_PASS: "check",
    Action.VERIFY_PASS: "check",
}


@dataclass(frozen=True)
class Refusal:
    """An action that was not carried out: why, and what the form held."""

    problem: Problem
    form: Sent


@dataclass(frozen=True)
class Stored:
    """A photo that came with a form, checked and stored, not yet linked to the case."""

    sha256: str
    shot: Shot
    length: int


@bp.get("/cases/<uuid:uuid>")
@allow(SIGNED_IN)
def case(uuid: UUID) -> str:
    return _page(find_case(uuid, current_actor()), current_actor(), now())


@bp.post("/cases/<uuid:uuid>/actions")
@allow(SIGNED_IN)
def act(uuid: UUID) -> Any:
    """Carry out the form's action on the case as the sender saw it."""
    actor, at = current_actor(), now()
    readable_case(uuid, actor)
    try:
        photos = [_stored(file.read()) for file in request.files.getlist("photos") if file.filename]
        what = read_act(body_of(request.form, [photo.sha256 for photo in photos]))
        database.begin_write()
        locked = locked_case(uuid, actor)
        for photo in photos:
            kind = PHOTO_KIND.get(Action(what.action), "other")
            attach_photo(locked, photo.sha256, kind, photo.shot, photo.length, actor=actor, now=at)
        carry_out(uuid, what, version=_version(), actor=actor, now=at)
    except (Invalid, Conflict, Stale) as problem:
        database.rollback()
        page = _page(find_case(uuid, actor), actor, now(), Refusal(problem, request.form))
        return make_response(page, problem.status)
    return lambda: _onward(uuid, actor, what.action)


def _stored(data: bytes) -> Stored:
    sha256 = hashlib.sha256(data).hexdigest()
    return Stored(sha256, store_original(data, sha256), len(data))


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _onward(uuid: UUID, actor: Actor, action: str) -> Response:
    """Back to the case; to the inbox when it has left the actor's sight with this action."""
    flash(_("Done: %(action)s", action=word(action, "action")), "ok")
    try:
        readable_case(uuid, actor)
    except NotFound:
        flash(_("The case is no longer with you; others see to it now."), "ok")
        return make_response(redirect(url_for("desk.home"), code=303))
    return make_response(redirect(url_for("desk.case", uuid=uuid), code=303))


def _page(found: Found, actor: Actor, at: datetime, refusal: Refusal | None = None) -> str:
    row = found.case
    if found.receipt:
        return render("desk/receipt.html", case=row, photos=photos_of(row.id))
    events = history(f"case:{row.uuid}", limit=MOST_EVENTS)
    timeline, tasks = tell(events), tasks_of(row.id)
    duties = Duties(row, actor, at, tasks)
    moves = duties.moves()
    form, problem = (refusal.form, refusal.problem) if refusal else (NOTHING_SENT, None)
    errors = problem.errors if problem else {}
    return render(
        "desk/case.html",
        case=_shown(row, at),
        at=at,
        place=_place(row),
        timeline=timeline,
        ladder=ladder_of(row, events),
        duties=duties_of(row, tasks, at),
        asked=_asked(pending_application(row)),
        sheet=sheet_of(row, moves, refused=form, errors=errors, at=at),
        decisive=any(move.action in DECISIVE for move in moves),
        cannot_why=cannot_why(row, tasks),
        held_up=_held_up(duties),
        problem=_above_the_forms(problem),
        stale=_meanwhile(events, timeline) if isinstance(problem, Stale) else None,
    )


def _held_up(duties: Duties) -> str:
    """Why a check cannot be passed yet, for whoever checks."""
    if duties.case.status != Status.HANDLED or not duties.checks():
        return ""
    why = duties.refusal(Action.CHECK_PASS)
    return str(REFUSALS[why]) if why else ""


def _asked(found: Application | None) -> dict[str, Any] | None:
    """The pending application in words: who asks for what, until when, why, and who decides."""
    if found is None:
        return None
    category = found.details.get("category")
    wanted = found.details.get("due_at") or found.details.get("review_at")
    return {
        "kind": found.kind,
        "who": name_of(found),
        "at": found.asked_at,
        "reason": found.reason,
        "until": instant(datetime.fromisoformat(wanted)) if wanted else "",
        "category": name_of(categories().get(category)) if category else "",
        "unit": name_of(found.unit),
    }


def _meanwhile(events: list[Any], timeline: list[Any]) -> list[Any]:
    """The lines of history that the sender had not seen, newest first."""
    seen = _version()
    pairs = zip(reversed(events), timeline, strict=True)
    return [line for event, line in pairs if (event.body or {}).get("version", 0) > seen]


def _above_the_forms(problem: Problem | None) -> str:
    """What belongs to no field: a refused move, or an error of a field that no form shows."""
    if problem is None or isinstance(problem, Stale):
        return ""
    hidden = [text for name in ("id", "action", "sha256", "photo") for text in problem.errors.get(name, [])]
    return " ".join(hidden) or ("" if problem.errors else problem.detail)


def _shown(row: Case, at: datetime) -> dict[str, Any]:
    """The case in words."""
    photos = [
        {
            "kind": p.kind,
            "url": photo_url(row.uuid, p.sha256, "screen"),
            "thumb_url": photo_url(row.uuid, p.sha256, "thumb"),
        }
        for p in photos_of(row.id)
    ]
    return {
        "id": str(row.uuid),
        "number": row.number,
        "version": row.version,
        "category": category_name(row.category, row.catalogue_version_id),
        "status": row.status,
        "open": row.ended_at is None,
        "restricted": row.restricted,
        "clock": case_clock(row, row.clock_from, at),
        "card": row.card,
        "suspended_at": row.suspended_at if row.status == Status.SUSPENDED else None,
        "settled": row.self_handled,
        "where": place_in_words(row),
        "units": [(unit.level, name_of(unit)) for unit in reversed(units_of(row))],
        "place_text": row.place_text,
        "accuracy": row.accuracy_m,
        "observed_at": row.observed_at,
        "filed_at": row.filed_at,
        "urgency": row.urgency,
        "description": row.description,
        "voices": [_voice(row, note) for note in voices_of(row.id)],
        "answers": answers_in_words(row),
        "doubts": doubts_of(row),
        **_arranged(photos),
    }


def _voice(row: Case, note: CaseVoice) -> dict[str, Any]:
    url = f"/api/v1/cases/{row.uuid}/photos/{note.sha256}"
    return {"url": url, "seconds": note.seconds, "added_at": note.added_at}


def _arranged(photos: list[dict[str, str]]) -> dict[str, Any]:
    """The first photo before beside the last one after; the others below them."""
    before = [photo for photo in photos if photo["kind"] == "before"][:1]
    after = [photo for photo in photos if photo["kind"] == "after"][-1:]
    pair = before + after if before and after else []
    return {"pair": pair, "photos": [photo for photo in photos if photo not in pair]}


def _place(row: Case) -> dict[str, Any] | None:
    """What the small map shows: the dot and the outline of the lowest unit; none without a point."""
    if row.lon is None:
        return None
    units = [unit for unit in units_of(row) if unit.has_geometry]
    outline = f"/api/v1/areas/{units[-1].code}/geometry" if units else None
    return {"point": [row.lon, row.lat], "accuracy": row.accuracy_m or 0, "shape_url": outline}
