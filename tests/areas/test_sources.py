import csv
import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely
from pyproj import Geod

from app.areas.locate import GridTree
from app.areas.rules import check
from app.areas.sources import Record, read_sources
from app.spatial.datum import DATUMS, UnknownDatum, from_wgs84, to_wgs84
from app.spatial.shapes import BadShape

FOSHAN = Path(__file__).resolve().parents[2] / "geodata/foshan"
METRES = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def foshan() -> list[Record]:
    return read_sources([FOSHAN], "wgs84")


@pytest.fixture(scope="module")
def grids(foshan: list[Record]) -> tuple[list[str], GridTree]:
    units = [record.unit for record in foshan if record.unit.level == "grid"]
    codes = [unit.code for unit in units]
    return codes, GridTree(range(len(units)), codes, [unit.geometry for unit in units])


def test_foshan_has_all_its_units(foshan: list[Record]) -> None:
    units = [record.unit for record in foshan]
    levels = ("city", "district", "town", "community", "grid")
    assert [sum(u.level == level for u in units) for level in levels] == [1, 5, 41, 818, 10_438]
    assert sum(u.geometry is None for u in units) == 18
    by_code = {record.unit.code: record for record in foshan}
    assert by_code["440604"].name_en == "Chancheng" and not by_code["440604"].approximate
    assert by_code["440604012052"].name.startswith("桂园") and by_code["440604012052"].approximate
    assert by_code["440608401598"].unit.parent_code == "440608401"


def test_foshan_is_clean(foshan: list[Record]) -> None:
    assert check([record.unit for record in foshan]) == []


def test_the_check_points_fall_where_they_must(grids: tuple[list[str], GridTree]) -> None:
    codes, tree = grids
    lon, lat, expected = check_points()
    found = tree.locate_many(lon, lat)
    assert [codes[i][:6] if i >= 0 else "" for i in found] == expected
    assert len(expected) == 44


