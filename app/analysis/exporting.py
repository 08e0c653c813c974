"""Cases as files for spreadsheets and GIS: XLSX by openpyxl, GeoPackage by GDAL in a process of its own."""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from app.cases.output import CSV_COLUMNS, csv_row, geometry_of

CHILD = Path(__file__).with_name("geopackage_child.py")
SECONDS = 120
MOST_ROWS = 200_000


def workbook(sheets: Mapping[str, Iterable[Iterable[Any]]], about: Iterable[tuple[str, str]]) -> BytesIO:
    """An XLSX file: each sheet's first line is its heading; the last sheet says what the file is."""
    book = Workbook(write_only=True)
    for title, lines in sheets.items():
        _sheet(book, title, lines)
    _sheet(book, "about", about)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def _sheet(book: Any, title: str, lines: Iterable[Iterable[Any]]) -> None:
    sheet = book.create_sheet(title[:31])
    for number, line in enumerate(lines):
        sheet.append([_cell(sheet, value, heading=number == 0) for value in line])


def _cell(sheet: Any, value: Any, *, heading: bool) -> Any:
    """A text stays a text, also when it begins like a formula."""
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    if heading:
        cell.font = Font(bold=True)
    return cell


def case_lines(rows: Iterable[Any], now: datetime) -> Iterator[list[str]]:
    """The columns of the CSV export, as lines of a sheet."""
    yield list(CSV_COLUMNS)
    for row in rows:
        yield csv_row(row, now)


class ExportFailed(RuntimeError):
    """The other process did not make the file."""


def geopackage(rows: Iterable[Any], now: datetime, layer: str) -> BytesIO:
    """A GeoPackage with one layer of cases (WGS 84; those without a place have no geometry).

    Raises ExportFailed.
    """
    with tempfile.TemporaryDirectory() as folder:
        lines, made = Path(folder, "cases.jsonl"), Path(folder, "cases.gpkg")
        with lines.open("wb") as out:
            for row in rows:
                told = dict(zip(CSV_COLUMNS, csv_row(row, now), strict=True))
                out.write(orjson.dumps([geometry_of(row), told]) + b"\n")
        command = [sys.executable, "-I", str(CHILD), str(lines), str(made), layer, ",".join(CSV_COLUMNS)]
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        if done.returncode:
            raise ExportFailed(done.stderr.decode("utf-8", "replace")[-400:])
        return BytesIO(made.read_bytes())
