import numpy as np
import pytest
import shapely
from pyproj import Geod

from app.spatial.datum import DATUMS, UnknownDatum, convert_geometries, convert_geometry, from_wgs84, to_wgs84

METRES = Geod(ellps="WGS84")


@pytest.mark.parametrize("crs", DATUMS)
def test_there_and_back_is_less_than_a_centimetre(crs: str) -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(74, 134, 20_000), rng.uniform(18, 53, 20_000)
    back_lon, back_lat = to_wgs84(*from_wgs84(lon, lat, crs), crs)
    assert METRES.inv(lon, lat, back_lon, back_lat)[2].max() < 0.01
    assert np.abs(back_lon - lon).max() < 1e-9


def test_known_places() -> None:
    """Tian'anmen by the published formulas; the offset in Foshan as measured from the public map."""
    assert np.allclose(from_wgs84(116.404, 39.915, "gcj02"), (116.4102445, 39.9164041), atol=1e-6)
    assert np.allclose(from_wgs84(116.404, 39.915, "bd09"), (116.4166272, 39.9226996), atol=1e-6)
    lon, lat = from_wgs84(113.1227, 23.0288, "gcj02")
    assert METRES.inv(113.1227, 23.0288, float(lon), float(lat))[2] == pytest.approx(629, abs=1)


def test_cgcs2000_keeps_the_numbers() -> None:
    assert np.array_equal(to_wgs84([113.1], [23.0], "cgcs2000"), ([113.1], [23.0]))


def test_abroad_gcj02_is_wgs84() -> None:
    assert np.array_equal(from_wgs84([2.35, 151.2], [48.85, -33.9], "gcj02"), ([2.35, 151.2], [48.85, -33.9]))
    assert np.array_equal(to_wgs84([2.35], [48.85], "gcj02"), ([2.35], [48.85]))


def test_geometries_move_vertex_by_vertex() -> None:
    square = shapely.box(113.1, 23.0, 113.2, 23.1)
    moved = convert_geometry(square, "bd09")
    there = np.stack(from_wgs84(*shapely.get_coordinates(moved).T, "bd09"), axis=1)
    assert np.allclose(there, shapely.get_coordinates(square), atol=1e-9)
    assert convert_geometries(np.array([square]), "bd09")[0].equals(moved)


@pytest.mark.parametrize("crs", ["epsg:4326", "WGS84", "", None, 4490, [["wgs84"]]])
def test_an_unknown_datum_is_refused(crs: object) -> None:
    with pytest.raises(UnknownDatum):
        to_wgs84(113.0, 23.0, crs)  # type: ignore[arg-type]


def test_what_is_not_finite_raises_nothing() -> None:
    lon, _ = to_wgs84([np.nan, np.inf, 1e308], [23.0, 23.0, 23.0], "bd09")
    assert lon.shape == (3,)
