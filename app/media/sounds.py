"""Spoken notes told from their bytes: WebM, Ogg and MP4 with sound and no picture. Pure, decodes nothing.

Containers: Matroska (RFC 9559), Ogg (RFC 3533, RFC 7845 for Opus), ISO base media (ISO/IEC 14496-12).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.media.headers import MOST_PARTS, Broken, boxes, number, other_kind
from app.media.rules import READERS, Fault, Unfit

MOST_BYTES = 2 * 1024 * 1024
MOST_SECONDS = 60
GRACE_S = 1.0
"""A recorder that is told to stop after a minute does so a moment later."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A spoken note as its container tells it; no `seconds` where it does not say."""

    media_type: str
    seconds: float | None


def listen_to(data: bytes) -> Sound:
    """The spoken note that these bytes are; raises Unfit."""
    if not data:
        raise Unfit(Fault.EMPTY)
    for media_type, is_it, read in READERS_OF_SOUND:
        if is_it(data):
            return _accepted(media_type, read, data)
    photo = next((kind for kind, is_it, _read in READERS if is_it(data)), "")
    raise Unfit(Fault.NO_SOUND, photo or other_kind(data))


def _accepted(media_type: str, read: Callable[[bytes], float | None], data: bytes) -> Sound:
    try:
        seconds = read(data)
    except (Broken, struct.error, OverflowError):
        raise Unfit(Fault.DAMAGED_SOUND) from None
    if seconds is not None and not 0 <= seconds <= MOST_SECONDS + GRACE_S:
        raise Unfit(Fault.TOO_LONG)
    return Sound(media_type, seconds)


# WebM: elements of id, size, body. A browser that records live leaves sizes and the duration open, so that
# the last block's time stands in for it.
_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_DOC_TYPE, _TRACK, _TRACK_TYPE, _GROUP = 0x4282, 0xAE, 0x83, 0xA0
_SCALE, _DURATION, _TIMECODE, _SIMPLE_BLOCK, _BLOCK = 0x2AD7B1, 0x4489, 0xE7, 0xA3, 0xA1
_OPENED = frozenset({_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER, _TRACK, _GROUP})
_VIDEO, _AUDIO = 1, 2
MOST_ELEMENTS = 100_000


def is_webm(data: bytes) -> bool:
    return data.startswith(b"\x1a\x45\xdf\xa3")


def webm(data: bytes) -> float | None:
    """Seconds of the last block or of the stated duration, whichever is later."""
    scale, stated, cluster, last, kinds = 1_000_000, 0.0, 0, -1, set()
    for ident, body in _elements(data):
        if ident == _DOC_TYPE and body.rstrip(b"\0") != b"webm":
            raise Unfit(Fault.NO_SOUND, "Matroska")
        if ident == _TRACK_TYPE:
            kinds.add(int.from_bytes(body))
        elif ident == _SCALE:
            scale = int.from_bytes(body)
        elif ident == _DURATION:
            stated = struct.unpack(">f" if len(body) == 4 else ">d", body)[0]
        elif ident == _TIMECODE:
            cluster = int.from_bytes(body)
        elif ident in (_SIMPLE_BLOCK, _BLOCK):
            last = max(last, cluster + _time_in_block(body))
    _only_sound(moving=_VIDEO in kinds, heard=_AUDIO in kinds)
    if last < 0:
        raise Broken
    return max(stated, last) * scale / 1e9


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every element with its body, those inside others too; a last one that is cut short is left out."""
    at = 0
    for _ in range(MOST_ELEMENTS):
        if at >= len(data):
            return
        ident, at = _id_at(data, at)
        size, at = _size_at(data, at)
        if ident in _OPENED:
            continue
        if size is None or at + size > len(data):
            return
        yield ident, data[at : at + size]
        at += size
    raise Broken


def _id_at(data: bytes, at: int) -> tuple[int, int]:
    length = 9 - number(data, at, 1).bit_length()
    if length > 4:
        raise Broken
    return number(data, at, length), at + length


def _size_at(data: bytes, at: int) -> tuple[int | None, int]:
    """None for a size that the recorder left open."""
    length = 9 - number(data, at, 1).bit_length()
    if length > 8:
        raise Broken
    bare = (1 << 7 * length) - 1
    size = number(data, at, length) & bare
    return (None if size == bare else size), at + length


def _time_in_block(body: bytes) -> int:
    """Relative to its cluster; it stands after the number of the track."""
    _track, at = _size_at(body[:8], 0)
    return int(struct.unpack(">h", body[at : at + 2])[0])


# Ogg: pages, each with the position of its last whole packet in samples.
_PAGE = 27
_FIRST = 0x02
_NOT_YET = -1
_OPUS_RATE = 48_000


def is_ogg(data: bytes) -> bool:
    return data.startswith(b"OggS")


def ogg(data: bytes) -> float | None:
    """Seconds at the last page's position."""
    rate, skipped, last = 0, 0, 0
    for flags, position, body in _pages(data):
        if flags & _FIRST:
            if rate:  # a second stream begins
                raise Unfit(Fault.NO_SOUND, "Ogg")
            rate, skipped = _stream(body)
        elif position != _NOT_YET:
            last = max(last, position)
    if not rate or last <= skipped:
        raise Broken
    return (last - skipped) / rate


