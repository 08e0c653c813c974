"""Which bytes are a spoken note, and how long it lasts where its container says so."""

import random

import pytest

from app.media.rules import Fault, Unfit
from app.media.sounds import listen_to
from tests.media import pictures
from tests.media.sounds import FILM, M4A, WEBM, fragmented, mp4, ogg, webm


def fault_of(data: bytes) -> Fault:
    with pytest.raises(Unfit) as refusal:
        listen_to(data)
    return refusal.value.fault


@pytest.mark.parametrize(
    ("data", "media_type", "seconds"),
    [
        (WEBM, "audio/webm", 1.4),
        (M4A, "audio/mp4", 1.2),
        (ogg(2), "audio/ogg", 2),
        (webm(2), "audio/webm", 2),
        (webm(2, stated=3.5), "audio/webm", 3.5),
        (mp4(2), "audio/mp4", 2),
        (mp4(2, wide=True), "audio/mp4", 2),
        (mp4(0), "audio/mp4", None),
        (fragmented(40), "audio/mp4", 40),
        (webm(60.9), "audio/webm", 60.9),
    ],
)
def test_a_spoken_note_is_known_by_its_bytes(data: bytes, media_type: str, seconds: float | None) -> None:
    found = listen_to(data)
    assert found.media_type == media_type
    assert found.seconds == (None if seconds is None else pytest.approx(seconds, abs=0.2))


@pytest.mark.parametrize("data", [ogg(62), webm(62), webm(2, stated=1e9), mp4(62), fragmented(62)])
def test_more_than_a_minute_is_too_long(data: bytes) -> None:
    assert fault_of(data) is Fault.TOO_LONG


def test_a_length_that_is_no_number_is_refused() -> None:
    for odd in (float("nan"), float("inf")):
        assert fault_of(webm(2, stated=odd)) is Fault.TOO_LONG


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"hello", Fault.NO_SOUND),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", Fault.NO_SOUND),
        (b"ID3\x04\x00", Fault.NO_SOUND),
        (pictures.encoded(), Fault.NO_SOUND),
        (pictures.encoded(kind="HEIF"), Fault.NO_SOUND),
        (FILM, Fault.NO_SOUND),
        (webm(kind=1), Fault.NO_SOUND),
        (webm(doc_type=b"matroska"), Fault.NO_SOUND),
        (mp4(kind=b"vide"), Fault.NO_SOUND),
        (ogg(2, b"\x80theora"), Fault.NO_SOUND),
        (ogg(2, b"OpusHead\x01\x01\x38\x01", b"\x80theora"), Fault.NO_SOUND),
        (webm(kind=17), Fault.DAMAGED_SOUND),
        (mp4(kind=b"text"), Fault.DAMAGED_SOUND),
        (mp4()[:40], Fault.DAMAGED_SOUND),
        (ogg()[:60], Fault.DAMAGED_SOUND),
        (ogg(0), Fault.DAMAGED_SOUND),
        (WEBM[:200], Fault.DAMAGED_SOUND),
        (b"\x1a\x45\xdf\xa3", Fault.DAMAGED_SOUND),
        (b"\x1a\x45\xdf\xa3" + b"\x00" * 50, Fault.DAMAGED_SOUND),
        (b"OggS" + b"\xff" * 60, Fault.DAMAGED_SOUND),
    ],
)
def test_what_is_no_spoken_note_has_its_verdict(data: bytes, fault: Fault) -> None:
    assert fault_of(data) is fault


@pytest.mark.parametrize("data", [WEBM, M4A, ogg(), webm(), mp4(), fragmented(3)])
def test_any_damage_is_a_verdict_and_never_a_crash(data: bytes) -> None:
    chance = random.Random(len(data))
    for _n in range(300):
        odd = bytearray(data)
        for _m in range(chance.randint(1, 4)):
            odd[chance.randrange(len(odd))] = chance.randrange(256)
        cut = bytes(odd[: chance.randint(1, len(odd))])
        try:
            listen_to(cut)
        except Unfit:
            continue


def test_a_crowd_of_tiny_elements_ends() -> None:
    assert fault_of(webm()[:45] + b"\xec\x80" * 1_000_000) is Fault.DAMAGED_SOUND
