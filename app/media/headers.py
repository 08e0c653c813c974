"""Size and kind of a picture from its header. Pure; nothing here allocates more than it is given.

An image library would start decoders on bytes nobody has looked at yet; these few fields need none.
"""

import zlib
from collections.abc import Iterator
from typing import Literal, NamedTuple


class Header(NamedTuple):
    width: int
    height: int
    moving: bool = False


# A camera writes some dozens; a stranger may write millions to keep us reading.
MOST_PARTS = 10_000


class Broken(Exception):
    """The header ends early or contradicts itself."""


def number(data: bytes, start: int, length: int, order: Literal["big", "little"] = "big") -> int:
    field = data[start : start + length]
    if len(field) < length:
        raise Broken
    return int.from_bytes(field, order)


# JPEG: a row of marked segments; the frame header (SOF) carries the size.
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_SOS, _EOI = 0xDA, 0xD9


def is_jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff")


def jpeg(data: bytes) -> Header:
    at = 2
    for _ in range(MOST_PARTS):
        if number(data, at, 1) != 0xFF:
            raise Broken
        marker = number(data, at + 1, 1)
        if marker in _SOF:
            return Header(height=number(data, at + 5, 2), width=number(data, at + 7, 2))
        if marker in (_SOS, _EOI):
            break
        if marker == 0xFF:  # padding
            at += 1
        elif marker in _BARE:
            at += 2
        else:
            at += 2 + max(number(data, at + 2, 2), 2)
    raise Broken


# PNG: chunks of length, type, body, checksum; IHDR first, acTL before IDAT if it moves.
_PNG = b"\x89PNG\r\n\x1a\n"


def is_png(data: bytes) -> bool:
    return data.startswith(_PNG)


def png(data: bytes) -> Header:
    width, height = _ihdr(data, len(_PNG))
    at, moving = len(_PNG) + 25, False
    for _ in range(MOST_PARTS):
        length, kind = number(data, at, 4), data[at + 4 : at + 8]
        if kind == b"IDAT":
            return Header(width, height, moving)
        if kind == b"acTL":
            moving = number(data, at + 8, 4) != 1
        at += 12 + length
    raise Broken


def _ihdr(data: bytes, at: int) -> tuple[int, int]:
    checked = data[at + 4 : at + 21]
    if data[at : at + 8] != b"\0\0\0\x0dIHDR" or zlib.crc32(checked) != number(data, at + 21, 4):
        raise Broken
    return number(data, at + 8, 4), number(data, at + 12, 4)


# WebP: a RIFF file whose first chunk is lossy (VP8), lossless (VP8L) or extended (VP8X).
def is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def webp(data: bytes) -> Header:
    kind, body = data[12:16], 20
    if kind == b"VP8 ":
        if data[body + 3 : body + 6] != b"\x9d\x01\x2a":
            raise Broken
        width, height = number(data, body + 6, 2, "little"), number(data, body + 8, 2, "little")
        return Header(width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L" and data[body : body + 1] == b"\x2f":
        bits = number(data, body + 1, 4, "little")
        return Header((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        width, height = number(data, body + 4, 3, "little"), number(data, body + 7, 3, "little")
        return Header(width + 1, height + 1, moving=bool(data[body] & 0x02))
    raise Broken


# HEIC: boxes of length, type, body; sizes stand in meta › iprp › ipco › ispe, one for each stored item.
_STILLS = frozenset({b"heic", b"heix", b"heim", b"heis"})
_SEQUENCES = frozenset({b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"})
_CLOSED = 4  # bytes of version and flags that begin a "full" box


def _brands(data: bytes) -> list[bytes]:
    if data[4:8] != b"ftyp":
        return []
    listed = data[16 : min(int.from_bytes(data[:4], "big"), 1024)]
    return [data[8:12], *(listed[i : i + 4] for i in range(0, len(listed), 4))]


def is_heic(data: bytes) -> bool:
    brands = _brands(data)
    return bool(brands) and (brands[0] in _STILLS | _SEQUENCES or brands[0] == b"mif1") and _has_still(brands)


def _has_still(brands: list[bytes]) -> bool:
    return bool((_STILLS | _SEQUENCES) & set(brands))


def heic(data: bytes) -> Header:
    if _brands(data)[0] in _SEQUENCES:
        return Header(0, 0, moving=True)
    start, end = 0, len(data)
    for kind, skipped in ((b"meta", _CLOSED), (b"iprp", 0), (b"ipco", 0)):
        start, end = next(boxes(data, start, end, kind), (end, end))
        start += skipped
    sizes = [
        Header(number(data, at + _CLOSED, 4), number(data, at + _CLOSED + 4, 4))
        for at, _end in boxes(data, start, end, b"ispe")
    ]
    if not sizes:
        raise Broken
    return max(sizes, key=lambda size: size.width * size.height)


def boxes(data: bytes, start: int, end: int, wanted: bytes) -> Iterator[tuple[int, int]]:
    """Where the body of each box of this kind begins and ends."""
    at = start
    for _ in range(MOST_PARTS):
        if at + 8 > end:
            return
        length, kind, body = number(data, at, 4), data[at + 4 : at + 8], at + 8
        if length == 1:
            length, body = number(data, at + 8, 8), at + 16
        after = end if length == 0 else at + length
        if after < body or after > end:
            raise Broken
        if kind == wanted:
            yield body, after
        at = after


_OTHERS = (
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
    (b"PK\x03\x04", "ZIP"),
)


def other_kind(data: bytes) -> str:
    """The name of a well-known kind that is not taken, else ""."""
    for magic, name in _OTHERS:
        if data.startswith(magic):
            return name
    if brands := _brands(data):
        return "AVIF" if {b"avif", b"avis"} & set(brands) else "MP4"
    return "SVG" if b"<svg" in data[:4096].lower() else ""
