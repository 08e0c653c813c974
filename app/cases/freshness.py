"""ETags of what changes with every event, and with the clock: a case becomes overdue without an event."""

import hashlib
from collections.abc import Callable
from datetime import datetime

import orjson
from flask import Response, request
from flask_babel import get_locale

from app.core.policy import Actor
from app.events.queries import last_seq

CACHE = "private, no-cache"


def fresh(actor: Actor, now: datetime, make: Callable[[], Response]) -> Response:
    """304 if the reader has this very answer, else the answer with its ETag.

    The tag covers the last event, the minute, the reader's scope, the request and the language.
    """
    tag = _tag(actor, now)
    known = request.if_none_match.contains_weak(tag)
    response = Response(status=304) if known else make()
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = CACHE
    response.vary.update(("Authorization", "Cookie", "Accept-Language"))
    return response


def _tag(actor: Actor, now: datetime) -> str:
    scope = [vars(posting) for posting in actor.postings]
    minute = int(now.timestamp() // 60)
    said = [last_seq(), minute, str(actor.public_id), scope, request.full_path, str(get_locale())]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:32]
