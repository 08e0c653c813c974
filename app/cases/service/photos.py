"""A photo put to a case: an event, not a version; putting it again changes nothing."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app import events
from app.cases.duties import Duties
from app.cases.models import Case, CasePhoto
from app.core.db import db
from app.core.policy import Actor
from app.core.problems import Conflict
from app.media.rules import Shot
from app.media.service import record_photo
from app.workflow.moves import Duty

KINDS = ("before", "after", "check", "other")
MOST_PHOTOS = 40


def may_add_photo(case: Case, actor: Actor, now: datetime) -> bool:
    """Whoever filed it, answers for it, handles it or may check it."""
    duties = Duties(case, actor, now)
    return case.filed_by_id == actor.id or any(
        duties.may(duty) for duty in (Duty.HOLDER, Duty.HANDLER, Duty.CHECKER)
    )


def attach_photo(
    case: Case, sha256: str, kind: str, shot: Shot, length: int, *, actor: Actor, now: datetime
) -> bool:
    """Link a stored photo to the case; False if it was there. Raises Conflict for who has no part in it."""
    assert actor.id is not None
    linked = _linked(case)
    if (sha256, kind) in linked:
        return False
    if not may_add_photo(case, actor, now):
        raise Conflict(_("Only who filed, holds, handles or checks the case may add photos."))
    if len(linked) >= MOST_PHOTOS:
        raise Conflict(_("A case takes at most %(most)s photos.", most=MOST_PHOTOS))
    record_photo(shot, length, sha256, now)
    link = CasePhoto(
        case_id=case.id, sha256=sha256, kind=kind, bytes=length, added_by_id=actor.id, added_at=now
    )
    db.session.add(link)
    body = {"sha256": sha256, "kind": kind, "bytes": length}
    events.append("case.photo_added", f"case:{case.uuid}", body, actor=actor, at=now)
    return True


def _linked(case: Case) -> set[tuple[str, str]]:
    """(hash, kind) of the case's photos."""
    rows = select(CasePhoto.sha256, CasePhoto.kind).where(CasePhoto.case_id == case.id)
    return {(row.sha256, row.kind) for row in db.session.execute(rows)}
