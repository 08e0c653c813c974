"""Spoken notes for the tests: recorded by a browser from a made-up beep, or put together by hand."""

import struct
from pathlib import Path

HERE = Path(__file__).parent
WEBM, M4A, FILM = ((HERE / name).read_bytes() for name in ("spoken.webm", "spoken.m4a", "film.webm"))
NO_PACKET = -1


def ogg(seconds: float = 2.0, *heads: bytes) -> bytes:
    """A stream whose last page stands at this many seconds of Opus."""
    opus = b"OpusHead" + bytes((1, 1)) + struct.pack("<HIHB", 312, 48_000, 0, 0)
    first = b"".join(_page(2, 0, head) for head in heads or (opus,))
    return first + _page(0, NO_PACKET, b"x" * 200) + _page(4, round(seconds * 48_000) + 312, b"sound")


def _page(flags: int, position: int, body: bytes) -> bytes:
    return b"OggS\0" + bytes((flags,)) + struct.pack("<qIIIBB", position, 7, 0, 0, 1, len(body)) + body


def webm(
    seconds: float = 2.0, kind: int = 2, doc_type: bytes = b"webm", stated: float | None = None
) -> bytes:
    """One block at this many seconds, in elements of which the outer ones leave their size open."""
    said = [] if stated is None else [_element(b"\x44\x89", struct.pack(">d", stated * 1000))]
    track = _element(b"\xae", _element(b"\x83", bytes((kind,))))
    block = _element(b"\xa3", b"\x81" + struct.pack(">hB", 0, 128) + b"sound")
    return b"".join(
        [
            _element(b"\x1a\x45\xdf\xa3", _element(b"\x42\x82", doc_type)),
            b"\x18\x53\x80\x67\x01" + b"\xff" * 7,
            _element(b"\x15\x49\xa9\x66", b"".join(said)),
            _element(b"\x16\x54\xae\x6b", track),
            b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7,
            _element(b"\xe7", round(seconds * 1000).to_bytes(4)),
            block,
        ]
    )


def _element(ident: bytes, body: bytes) -> bytes:
    return ident + (len(body) | 1 << 56).to_bytes(8) + body


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + kind + body


def mp4(seconds: float = 2.0, kind: bytes = b"soun", brand: bytes = b"M4A ", wide: bool = False) -> bytes:
    numbers = struct.pack(">BxxxQQIQ" if wide else ">BxxxIIII", int(wide), 0, 0, 1000, round(seconds * 1000))
    track = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), kind, bytes(12))))
    return box(b"ftyp", brand, bytes(4)) + box(b"mdat", b"sound") + box(b"moov", box(b"mvhd", numbers), track)


def fragmented(seconds: float) -> bytes:
    """As a browser writes it while recording: no duration, the time stands in the last fragment."""
    media = (
        box(b"mdhd", struct.pack(">BxxxIIII", 0, 0, 0, 1000, 0)),
        box(b"hdlr", bytes(8), b"soun", bytes(12)),
    )
    moov = box(
        b"moov",
        box(b"mvhd", struct.pack(">BxxxIIII", 0, 0, 0, 1000, 0)),
        box(b"trak", box(b"mdia", *media)),
    )
    fragment = box(b"moof", box(b"traf", box(b"tfdt", struct.pack(">BxxxQ", 1, round(seconds * 1000)))))
    return box(b"ftyp", b"iso5", bytes(4)) + moov + fragment + box(b"mdat", b"sound")
