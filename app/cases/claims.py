"""What speaks against a filing's own words about time and place. Pure: flags are shown, they never block.

A phone's clock and position are claims. The server's clock alone decides terms.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

LATE = timedelta(hours=2)
CLOCK_AHEAD = timedelta(minutes=5)
PHOTO_OLD = timedelta(days=1)
PHOTO_ELSEWHERE_M = 200.0
COARSE_M = 50.0
FASTEST_KMH = 150.0
JUMP_M = 200.0
"""Positions closer than this, beyond both accuracies, say nothing about speed."""
METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Fix:
    """Where and when a device or a photo claims to have been: degrees WGS 84, metres; all may be unknown."""

    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """What the phone says of a filing: where the place comes from, its own fix, the photo's, its clock."""

    source: str | None = None
    shutter: Fix = Fix()
    photo: Fix = Fix()
    queued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What was filed, as far as it can be doubted. `place` in WGS 84."""

    observed_at: datetime | None
    place: BaseGeometry | None
    accuracy_m: float | None
    device: Device


@dataclass(frozen=True, slots=True)
class Flag:
    """One doubt and its size, in `unit`: s, m or km/h."""

    flag: str
    value: int
    unit: str


def flags_of(claim: Claim, *, now: datetime, before: Fix | None = None) -> list[Flag]:
    """The doubts about a filing that arrives now; `before`: the same person's fix at the filing before."""
    found = (
        _late(claim, now),
        _clock_wrong(claim, now),
        _coarse(claim),
        _photo_elsewhere(claim),
        _photo_old(claim, now),
        _too_fast(claim.device.shutter, before) if before else None,
    )
    return [flag for flag in found if flag is not None]


def _late(claim: Claim, now: datetime) -> Flag | None:
    if claim.observed_at is None or now - claim.observed_at < LATE:
        return None
    return _lasting("late", now - claim.observed_at)


def _clock_wrong(claim: Claim, now: datetime) -> Flag | None:
    """Only a clock that runs ahead can be told from one that waited for a signal."""
    said = [at for at in (claim.observed_at, claim.device.queued_at) if at is not None]
    ahead = max(said, default=now) - now
    return _lasting("clock_wrong", ahead) if ahead > CLOCK_AHEAD else None


def _coarse(claim: Claim) -> Flag | None:
    if claim.accuracy_m is None or claim.accuracy_m <= COARSE_M:
        return None
    return Flag("coarse", round(claim.accuracy_m), "m")


def _photo_elsewhere(claim: Claim) -> Flag | None:
    metres = _metres_between(claim.device.photo, claim.place)
    if metres is None or metres <= PHOTO_ELSEWHERE_M:
        return None
    return Flag("photo_elsewhere", round(metres), "m")


def _photo_old(claim: Claim, now: datetime) -> Flag | None:
    taken = claim.device.photo.at
    seen = min(claim.observed_at or now, now)
    if taken is None or seen - taken <= PHOTO_OLD:
        return None
    return _lasting("photo_old", seen - taken)


def _too_fast(here: Fix, before: Fix) -> Flag | None:
    if here.at is None or before.at is None:
        return None
    metres = _metres_between(here, _point(before))
    if metres is None:
        return None
    metres -= (here.accuracy_m or 0) + (before.accuracy_m or 0)
    seconds = max(abs((here.at - before.at).total_seconds()), 1.0)
    if metres <= JUMP_M or metres / seconds * 3.6 <= FASTEST_KMH:
        return None
    return Flag("too_fast", round(metres / seconds * 3.6), "km/h")


def _lasting(name: str, length: timedelta) -> Flag:
    return Flag(name, round(length.total_seconds()), "s")


def _point(fix: Fix) -> shapely.Point | None:
    return None if fix.lon is None or fix.lat is None else shapely.Point(fix.lon, fix.lat)


def _metres_between(fix: Fix, place: BaseGeometry | None) -> float | None:
    """From the fix to the nearest point of the place, on a plane at the fix; None if either is unknown."""
    point = _point(fix)
    if point is None or place is None:
        return None
    north = METRES_PER_DEGREE
    east = north * math.cos(math.radians(point.y))

    def on_plane(degrees: Any) -> Any:
        return (degrees - (point.x, point.y)) * (east, north)

    return float(shapely.transform(place, on_plane).distance(shapely.Point(0, 0)))
