from io import BytesIO

import pytest
from PIL import Image, ImageCms

from app.media import render as rendering
from app.media.render import Size, Unreadable, render
from tests.media.pictures import ORIENTATION, bomb, encoded, opened, quadrants, with_place

NAMES = {(255, 0, 0): "red", (0, 255, 0): "green", (0, 0, 255): "blue", (255, 255, 255): "white"}
# How a picture must be stored so that, turned as its orientation says, it stands upright.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def corner(picture: Image.Image, x: float, y: float) -> str:
    found = picture.convert("RGB").getpixel((int(picture.width * x), int(picture.height * y)))
    assert isinstance(found, tuple)
    return min(NAMES.items(), key=lambda item: sum(abs(a - b) for a, b in zip(item[0], found, strict=True)))[
        1
    ]


def corners(picture: Image.Image) -> list[str]:
    return [corner(picture, x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]


UPRIGHT = ["red", "green", "blue", "white"]


def test_one_child_makes_both_sizes() -> None:
    pictures = render(encoded(quadrants(4000, 3000)))
    assert {size: opened(data).size for size, data in pictures.items()} == {
        Size.THUMB: (320, 240),
        Size.SCREEN: (1600, 1200),
    }
    assert all(corners(opened(data)) == UPRIGHT for data in pictures.values())


def test_a_small_photo_is_not_blown_up() -> None:
    assert opened(render(encoded(quadrants(64, 48)))[Size.SCREEN]).size == (64, 48)


@pytest.mark.parametrize("orientation", STORED_AS)
def test_a_photo_is_turned_as_the_camera_was_held(orientation: int) -> None:
    turn = STORED_AS[orientation]
    stored = quadrants() if turn is None else quadrants().transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture = opened(render(encoded(stored, exif=exif, quality=95))[Size.SCREEN])
    assert picture.size == (64, 48)
    assert corners(picture) == UPRIGHT


@pytest.mark.parametrize(
    "data",
    [
        encoded(quadrants().convert("CMYK"), quality=95),
        encoded(kind="PNG"),
        encoded(quadrants().quantize(8), "PNG"),
        encoded(kind="WEBP", lossless=True),
        encoded(kind="HEIF", quality=95),
        encoded(quality=95) + b"PK\x03\x04<script>alert(1)</script>",
    ],
    ids=["cmyk", "png", "palette", "webp", "heic", "polyglot"],
)
def test_every_kind_is_drawn(data: bytes) -> None:
    for picture in render(data).values():
        assert corners(opened(picture)) == UPRIGHT
        assert b"script" not in picture
        assert picture.endswith(b"\xff\xd9")


def test_sixteen_bits_and_one_bit_are_drawn() -> None:
    ramp = Image.linear_gradient("L")
    assert opened(render(encoded(ramp.convert("1"), "PNG"))[Size.THUMB]).size == (256, 256)
    deep = opened(
        render(encoded(ramp.convert("I").point(lambda v: v * 257).convert("I;16"), "PNG"))[Size.SCREEN]
    )
    dark, light = deep.convert("L").getpixel((9, 9)), deep.convert("L").getpixel((9, 246))
    assert isinstance(dark, int) and isinstance(light, int)
    assert dark < 20 < 235 < light


def test_what_is_transparent_becomes_white() -> None:
    picture = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    assert opened(render(encoded(picture, "PNG"))[Size.THUMB]).getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["JPEG", "HEIF", "WEBP", "PNG"])
def test_nothing_but_pixels_is_left(kind: str) -> None:
    source = opened(with_place())
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(source, kind, exif=source.getexif(), icc_profile=srgb)
    if kind == "JPEG":
        data = with_place(icc_profile=srgb)
    assert b"SecretMaker" in data
    for picture in render(data).values():
        assert b"Secret" not in picture
        shown = Image.open(BytesIO(picture))
        assert not shown.getexif()
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not [marker for marker, _body in shown.applist if marker != "APP0"]


def test_a_broken_colour_profile_does_not_lose_the_photo() -> None:
    picture = opened(render(encoded(icc_profile=b"no profile" * 20, quality=95))[Size.SCREEN])
    assert corners(picture) == UPRIGHT


def test_half_a_photo_shows_its_half() -> None:
    whole = encoded(quadrants(640, 480), quality=95)
    picture = opened(render(whole[: len(whole) // 2])[Size.SCREEN])
    assert corners(picture)[:2] == UPRIGHT[:2]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff" + b"garbage" * 100,
        encoded(kind="GIF"),
        encoded(kind="TIFF"),
        encoded(quadrants(640, 480), "HEIF")[:-600],
    ],
)
def test_what_is_no_photo_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        render(data)


def test_the_child_refuses_a_bomb_that_slipped_through() -> None:
    with pytest.raises(Unreadable, match="DecompressionBomb"):
        render(bomb(13_300))


def test_the_largest_photo_taken_fits_into_the_childs_memory() -> None:
    pictures = render(encoded(Image.new("RGBA", (8192, 6144), "red"), "PNG", compress_level=1))
    assert opened(pictures[Size.SCREEN]).size == (1600, 1200)


def test_a_child_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "SECONDS", 0.01)
    with pytest.raises(Unreadable, match="not done after"):
        render(encoded())
