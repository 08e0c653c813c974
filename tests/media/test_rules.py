import struct
from time import process_time

import pytest

from app.media.rules import MOST_PIXELS, Fault, Shot, Unfit, look_at
from tests.media.pictures import bomb, chunk, encoded, heic_box, png_of, quadrants

FTYP_HEIC = heic_box(b"ftyp", b"heic\0\0\0\0mif1heic")


def fault_of(data: bytes) -> tuple[Fault, str]:
    with pytest.raises(Unfit) as refusal:
        look_at(data)
    return refusal.value.fault, refusal.value.kind


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (encoded(), "image/jpeg"),
        (encoded(progressive=True), "image/jpeg"),
        (encoded(quadrants().convert("CMYK")), "image/jpeg"),
        (encoded(kind="PNG"), "image/png"),
        (encoded(quadrants().convert("I;16"), "PNG"), "image/png"),
        (encoded(kind="WEBP"), "image/webp"),
        (encoded(kind="WEBP", lossless=True), "image/webp"),
        (encoded(quadrants().convert("RGBA"), "WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"), "image/webp"),
    ],
)
def test_a_photo_is_known_by_its_bytes(data: bytes, media_type: str) -> None:
    assert look_at(data) == Shot(media_type, 64, 48)


def test_a_heic_photo_is_known_with_its_size_as_coded() -> None:
    assert look_at(encoded(quadrants(640, 448), "HEIF")) == Shot("image/heic", 640, 448)


def test_padding_between_jpeg_segments_is_allowed() -> None:
    data = encoded()
    assert look_at(data[:2] + b"\xff" * 5 + data[2:]).width == 64


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (encoded(kind="GIF"), "GIF"),
        (encoded(kind="TIFF"), "TIFF"),
        (encoded(kind="BMP"), "BMP"),
        (encoded(kind="PDF"), "PDF"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\n <SVG onload=alert(1)>", "SVG"),
        (b"PK\x03\x04" + b"\0" * 40, "ZIP"),
        (heic_box(b"ftyp", b"avif\0\0\0\0mif1avif"), "AVIF"),
        (heic_box(b"ftyp", b"mif1\0\0\0\0mif1avif"), "AVIF"),
        (heic_box(b"ftyp", b"isom\0\0\0\0mp41"), "MP4"),
    ],
)
def test_other_kinds_are_refused_by_name(data: bytes, kind: str) -> None:
    assert fault_of(data) == (Fault.KIND_REFUSED, kind)


@pytest.mark.parametrize(
    "data", [b"hello", b"<html><script>", b"\0" * 500, b"\xff\xd8", b"RIFF\0\0\0\0WAVE", b"\x89PN"]
)
def test_anything_else_is_no_photo(data: bytes) -> None:
    assert fault_of(data) == (Fault.NOT_A_PHOTO, "")


def test_nothing_is_empty() -> None:
    assert fault_of(b"") == (Fault.EMPTY, "")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_header_cut_anywhere_never_crashes(kind: str) -> None:
    whole = encoded(kind=kind)
    for end in range(min(len(whole), 700)):
        try:
            assert look_at(whole[:end]).width == 64
        except Unfit as refusal:
            assert refusal.fault in (Fault.EMPTY, Fault.NOT_A_PHOTO, Fault.DAMAGED, Fault.KIND_REFUSED)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff" + b"garbage" * 50,
        encoded(kind="PNG")[:20] + b"\xff" + encoded(kind="PNG")[21:],  # checksum of the header
        png_of(0, 40, b""),
        b"RIFF\x10\0\0\0WEBPVP8 \x04\0\0\0none",
        b"RIFF\x10\0\0\0WEBPXXXX\x04\0\0\0none",
        FTYP_HEIC,
        FTYP_HEIC + heic_box(b"meta", b"\0" * 4),
        FTYP_HEIC + struct.pack(">I", 2**31) + b"meta",
        FTYP_HEIC + struct.pack(">I4sQ", 1, b"meta", 2**63),
    ],
)
def test_a_contradictory_header_is_damaged(data: bytes) -> None:
    assert fault_of(data) == (Fault.DAMAGED, "")


def test_a_small_file_of_many_pixels_is_refused_undecoded() -> None:
    data = bomb(13_300)
    assert len(data) < 30_000
    assert fault_of(data) == (Fault.TOO_MANY_PIXELS, "")


@pytest.mark.parametrize(
    ("width", "height", "fits"), [(8192, 6144, True), (MOST_PIXELS, 1, True), (8192, 6401, False)]
)
def test_the_cap_is_on_pixels(width: int, height: int, fits: bool) -> None:
    data = png_of(width, height, b"")
    if fits:
        assert look_at(data) == Shot("image/png", width, height)
    else:
        assert fault_of(data) == (Fault.TOO_MANY_PIXELS, "")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_moving_pictures_are_refused(kind: str) -> None:
    data = encoded(kind=kind, save_all=True, append_images=[quadrants().rotate(180)])
    assert fault_of(data) == (Fault.MOVING, "")


def test_a_heic_sequence_is_refused() -> None:
    assert fault_of(heic_box(b"ftyp", b"hevc\0\0\0\0msf1hevc")) == (Fault.MOVING, "")


def test_the_largest_of_a_heic_files_sizes_counts() -> None:
    sizes = (struct.pack(">III", 0, 320, 240), struct.pack(">III", 0, 20_000, 20_000))
    ipco = heic_box(b"ipco", b"".join(heic_box(b"ispe", size) for size in sizes))
    meta = heic_box(b"meta", b"\0" * 4 + heic_box(b"iprp", ipco))
    assert fault_of(FTYP_HEIC + meta) == (Fault.TOO_MANY_PIXELS, "")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff\xe0\0\x02" * 3_000_000,
        b"\xff\xd8" + b"\xff" * 12_000_000,
        png_of(9, 9, b"")[:33] + chunk(b"tEXt", b"") * 1_000_000,
        FTYP_HEIC + b"\0\0\0\x08free" * 1_500_000,
    ],
    ids=["segments", "padding", "chunks", "boxes"],
)
def test_millions_of_parts_are_not_read(data: bytes) -> None:
    began = process_time()
    assert fault_of(data)[0] is Fault.DAMAGED
    assert process_time() - began < 0.5
