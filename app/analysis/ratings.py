"""What people say about how their case was closed, asked in a follow-up call."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import events
from app.cases.models import Case
from app.cases.queries.one import locked_case
from app.cases.ratings import SCORES, CaseRating
from app.core.db import db
from app.core.policy import Actor
from app.core.problems import Conflict, Invalid
from app.core.roles import HOLDER_ROLES

FOLLOW_UP = "follow_up"
CHANNELS = (FOLLOW_UP, "visit", "message")
MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Rating:
    """What was said, how it was asked for, and in which words."""

    score: str
    channel: str = FOLLOW_UP
    words: str = ""


def rating_of(case: Case) -> CaseRating | None:
    """What was said about the case's present closing."""
    if case.ended_at is None:
        return None
    rows = select(CaseRating).where(CaseRating.case_id == case.id, CaseRating.closed_at == case.ended_at)
    return db.session.scalar(rows)


def may_rate(case: Case, actor: Actor) -> bool:
    """A unit whose area the case lies in asks; never the department that handled it, nor the inspector."""
    places = {case.city_id, case.district_id, case.town_id, case.community_id} - {None}
    own = {p.area_id for p in actor.postings if p.role in HOLDER_ROLES and p.area_id}
    return bool(own & places) and actor.id != case.handled_by_id


def rate(uuid: UUID, said: Rating, *, actor: Actor, now: datetime) -> CaseRating:
    """Keep one rating for the case's closing. Belongs inside a write.

    Raises NotFound out of scope, Invalid for a score there is not, Conflict for a case that is not closed,
    that was rated, or that the actor may not ask about.
    """
    case = locked_case(uuid, actor)
    errors = _faults(said)
    if errors:
        raise Invalid(errors)
    if case.status != "closed" or case.ended_at is None:
        raise Conflict(_("Only a closed case can be rated."))
    if not may_rate(case, actor):
        raise Conflict(_("Only a unit that the case lies in asks for a rating, never whoever handled it."))
    if rating_of(case) is not None:
        raise Conflict(_("This closing has been rated already; the first rating stands."))
    row = CaseRating(
        case_id=case.id,
        closed_at=case.ended_at,
        score=said.score,
        words=said.words.strip(),
        channel=said.channel,
        rated_at=now,
        rated_by_id=actor.id,
    )
    db.session.add(row)
    body = {"score": said.score, "channel": said.channel, "words": said.words.strip()}
    events.append("case.rated", f"case:{case.uuid}", body, actor=actor, at=now)
    return row


def _faults(said: Rating) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if said.score not in SCORES:
        errors["score"] = [_("One of %(sorts)s.", sorts=", ".join(SCORES))]
    if said.channel not in CHANNELS:
        errors["channel"] = [_("One of %(sorts)s.", sorts=", ".join(CHANNELS))]
    if len(said.words) > MOST_WORDS or any(
        ord(letter) < 32 and letter not in "\r\n\t" for letter in said.words
    ):
        errors["words"] = [_("At most %(most)s characters.", most=MOST_WORDS)]
    return errors
