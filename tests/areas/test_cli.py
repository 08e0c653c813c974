import gzip
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.areas.index import areas
from app.areas.models import Generation
from app.core.db import db, is_writing

FOSHAN = Path(__file__).resolve().parents[2] / "geodata/foshan"


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["areas", *words])
    assert not is_writing()
    return result.exit_code, result.output


def test_foshan_is_loaded_checked_and_activated(app: Flask) -> None:
    code, said = run(app, "load", str(FOSHAN))
    assert code == 0
    assert "1 city, 5 district, 41 town, 818 community, 10,438 grid; 18 without geometry" in said
    assert run(app, "check")[0] == 0
    assert run(app, "activate") == (0, "generation 1 is active\n")
    assert len(areas().entries) == 11_303
    place = areas().located(113.10742, 23.02894)
    assert place.unit is not None and place.unit.code == "440604012052009"


def test_the_raw_districts_are_refused_with_places(app: Flask) -> None:
    raw = [str(FOSHAN / name) for name in ("codes.csv", "districts_gcj02_raw.geojson")]
    code, said = run(app, "load", *raw, "--crs", "gcj02")
    assert (
        code == 1
        and "5 faults" in said
        and "440608: the shape is not valid: self-intersection at 112." in said
    )
    assert run(app, "check") == (1, said.split("\n", 1)[1])
    code, said = run(app, "activate")
    assert code == 1 and "5" in said
    assert db.session.scalars(select(Generation.state)).all() == ["draft"]


def test_files_can_be_checked_without_loading_them(app: Flask) -> None:
    assert run(app, "check", str(FOSHAN / "codes.csv"), str(FOSHAN / "city.geojson"))[0] == 0
    assert db.session.scalars(select(Generation)).all() == []


def test_loading_and_activating_in_one_go(app: Flask) -> None:
    small = [str(FOSHAN / name) for name in ("codes.csv", "city.geojson", "districts.geojson")]
    code, said = run(app, "load", *small, "--activate", "--label", "Outline")
    assert code == 0 and said.startswith("generation 1 (active)")
    assert areas().city.name_en == "Foshan"


@pytest.mark.parametrize("content", [b"", b"[1]", gzip.compress(b"{}", mtime=0), b'{"features":[{}]}'])
def test_a_file_that_is_no_geojson_is_refused_by_name(app: Flask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "city.geojson").write_bytes(content)
    code, said = run(app, "load", str(tmp_path))
    assert code == 1 and said.startswith("Error: city.geojson: ")


def test_there_must_be_a_draft(app: Flask) -> None:
    assert run(app, "activate") == (1, "Error: there is no draft; load boundaries first\n")
    assert run(app, "activate", "7")[0] == run(app, "check")[0] == 1
    assert run(app, "load", "/nowhere")[0] == 2
