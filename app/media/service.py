"""Keeping photos and spoken notes, and handing out pictures of photos."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import db as database
from app.core.config import settings
from app.core.db import db
from app.core.problems import Invalid, NotFound, TooLarge
from app.media import sounds
from app.media.models import Photo
from app.media.render import Size, Unreadable, render
from app.media.rules import MOST_PIXELS, Fault, Shot, Unfit, look_at
from app.media.sounds import Sound, listen_to
from app.media.store import derived_key, original_key, photo_store

AT_A_TIME = 5  # even if each runs into its time limit, the worker's lease still holds
HALF_WRITTEN = timedelta(hours=1)
"""Nobody writes one photo for so long."""
log = structlog.get_logger(__name__)


def keep_photo(data: bytes, sha256: str, now: datetime) -> Photo:
    """Keep a photo under the hash of its bytes; keeping it again changes nothing.

    The file is durable before the row exists. Raises TooLarge, or Invalid for a wrong hash or no photo.
    Call `store_original` before the write begins if the database should not wait for the disk.
    """
    return record_photo(store_original(data, sha256), len(data), sha256, now)


def store_original(data: bytes, sha256: str) -> Shot:
    """Check the bytes and keep the file; touches no row. Raises as `keep_photo`."""
    _check_size(data, settings().photo_limit, _("A photo may have at most %(most)s MB."))
    _check_hash(data, sha256)
    try:
        shot = look_at(data)
    except Unfit as unfit:
        raise Invalid({"photo": [_in_words(unfit)]}) from None
    photo_store().put(original_key(sha256), data)
    return shot


def store_voice(data: bytes, sha256: str) -> Sound:
    """Check the bytes of a spoken note and keep the file; touches no row. Raises as `keep_photo`."""
    _check_size(data, sounds.MOST_BYTES, _("A spoken note may have at most %(most)s MB."))
    _check_hash(data, sha256)
    try:
        sound = listen_to(data)
    except Unfit as unfit:
        raise Invalid({"voice": [_in_words(unfit)]}) from None
    photo_store().put(original_key(sha256), data)
    return sound


def _check_size(data: bytes, limit: int, said: str) -> None:
    if len(data) > limit:
        raise TooLarge(said % {"most": limit // (1024 * 1024)})


def _check_hash(data: bytes, sha256: str) -> None:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Invalid({"sha256": [_("The bytes do not match this hash; they were changed on their way.")]})


def record_photo(shot: Shot, length: int, sha256: str, now: datetime) -> Photo:
    """The row of a stored original, made unless it is there already."""
    known = db.session.get(Photo, sha256)
    if known is not None:
        return known
    photo = Photo(
        sha256=sha256,
        bytes=length,
        media_type=shot.media_type,
        width=shot.width,
        height=shot.height,
        stored_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(photo)
    except IntegrityError:  # someone else kept the same photo at the same moment
        return db.session.get_one(Photo, sha256)
    return photo


def original(sha256: str) -> bytes:
    """The unmodified bytes, for holders of the evidence right; raises NotFound."""
    data = photo_store().get(original_key(sha256))
    if data is None:
        raise NotFound
    return data


def derivative(sha256: str, size: Size) -> bytes:
    """A JPEG without metadata, made now if the worker has not come to it; raises NotFound."""
    kept = photo_store().get(derived_key(sha256, size))
    if kept is not None:
        return kept
    photo = db.session.get(Photo, sha256)
    if photo is None:
        raise NotFound
    pictures = None if photo.unreadable else _derive(sha256)
    if pictures is None:
        raise NotFound(_("No picture can be shown of this photo; its original is kept."))
    return pictures[size]


def derive_waiting(now: datetime) -> int:
    """Make the pictures of photos that have none, oldest first; the number of photos looked at."""
    waiting = list(
        db.session.scalars(
            select(Photo.sha256)
            .where(Photo.derived_at.is_(None))
            .order_by(Photo.stored_at, Photo.sha256)
            .limit(AT_A_TIME)
        )
    )
    db.session.rollback()  # decoding takes seconds; no transaction stays open meanwhile
    for sha256 in waiting:
        _settle(sha256, now, readable=_derive(sha256) is not None)
    return len(waiting)


def clean_up(now: datetime) -> int:
    """Remove half-written files of processes that died; how many."""
    return photo_store().sweep(now - HALF_WRITTEN)


def _settle(sha256: str, now: datetime, *, readable: bool) -> None:
    database.begin_write()
    photo = db.session.get_one(Photo, sha256)
    photo.derived_at = now
    photo.unreadable = not readable
    database.commit()


def _derive(sha256: str) -> dict[Size, bytes] | None:
    """Make and keep the pictures; None if nothing can be made of the photo."""
    try:
        pictures = render(original(sha256))
    except (Unreadable, NotFound) as why:
        log.error("photo.unreadable", photo=sha256, why=str(why))
        return None
    store = photo_store()
    for size, picture in pictures.items():
        store.put(derived_key(sha256, size), picture)
    return pictures


def _in_words(unfit: Unfit) -> str:
    return _WORDS[unfit.fault](unfit.kind)


_WORDS: dict[Fault, Callable[[str], str]] = {
    Fault.EMPTY: lambda kind: _("The file is empty (0 bytes)."),
    Fault.NOT_A_PHOTO: lambda kind: _("This is not a photo. Send a JPEG, PNG, WebP or HEIC picture."),
    Fault.KIND_REFUSED: lambda kind: _(
        "%(kind)s files are not taken. Send a JPEG, PNG, WebP or HEIC picture.", kind=kind
    ),
    Fault.DAMAGED: lambda kind: _("This photo is damaged: its first bytes cannot be read."),
    Fault.MOVING: lambda kind: _("Moving pictures are not taken. Send a single picture."),
    Fault.NO_SOUND: lambda kind: (
        _("%(kind)s files are no spoken note. Record again, or send WebM, Ogg or M4A sound.", kind=kind)
        if kind
        else _("This is no spoken note. Record again, or send WebM, Ogg or M4A sound.")
    ),
    Fault.DAMAGED_SOUND: lambda kind: _("This recording is damaged or has no sound. Record again."),
    Fault.TOO_LONG: lambda kind: _(
        "A spoken note may last at most %(most)s seconds.", most=sounds.MOST_SECONDS
    ),
    Fault.TOO_MANY_PIXELS: lambda kind: _(
        "This photo has too many pixels: at most %(most)s megapixels are taken.",
        most=MOST_PIXELS // (1024 * 1024),
    ),
}
