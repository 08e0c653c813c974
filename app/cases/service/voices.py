"""A spoken note put to a case: as with a photo, putting it again changes nothing."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app import events
from app.cases.models import Case, CaseVoice
from app.cases.service.photos import may_add_photo
from app.core.db import db
from app.core.policy import Actor
from app.core.problems import Conflict
from app.media.sounds import Sound

VOICE = "voice"
MOST_VOICES = 5


def attach_voice(case: Case, sha256: str, sound: Sound, length: int, *, actor: Actor, now: datetime) -> bool:
    """Link a stored note to the case; False if it was there. Raises Conflict for who has no part in it."""
    assert actor.id is not None
    known = set(db.session.scalars(select(CaseVoice.sha256).where(CaseVoice.case_id == case.id)))
    if sha256 in known:
        return False
    if not may_add_photo(case, actor, now):
        raise Conflict(_("Only who filed, holds, handles or checks the case may add photos."))
    if len(known) >= MOST_VOICES:
        raise Conflict(_("A case takes at most %(most)s spoken notes.", most=MOST_VOICES))
    db.session.add(
        CaseVoice(
            case_id=case.id,
            sha256=sha256,
            bytes=length,
            media_type=sound.media_type,
            seconds=sound.seconds,
            added_by_id=actor.id,
            added_at=now,
        )
    )
    body = {"sha256": sha256, "kind": VOICE, "bytes": length}
    events.append("case.photo_added", f"case:{case.uuid}", body, actor=actor, at=now)
    return True
