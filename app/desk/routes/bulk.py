"""Accept several new cases at once: each under its own version, all in one write, each answered for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, request, url_for

from app.cases.commands import Act
from app.cases.service import act
from app.core import db as database
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import now
from app.core.language import gettext as _
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import Conflict, Invalid, NotFound, Stale
from app.desk.queries import titles_of
from app.desk.routes import bp
from app.desk.rows import Row, category_name
from app.workflow.actions import Action

UNASKED = 10
"""More than this many are accepted only after a question: there is no way back."""
MOST = 200


@dataclass(frozen=True)
class Pick:
    """A case as the sender saw it, and the UUID of the action asked for. `text`: as it stands in forms."""

    case: UUID
    version: int
    action: UUID

    @property
    def text(self) -> str:
        return f"{self.case}.{self.version}.{self.action}"


@dataclass(frozen=True)
class Outcome:
    """`why` says why the case was left as it is; empty for one that was accepted."""

    case: UUID
    why: str = ""


def picks_for(rows: Sequence[Row]) -> dict[str, str]:
    """The value of each row's check box, for those that the reader may accept."""
    return {
        row.id: Pick(UUID(row.id), row.version, uuid4()).text for row in rows if Action.ACCEPT in row.acts
    }


@bp.post("/accept")
@allow(SIGNED_IN)
def accept() -> Any:
    """Accept what was picked; the same form sent twice accepts once."""
    actor, picks = current_actor(), _picked()
    if not picks:
        flash(_("No case was selected."), "near")
        return redirect(_back(), code=303)
    if len(picks) > UNASKED and not request.form.get("sure"):
        asked = [Outcome(pick.case) for pick in picks]
        return render("desk/accept_ask.html", lines=_lines(asked, actor), picks=picks, back=_back())
    database.begin_write()
    # always in the same order, so that two who accept the same cases wait for each other in a row
    outcomes = {
        pick.case: _accepted(pick, actor, now()) for pick in sorted(picks, key=lambda each: each.case)
    }
    return lambda: _answer([outcomes[pick.case] for pick in picks], actor)


def _picked() -> list[Pick]:
    """The cases of the form, each once."""
    texts = request.form.getlist("case")
    if len(texts) > MOST:
        raise Invalid({"case": [_("At most %(most)s cases at once.", most=MOST)]})
    return list({pick.case: pick for pick in map(_pick, texts)}.values())


def _pick(text: str) -> Pick:
    try:
        case, version, action = text.split(".")
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            raise ValueError
        return Pick(UUID(case), int(version), UUID(action))
    except ValueError:
        raise Invalid({"case": [_("This is not a case of the inbox.")]}) from None


def _accepted(pick: Pick, actor: Actor, at: datetime) -> Outcome:
    """Every refusal comes before the case is touched, so the others can go on."""
    try:
        act(pick.case, Act(pick.action, Action.ACCEPT.value), version=pick.version, actor=actor, now=at)
    except Stale:
        return Outcome(pick.case, _("It changed while you had the inbox open."))
    except NotFound:
        return Outcome(pick.case, _("It is no longer with you."))
    except (Conflict, Invalid) as problem:
        return Outcome(pick.case, problem.detail)
    return Outcome(pick.case)


def _answer(outcomes: Sequence[Outcome], actor: Actor) -> str:
    lines = _lines(outcomes, actor)
    done, left = [line for line in lines if not line["why"]], [line for line in lines if line["why"]]
    return render("desk/accept_done.html", done=done, left=left, back=_back())


def _lines(outcomes: Sequence[Outcome], actor: Actor) -> list[dict[str, str | None]]:
    """What the reader may know of each case; one that is out of sight has no name and no address."""
    titles = titles_of([outcome.case for outcome in outcomes], actor)
    return [_line(outcome, titles.get(outcome.case)) for outcome in outcomes]


def _line(outcome: Outcome, title: Any) -> dict[str, str | None]:
    if title is None:
        return {"title": _("A case out of your sight"), "number": None, "url": None, "why": outcome.why}
    return {
        "title": category_name(title.category, title.catalogue_version_id),
        "number": title.number,
        "url": url_for("desk.case", uuid=outcome.case),
        "why": outcome.why,
    }


def _back() -> str:
    """The inbox that the form was sent from."""
    asked, home = request.form.get("back", ""), url_for("desk.home")
    return asked if asked.startswith(f"{home}?") else home