def check_points() -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Places of known districts: longitudes, latitudes, codes (empty outside Foshan)."""
    with (FOSHAN / "check_points.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("lon", "lat"))
    return lon, lat, [row["expected_district_code"] for row in rows]


@pytest.mark.parametrize("crs", DATUMS)
def test_places_in_any_datum_land_within_a_metre_in_the_same_grid(
    crs: str, grids: tuple[list[str], GridTree]
) -> None:
    _, tree = grids
    lon, lat, _ = check_points()
    there = (degrees.round(7) for degrees in from_wgs84(lon, lat, crs))
    x, y = to_wgs84(*there, crs)
    assert METRES.inv(lon, lat, x, y)[2].max() < 1
    clear = [i for i in range(len(lon)) if (tree.locate(lon[i], lat[i]).border_m or 0) > 1]
    assert len(clear) > 40
    assert tree.locate_many(x[clear], y[clear]).tolist() == tree.locate_many(lon[clear], lat[clear]).tolist()


def test_the_good_point_lies_well_inside_its_grid(grids: tuple[list[str], GridTree]) -> None:
    codes, tree = grids
    place = tree.locate(113.10742, 23.02894)
    assert codes[place.area_id or 0] == "440604012052009"
    assert place.border_m == pytest.approx(125, abs=1) and place.border_with == ()


@pytest.mark.parametrize("crs", DATUMS)
def test_boundaries_in_any_datum_land_within_a_metre_and_stay_clean(
    crs: str, foshan: list[Record], tmp_path: Path
) -> None:
    units = [r.unit for r in foshan if r.unit.level in ("city", "town") and r.unit.geometry]
    for file, level in (("city.geojson", "city"), ("towns.geojson.gz", "town")):
        shapes = {u.code: shapely.transform(u.geometry, given(crs)) for u in units if u.level == level}
        write(tmp_path / file, shapes)
    shutil.copy(FOSHAN / "codes.csv", tmp_path)
    read = {r.unit.code: r.unit for r in read_sources([tmp_path], crs)}
    assert {f.kind for f in check(list(read.values()))} == set()
    for unit in units:
        before, after = (shapely.get_coordinates(g) for g in (unit.geometry, read[unit.code].geometry))
        assert METRES.inv(*before.T, *after.T)[2].max() < 0.1


def given(crs: str):  # type: ignore[no-untyped-def]
    """WGS 84 positions as a file in another datum would give them, with seven digits."""
    return lambda xy: np.round(np.stack(from_wgs84(xy[:, 0], xy[:, 1], crs), axis=1), 7)


def write(path: Path, shapes: dict[str, shapely.Geometry]) -> None:
    features = [
        {"type": "Feature", "id": c, "properties": {}, "geometry": orjson.loads(shapely.to_geojson(s))}
        for c, s in shapes.items()
    ]
    data = orjson.dumps({"type": "FeatureCollection", "features": features})
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def test_the_raw_districts_are_reported_with_places() -> None:
    """As their source ships them: GCJ-02, with rings that cross themselves."""
    raw = [FOSHAN / "codes.csv", FOSHAN / "districts_gcj02_raw.geojson"]
    faults = [f for f in check([r.unit for r in read_sources(raw, "gcj02")]) if f.kind == "invalid"]
    assert {f.codes[0] for f in faults} == {"440604", "440605", "440606", "440607", "440608"}
    for fault in faults:
        assert fault.lon is not None and 112.3 < fault.lon < 113.4
        assert fault.lat is not None and 22.6 < fault.lat < 23.6
        assert "self-intersection" in fault.message


SQUARE = shapely.box(113, 23, 113.1, 23.1)


def test_what_the_feature_says_wins_over_codes_and_file_name(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("code,level,name,parent_code\n1,city,A,\n2,town,B,1\n", "utf-8")
    write(tmp_path / "city.geojson", {"1": SQUARE, "7": SQUARE})
    one, seven, two = read_sources([tmp_path], "wgs84")
    assert (one.unit.code, one.unit.level, one.name) == ("1", "city", "A")
    assert (seven.unit.level, seven.name) == ("city", "7")
    assert (two.unit.geometry, two.unit.parent_code, two.unit.level) == (None, "1", "town")


def test_a_folder_without_boundaries_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadShape, match="no codes"):
        read_sources([tmp_path], "wgs84")


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(UnknownDatum):
        read_sources([FOSHAN], "epsg4326")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code,name\n1,A\n", "columns code, level and name"),
        ("code,level,name\n", "columns code"),
        ("code,level,name\n,city,A\n", "has no code"),
        (f"code,level,name\n{'9' * 41},city,A\n", "at most 40"),
        ("code,level,name\n1,city,A\x00B\n", "printable|CSV"),
        ('code,level,name\n1,city,"A', "CSV"),
        ("code,level,name\n1,city," + "长" * 121, "at most 120"),
    ],
)
def test_a_bad_code_list_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "codes.csv").write_text(text, "utf-8")
    with pytest.raises(BadShape, match=f"codes.csv: .*({says})"):
        read_sources([tmp_path], "wgs84")


def test_codes_in_another_encoding_are_refused(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_bytes("code,level,name\n1,city,佛山\n".encode("gbk"))
    with pytest.raises(BadShape, match="UTF-8"):
        read_sources([tmp_path], "wgs84")


@pytest.mark.parametrize("properties", [{"name": ["A"]}, {"name": "A\ud800"}, {"code": 7}, {"level": {}}])
def test_wrong_types_in_a_feature_are_refused(tmp_path: Path, properties: dict[str, object]) -> None:
    feature = {"type": "Feature", "id": "1", "properties": properties, "geometry": None}
    (tmp_path / "city.geojson").write_text(json.dumps({"features": [feature]}), "utf-8")
    with pytest.raises(BadShape, match=r"city\.geojson"):
        read_sources([tmp_path], "wgs84")
