"""Boundary files of an administration, read into records. No database.

A folder holds `codes.csv` (code, level, name, name_en, parent_code) and one GeoJSON file per level, gzipped
or not: `city`, `districts`, `towns`, `communities`, `grids`. Either may say what the other leaves out; a
unit that only `codes.csv` knows has no geometry. Single files can be given instead of a folder.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.areas.rules import Unit
from app.spatial.datum import convert_geometries, known
from app.spatial.shapes import BadShape, Feature, feature_collection, unpacked

LEVEL_FILES = {
    "city": "city",
    "districts": "district",
    "towns": "town",
    "communities": "community",
    "grids": "grid",
}
LONGEST_CODE = 40
LONGEST_NAME = 120


@dataclass(frozen=True)
class Record:
    """A unit as its files tell it; the geometry is in WGS 84."""

    unit: Unit
    name: str
    name_en: str | None
    approximate: bool
    households: int | None


def read_sources(paths: Iterable[Path], crs: str) -> list[Record]:
    """The units of all files, given in datum `crs`, in the order read. Raises BadShape naming the file."""
    known(crs)
    rows: dict[str, Mapping[str, str]] = {}
    records: list[Record] = []
    for path in _files(paths):
        with _naming(path.name):
            if path.suffix == ".csv":
                rows.update(_code_rows(path))
            else:
                level = LEVEL_FILES.get(path.name.split(".")[0])
                records += [_from_feature(f, level, rows) for f in feature_collection(path.read_bytes())]
    drawn = {record.unit.code for record in records}
    with _naming("codes.csv"):
        records += [_record(row, None) for code, row in rows.items() if code not in drawn]
    return _in_wgs84(records, crs)


@contextmanager
def _naming(file: str) -> Iterator[None]:
    try:
        yield
    except BadShape as error:
        raise BadShape(f"{file}: {error.message}") from error


def _files(paths: Iterable[Path]) -> list[Path]:
    """The files to read, `codes.csv` first."""
    found: list[Path] = []
    for path in paths:
        found += [p for p in path.iterdir() if _wanted(p)] if path.is_dir() else [path]
    if not found:
        raise BadShape("no codes.csv and no boundary file was found")
    levels = list(LEVEL_FILES)
    return sorted(found, key=lambda p: (p.suffix != ".csv", _rank(p, levels), p.name))


def _rank(path: Path, levels: list[str]) -> int:
    stem = path.name.split(".")[0]
    return levels.index(stem) if stem in levels else len(levels)


def _wanted(path: Path) -> bool:
    stem, _, kind = path.name.partition(".")
    return path.name == "codes.csv" or (stem in LEVEL_FILES and kind in ("geojson", "geojson.gz"))


def _code_rows(path: Path) -> dict[str, Mapping[str, str]]:
    try:
        text = unpacked(path.read_bytes()).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadShape(f"not a readable CSV file in UTF-8: {error}") from error
    if not rows or not {"code", "level", "name"} <= rows[0].keys():
        raise BadShape("the columns code, level and name are expected")
    return {row["code"] or "": row for row in rows}


def _from_feature(feature: Feature, level: str | None, rows: Mapping[str, Mapping[str, str]]) -> Record:
    """The file's own words win over `codes.csv`, which wins over the file's name."""
    code = feature.properties.get("code", feature.id)
    told = {"level": level} | dict(rows.get(code, {}) if isinstance(code, str) else {})
    own = {name: value for name, value in feature.properties.items() if value is not None}
    return _record({**told, **own, "code": code}, feature)


def _record(told: Mapping[str, Any], feature: Feature | None) -> Record:
    code = _text(told.get("code"), "code", LONGEST_CODE)
    if not code:
        raise BadShape("a unit has no code")
    unit = Unit(
        code=code,
        level=_text(told.get("level"), f"level of {code}", 12) or "",
        parent_code=_text(told.get("parent_code"), f"parent of {code}", LONGEST_CODE),
        geometry=feature.geometry if feature else None,
        dedicated=told.get("dedicated") in (True, "1"),
    )
    return Record(
        unit=unit,
        name=_text(told.get("name"), f"name of {code}", LONGEST_NAME) or code,
        name_en=_text(told.get("name_en"), f"English name of {code}", LONGEST_NAME),
        approximate=told.get("approximate") in (True, "1"),
        households=_count(told.get("est_households", told.get("households"))),
    )


def _text(value: object, what: str, most: int) -> str | None:
    """Printable text of at most `most` characters, None if empty."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise BadShape(f"{what}: printable text of at most {most} characters is expected")
    return value.strip() or None


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < 2**31 else None


def _in_wgs84(records: list[Record], crs: str) -> list[Record]:
    drawn = [i for i, record in enumerate(records) if record.unit.geometry is not None]
    given = np.array([*(records[i].unit.geometry for i in drawn), None], dtype=object)[:-1]
    for i, moved in zip(drawn, convert_geometries(given, crs), strict=True):
        records[i] = replace(records[i], unit=replace(records[i].unit, geometry=moved))
    return records
