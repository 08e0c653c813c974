"""What counts as a photo, told from its first bytes and without decoding a pixel; why bytes are not taken."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.media import headers
from app.media.headers import Broken, Header

# Phones sold as "50 megapixels" take 8192 x 6144, which is 50.3 million.
MOST_PIXELS = 50 * 1024 * 1024


class Fault(StrEnum):
    EMPTY = "empty"
    NOT_A_PHOTO = "not_a_photo"
    KIND_REFUSED = "kind_refused"
    DAMAGED = "damaged"
    MOVING = "moving"
    TOO_MANY_PIXELS = "too_many_pixels"
    NO_SOUND = "no_sound"
    DAMAGED_SOUND = "damaged_sound"
    TOO_LONG = "too_long"


class Unfit(Exception):
    """Why these bytes are not taken; `kind` names what they are where we can tell."""

    def __init__(self, fault: Fault, kind: str = "") -> None:
        super().__init__(f"{fault} {kind}".strip())
        self.fault = fault
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo as its header tells it. Width and height are in pixels as coded, before any rotation."""

    media_type: str
    width: int
    height: int


READERS: tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], Header]], ...] = (
    ("image/jpeg", headers.is_jpeg, headers.jpeg),
    ("image/png", headers.is_png, headers.png),
    ("image/webp", headers.is_webp, headers.webp),
    ("image/heic", headers.is_heic, headers.heic),
)


def look_at(data: bytes) -> Shot:
    """The photo these bytes are; raises Unfit."""
    if not data:
        raise Unfit(Fault.EMPTY)
    for media_type, is_it, read in READERS:
        if is_it(data):
            return _accepted(media_type, _header(read, data))
    kind = headers.other_kind(data)
    raise Unfit(Fault.KIND_REFUSED, kind) if kind else Unfit(Fault.NOT_A_PHOTO)


def _header(read: Callable[[bytes], Header], data: bytes) -> Header:
    try:
        return read(data)
    except Broken:
        raise Unfit(Fault.DAMAGED) from None


def _accepted(media_type: str, header: Header) -> Shot:
    if header.moving:
        raise Unfit(Fault.MOVING)
    if header.width < 1 or header.height < 1:
        raise Unfit(Fault.DAMAGED)
    if header.width * header.height > MOST_PIXELS:
        raise Unfit(Fault.TOO_MANY_PIXELS)
    return Shot(media_type, header.width, header.height)
