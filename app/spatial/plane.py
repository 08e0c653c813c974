"""Degrees laid flat in metres, so that nearness and sizes can be reckoned.

The plane scales longitude and latitude by constants, hence a rectangle in degrees stays one in metres and
what touches still touches. Sizes are true on the middle latitude and off by 0.75 % one degree north or
south of it, which is more than the height of any city.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]
_RADIUS, _SQUARED_ECCENTRICITY = 6378137.0, 0.0066943799901413165  # WGS 84


@dataclass(frozen=True)
class Plane:
    """Metres east and north of a point given in degrees (WGS 84)."""

    lon: float
    lat: float

    @property
    def scale(self) -> tuple[float, float]:
        """Metres of one degree of longitude and of one degree of latitude here."""
        phi = np.radians(self.lat)
        bent = 1 - _SQUARED_ECCENTRICITY * np.sin(phi) ** 2
        east = np.cos(phi) * _RADIUS / np.sqrt(bent)
        north = _RADIUS * (1 - _SQUARED_ECCENTRICITY) / bent**1.5
        return float(np.radians(east)), float(np.radians(north))

    def metres(self, lonlat: ArrayLike) -> Floats:
        """(n, 2) degrees → (n, 2) metres."""
        return (np.asarray(lonlat, dtype=np.float64) - (self.lon, self.lat)) * self.scale

    def degrees(self, xy: ArrayLike) -> Floats:
        """(n, 2) metres → (n, 2) degrees."""
        return np.asarray(xy, dtype=np.float64) / self.scale + (self.lon, self.lat)

    def flat(self, geometries: Geometries) -> Geometries:
        """The same shapes in metres."""
        return np.asarray(shapely.transform(geometries, self.metres), dtype=object)

    def round(self, geometries: Geometries) -> Geometries:
        """Shapes in metres back in degrees."""
        return np.asarray(shapely.transform(geometries, self.degrees), dtype=object)


def plane_of(geometries: Geometries) -> Plane:
    """A plane in the middle of the shapes (degrees), to a tenth of a degree: the same for all of a city."""
    if shapely.is_empty(geometries).all() or shapely.is_missing(geometries).all():
        return Plane(0.0, 0.0)
    west, south, east, north = shapely.total_bounds(geometries)
    return Plane(round(float(west + east) / 2, 1), round(float(south + north) / 2, 1))
