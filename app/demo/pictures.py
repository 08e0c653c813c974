"""Drawn pictures for demonstration cases: plainly not photographs of anything real."""

import hashlib
import io
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from app.media.rules import Shot
from app.media.service import store_original

SIZE = (960, 720)
HUES = ((91, 124, 153), (124, 139, 98), (163, 122, 89), (120, 110, 150), (98, 142, 139), (150, 120, 120))


@dataclass(frozen=True)
class Picture:
    """A kept picture: `kind` before or after."""

    kind: str
    sha256: str
    length: int
    shot: Shot


def make_pictures(seed: int = 7) -> list[Picture]:
    """Six drawings of something wrong and six of it put right, each marked DEMO, kept in the store."""
    chance = random.Random(seed)
    return [_keep(kind, _draw(kind, hue, chance)) for kind in ("before", "after") for hue in HUES]


def _keep(kind: str, data: bytes) -> Picture:
    sha256 = hashlib.sha256(data).hexdigest()
    return Picture(kind, sha256, len(data), store_original(data, sha256))


def _draw(kind: str, hue: tuple[int, int, int], chance: random.Random) -> bytes:
    image = Image.new("RGB", SIZE, tuple(min(255, part + 90) for part in hue))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 430, 960, 720), fill=tuple(part - 30 for part in hue))
    for n in range(4):
        left, height = 40 + n * 230, chance.randint(150, 330)
        pen.rectangle((left, 430 - height, left + 180, 430), fill=hue)
        for window in range(height // 60):
            pen.rectangle(
                (left + 30, 440 - height + window * 60, left + 70, 470 - height + window * 60), fill="#dfe7ec"
            )
    if kind == "before":
        _heap(pen, chance)
    pen.text((28, 664), f"DEMO · {kind}", fill="white", font=ImageFont.load_default(34))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _heap(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """Something lies about in the street."""
    for _piece in range(18):
        x, y, r = chance.randint(300, 640), chance.randint(480, 600), chance.randint(16, 52)
        grey = chance.randint(50, 140)
        pen.ellipse((x - r, y - r // 2, x + r, y + r // 2), fill=(grey, grey - 8, grey - 20), outline="#333")
