"""Pictures made for the tests; nothing here is a photo of anything."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image
from pillow_heif import register_heif_opener

register_heif_opener()

ORIENTATION, GPS = 0x0112, 0x8825


def quadrants(width: int = 64, height: int = 48) -> Image.Image:
    """Red top left, green top right, blue bottom left, white bottom right."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height // 2))
    picture.paste("lime", (width // 2, 0, width, height // 2))
    picture.paste("blue", (0, height // 2, width // 2, height))
    return picture


def encoded(picture: Image.Image | None = None, kind: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    (picture or quadrants()).save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def with_place(**options: Any) -> bytes:
    """A JPEG that says where it was taken, by whom and with what."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "SecretMaker", "SecretAuthor"
    exif.get_ifd(GPS).update({1: "N", 2: (23.0, 1.0, 44.0), 3: "E", 4: (113.0, 6.0, 26.0)})
    return encoded(exif=exif, comment=b"SecretComment", xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>", **options)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int, pixels: bytes) -> bytes:
    """A one-bit grey PNG that claims this size, with the given compressed pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def bomb(side: int = 13_300) -> bytes:
    """Some kilobytes that unpack to a square of this side."""
    row = b"\0" * (side // 8 + 2)
    return png_of(side, side, zlib.compress(row * side, 9))


def heic_box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body
