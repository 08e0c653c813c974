"""Longitude and latitude between the four datums that reach us.

WGS 84 is what GPS gives and what we store. GCJ-02 is what Chinese map tiles and phones' map kits show,
BD-09 what Baidu shows on top of it. CGCS2000 (EPSG:4490) is the national survey frame: same origin and axes
as WGS 84, an ellipsoid whose flattening differs in the ninth digit (0.1 mm), plate motion of some
centimetres a year. Far below a phone's accuracy, so here its numbers are taken for WGS 84 unchanged.

Formulas: the publicly known GCJ-02 and BD-09 series; the inverses are iterated until the forward formula
gives the input again.
"""

from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

CRS = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]
DATUMS: tuple[CRS, ...] = get_args(CRS)

Floats = NDArray[np.float64]
LonLat = tuple[Floats, Floats]
Formula = Callable[[Floats, Floats], LonLat]
Geometry = TypeVar("Geometry", bound=BaseGeometry)

_SEMI_MAJOR = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_CLOSE_ENOUGH = 1e-10
_MOST_STEPS = 30


class UnknownDatum(ValueError):
    def __init__(self, crs: object) -> None:
        given = f"unknown datum {crs[:40]!r}" if isinstance(crs, str) else "the datum must be text"
        super().__init__(f"{given}; known are {', '.join(DATUMS)}")


def to_wgs84(lon: ArrayLike, lat: ArrayLike, crs: str) -> LonLat:
    """Degrees in datum `crs` → degrees in WGS 84, element by element."""
    return _apply(_TO_WGS84, lon, lat, crs)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, crs: str) -> LonLat:
    """Degrees in WGS 84 → degrees in datum `crs`, element by element."""
    return _apply(_FROM_WGS84, lon, lat, crs)


def convert_geometry(geometry: Geometry, crs: str) -> Geometry:
    """A geometry given in datum `crs`, moved to WGS 84 vertex by vertex."""
    moved: Geometry = _converted(geometry, crs)
    return moved


def convert_geometries(geometries: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """`convert_geometry` for many at once, much faster than one by one."""
    moved: NDArray[np.object_] = _converted(geometries, crs)
    return moved


def _converted(geometries: Any, crs: str) -> Any:
    if known(crs) in _SAME:
        return geometries
    return shapely.transform(geometries, lambda xy: np.stack(to_wgs84(xy[:, 0], xy[:, 1], crs), axis=1))


def known(crs: object) -> CRS:
    """The datum as a checked literal; raises UnknownDatum."""
    if crs not in DATUMS:
        raise UnknownDatum(crs)
    return crs


def outside_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """The rectangle outside of which GCJ-02 equals WGS 84."""
    return (lon < 72.004) | (lon > 137.8347) | (lat < 0.8293) | (lat > 55.8271)


def _apply(formulas: dict[CRS, Formula], lon: ArrayLike, lat: ArrayLike, crs: str) -> LonLat:
    formula = formulas[known(crs)]
    with np.errstate(all="ignore"):
        return formula(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))


def _unchanged(lon: Floats, lat: Floats) -> LonLat:
    return lon, lat


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> LonLat:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    return _metres_added(lon, lat, east, north)


def _metres_added(lon: Floats, lat: Floats, east: Floats, north: Floats) -> LonLat:
    """Metres to degrees on the Krasovsky ellipsoid; nothing is added outside China."""
    radians = lat / 180.0 * np.pi
    magic = 1.0 - _ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    meridian = _SEMI_MAJOR * (1.0 - _ECCENTRICITY_SQUARED) / (magic * np.sqrt(magic)) * np.pi / 180.0
    parallel = _SEMI_MAJOR / np.sqrt(magic) * np.cos(radians) * np.pi / 180.0
    abroad = outside_china(lon, lat)
    return np.where(abroad, lon, lon + east / parallel), np.where(abroad, lat, lat + north / meridian)


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> LonLat:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _wgs84_to_bd09(lon: Floats, lat: Floats) -> LonLat:
    return _gcj02_to_bd09(*_wgs84_to_gcj02(lon, lat))


def _inverse(forward: Formula) -> Formula:
    """The inverse by fixed-point iteration; the shift changes so slowly that a few steps suffice."""

    def backward(lon: Floats, lat: Floats) -> LonLat:
        x, y = lon, lat
        for _ in range(_MOST_STEPS):
            there_x, there_y = forward(x, y)
            dx, dy = lon - there_x, lat - there_y
            x, y = x + dx, y + dy
            if not ((np.abs(dx) > _CLOSE_ENOUGH) | (np.abs(dy) > _CLOSE_ENOUGH)).any():
                break
        return x, y

    return backward


def _gcj02_to_wgs84(lon: Floats, lat: Floats) -> LonLat:
    x, y = _inverse(_wgs84_to_gcj02)(lon, lat)
    abroad = outside_china(lon, lat)
    return np.where(abroad, lon, x), np.where(abroad, lat, y)


def _bd09_to_wgs84(lon: Floats, lat: Floats) -> LonLat:
    return _gcj02_to_wgs84(*_inverse(_gcj02_to_bd09)(lon, lat))


_SAME: frozenset[str] = frozenset({"wgs84", "cgcs2000"})
_TO_WGS84: dict[CRS, Formula] = {
    "wgs84": _unchanged,
    "cgcs2000": _unchanged,
    "gcj02": _gcj02_to_wgs84,
    "bd09": _bd09_to_wgs84,
}
_FROM_WGS84: dict[CRS, Formula] = {
    "wgs84": _unchanged,
    "cgcs2000": _unchanged,
    "gcj02": _wgs84_to_gcj02,
    "bd09": _wgs84_to_bd09,
}
