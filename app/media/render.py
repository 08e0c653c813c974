"""Pictures for screens, made from a photo in a process of its own with little memory and time."""

import struct
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from threading import BoundedSemaphore

CHILD = Path(__file__).with_name("render_child.py")
SECONDS = 20
# Each may take `render_child.MEMORY`; a burst of first views must not add that up for every thread.
AT_ONCE = BoundedSemaphore(2)
_LENGTHS = struct.Struct(">II")


class Size(StrEnum):
    """Longest side: thumb 320, screen 1600 pixels."""

    THUMB = "thumb"
    SCREEN = "screen"


class Unreadable(Exception):
    """No picture could be made of these bytes within the limits."""


def render(data: bytes) -> dict[Size, bytes]:
    """JPEGs of every size, upright and without any metadata; raises Unreadable."""
    try:
        with AT_ONCE:
            done = subprocess.run(
                [sys.executable, "-I", str(CHILD)],
                input=data,
                capture_output=True,
                timeout=SECONDS,
                env={"MALLOC_ARENA_MAX": "2"},
                check=True,
            )
    except subprocess.TimeoutExpired:
        raise Unreadable(f"not done after {SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise Unreadable(_last_line(error.stderr) or f"ended with {error.returncode}") from None
    return _pictures(done.stdout)


def _pictures(answer: bytes) -> dict[Size, bytes]:
    if len(answer) < _LENGTHS.size:
        raise Unreadable("no answer")
    thumb, screen = _LENGTHS.unpack_from(answer)
    body = answer[_LENGTHS.size :]
    if not thumb or not screen or len(body) != thumb + screen:
        raise Unreadable("half an answer")
    return {Size.THUMB: body[:thumb], Size.SCREEN: body[thumb:]}


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else ""