def _pages(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Flags, position, body of each page; a last one that is cut short is left out."""
    at = 0
    for _ in range(MOST_PARTS):
        if at >= len(data):
            return
        if data[at : at + 5] != b"OggS\0":
            raise Broken
        segments = number(data, at + 26, 1)
        table = data[at + _PAGE : at + _PAGE + segments]
        start, end = at + _PAGE + segments, at + _PAGE + segments + sum(table)
        if end > len(data):
            return
        yield data[at + 5], struct.unpack_from("<q", data, at + 6)[0], data[start:end]
        at = end
    raise Broken


def _stream(first: bytes) -> tuple[int, int]:
    """Samples a second, and how many at the beginning are not played."""
    if first.startswith(b"OpusHead"):
        return _OPUS_RATE, number(first, 10, 2, "little")
    if first.startswith(b"\x01vorbis"):
        return max(number(first, 12, 4, "little"), 1), 0
    raise Unfit(Fault.NO_SOUND, "Ogg")


# MP4: what is in it stands in moov; a recorder that writes in fragments leaves the duration at 0.
_PICTURES = frozenset({b"mif1", b"heic", b"heix", b"heim", b"heis", b"hevc", b"avif", b"avis", b"msf1"})


def is_mp4(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] not in _PICTURES


def mp4(data: bytes) -> float | None:
    moov = next(boxes(data, 0, len(data), b"moov"), None)
    if moov is None:
        raise Broken
    handlers = {
        data[start + 8 : start + 12] for start, _end in _inside(data, moov, b"trak", b"mdia", b"hdlr")
    }
    _only_sound(moving=b"vide" in handlers, heard=b"soun" in handlers)
    header = next(boxes(data, *moov, b"mvhd"), None)
    if header is None:
        raise Broken
    return _duration(data, header[0]) or _last_fragment(data, moov)


def _inside(data: bytes, span: tuple[int, int], *path: bytes) -> Iterator[tuple[int, int]]:
    for found in boxes(data, *span, path[0]):
        if len(path) == 1:
            yield found
        else:
            yield from _inside(data, found, *path[1:])


def _duration(data: bytes, start: int) -> float | None:
    """Of the movie's header, where 0 and all ones say nothing."""
    length = 8 if data[start] == 1 else 4  # version 1 has longer numbers
    scale, units = number(data, start + 4 + 2 * length, 4), number(data, start + 8 + 2 * length, length)
    unknown = (1 << 8 * length) - 1
    return units / scale if scale and 0 < units < unknown else None


def _last_fragment(data: bytes, moov: tuple[int, int]) -> float | None:
    """Seconds at which the last fragment begins; None if there is none."""
    media = next(_inside(data, moov, b"trak", b"mdia", b"mdhd"), None)
    if media is None:
        return None
    scale = number(data, media[0] + (20 if data[media[0]] == 1 else 12), 4)
    begun = [
        number(data, start + 4, 8 if data[start] == 1 else 4)
        for start, _end in _inside(data, (0, _whole(data)), b"moof", b"traf", b"tfdt")
    ]
    return max(begun) / scale if begun and scale else None


def _whole(data: bytes) -> int:
    """Where the last box ends that is not cut short."""
    end = 0
    for _ in range(MOST_PARTS):
        length = int.from_bytes(data[end : end + 4])
        if length < 8 or end + length > len(data):
            break
        end += length
    return end


def _only_sound(*, moving: bool, heard: bool) -> None:
    if moving:
        raise Unfit(Fault.NO_SOUND, "video")
    if not heard:
        raise Broken


READERS_OF_SOUND: tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], float | None]], ...] = (
    ("audio/webm", is_webm, webm),
    ("audio/ogg", is_ogg, ogg),
    ("audio/mp4", is_mp4, mp4),
)
