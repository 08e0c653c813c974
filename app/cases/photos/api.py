"""Raw bytes under the hash of these bytes: put, and read again."""

import re
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from app import events
from app.cases import parameters
from app.cases.api import FILERS, Rendered, bp
from app.cases.models import Case, CasePhoto, CaseVoice
from app.cases.queries.one import find_case, locked_case, readable_case
from app.cases.schemas import PhotoOut
from app.cases.service import attach_photo
from app.cases.service.photos import KINDS, may_add_photo
from app.cases.service.voices import VOICE, attach_voice
from app.core import clock
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.api import json_response
from app.core.config import settings
from app.core.db import begin_write, db
from app.core.policy import Actor
from app.core.problems import Conflict, Invalid, NotFound, Problem, TooLarge
from app.media import sounds
from app.media.render import Size
from app.media.service import derivative, original, store_original, store_voice

SHA256 = re.compile(r"[0-9a-f]{64}")
GIVEN: dict[str, Any] = {"image/jpeg": {}, "audio/webm": {}, "audio/ogg": {}, "audio/mp4": {}}
NOBODY_ELSES = {"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}


@bp.route("/cases/<uuid:case_id>/photos/<sha256>", methods=["PUT"])
@allow(*FILERS)
@bp.doc(
    parameters=[parameters.KIND], requestBody={"required": True, "content": {"image/*": {}, "audio/*": {}}}
)
@bp.alt_response(201, schema=PhotoOut, description="kept")
@bp.alt_response(200, schema=PhotoOut, description="had been kept before")
def put_photo(case_id: UUID, sha256: str) -> Rendered:
    """Put the raw bytes of a photo, or of a spoken note (`voice`); the hash is of these bytes.

    Putting it again changes nothing.
    """
    actor, now = current_actor(), clock.now()
    found = find_case(case_id, actor)
    kind = _kind()
    data = _bytes(sha256, sounds.MOST_BYTES if kind == VOICE else settings().photo_limit)
    if not may_add_photo(found.case, actor, now):
        raise Conflict(_("Only who filed, holds, handles or checks the case may add photos."))
    stored: Any = store_voice(data, sha256) if kind == VOICE else store_original(data, sha256)
    begin_write()
    case = locked_case(case_id, actor, receipt=True)
    if kind == VOICE:
        created = attach_voice(case, sha256, stored, len(data), actor=actor, now=now)
    else:
        created = attach_photo(case, sha256, kind, stored, len(data), actor=actor, now=now)
    body = {"sha256": sha256, "kind": kind, "bytes": len(data)}
    return lambda: json_response(body, 201 if created else 200)


def _kind() -> str:
    kind, known = request.args.get("kind", "before"), (*KINDS, VOICE)
    if kind not in known:
        raise Invalid({"kind": [_("One of %(kinds)s.", kinds=", ".join(known))]})
    return kind


def _bytes(sha256: str, limit: int) -> bytes:
    if SHA256.fullmatch(sha256) is None:
        raise Invalid({"sha256": [_("64 hexadecimal digits in lower case.")]})
    if (request.content_length or 0) > limit:
        raise TooLarge(_("At most %(most)s MB are taken.", most=limit // (1024 * 1024)))
    request.max_content_length = limit + 1  # more is not read; what stores the bytes refuses them
    return request.get_data(cache=False)


@bp.route("/cases/<uuid:case_id>/photos/<sha256>", methods=["GET"])
@allow(SIGNED_IN)
@bp.doc(parameters=[parameters.SIZE, parameters.ORIGINAL])
@bp.doc(responses={"200": {"description": "a picture, or a spoken note", "content": GIVEN}})
def get_photo(case_id: UUID, sha256: str) -> Response:
    """A re-encoded picture without metadata (`size=thumb|screen`), or with `original=1` the evidence.

    A spoken note is given as it came.
    """
    actor = current_actor()
    case = readable_case(case_id, actor)
    if SHA256.fullmatch(sha256) is None:
        raise NotFound
    linked = db.session.query(CasePhoto.id).filter_by(case_id=case.id, sha256=sha256).first()
    if linked is None:
        return _voice(case, sha256)
    if request.args.get("original") == "1":
        return _evidence(case, sha256, actor)
    size = request.args.get("size", "screen")
    if size not in {each.value for each in Size}:
        raise Invalid({"size": [_("thumb or screen.")]})
    return Response(derivative(sha256, Size(size)), content_type="image/jpeg", headers=NOBODY_ELSES)


def _voice(case: Case, sha256: str) -> Response:
    """The note as it came, of the type that its bytes have; parts of it where a player asks for them."""
    note = db.session.query(CaseVoice).filter_by(case_id=case.id, sha256=sha256).first()
    if note is None:
        raise NotFound
    ending = note.media_type.removeprefix("audio/").replace("mp4", "m4a")
    headers = {"Content-Disposition": f'inline; filename="{sha256[:12]}.{ending}"', **NOBODY_ELSES}
    answer = Response(original(sha256), content_type=note.media_type, headers=headers)
    answer.make_conditional(request, accept_ranges=True, complete_length=note.bytes)
    return answer


def _evidence(case: Case, sha256: str, actor: Actor) -> Response:
    """The unmodified original, for whoever answers for the case. That it was read is an event."""
    if not actor.holds(case.holder_id):
        raise Problem(
            _("Originals are evidence: only the unit that answers for the case may read them."), status=403
        )
    begin_write()
    events.append("case.evidence_read", f"case:{case.uuid}", {"sha256": sha256}, actor=actor, at=clock.now())
    headers = {
        "Content-Disposition": f'attachment; filename="{sha256}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(original(sha256), content_type="application/octet-stream", headers=headers)
