"""The shipped configuration, read from its data files as contents of every kind."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.catalogue.configuration.building import Content
from app.catalogue.configuration.values import Kind

DATA = Path(__file__).parents[1] / "data"


def shipped_contents(data: Path = DATA) -> dict[Kind, Content]:
    """The contents of every kind as the files say; unchecked."""
    return {kind: read(data) for kind, read in _READERS.items()}


def _calendar(data: Path) -> Content:
    content: Content = json.loads((data / "calendar.json").read_text(encoding="utf-8"))
    return {name: content[name] for name in ("week", "make_up", "days")}


def _holidays(data: Path) -> Content:
    return {"days": [row | {"provisional": row["provisional"] == "1"} for row in _rows(data, "holidays")]}


def _limits(data: Path) -> Content:
    return {row["name"]: int(row["value"]) for row in _rows(data, "limits")}


def _reasons(data: Path) -> Content:
    rows = _rows(data, "reasons")
    return {
        "reasons": [
            {"action": row["action"], "code": row["code"], "name": row["zh"], "name_en": row["en"]}
            for row in rows
        ]
    }


def _table(file: str, name: str, *columns: str) -> Callable[[Path], Content]:
    """A content of one list: the named columns of a file."""

    def read(data: Path) -> Content:
        return {name: [{column: row[column] for column in columns} for row in _rows(data, file)]}

    return read


def _rows(data: Path, name: str) -> list[dict[str, Any]]:
    with (data / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


_READERS: dict[Kind, Callable[[Path], Content]] = {
    Kind.TERMS: _table("terms", "rules", "stage", "category", "level", "urgency", "term"),
    Kind.CALENDAR: _calendar,
    Kind.HOLIDAYS: _holidays,
    Kind.LADDER: _table("ladder", "graces", "level", "urgency", "term"),
    Kind.LIMITS: _limits,
    Kind.REASONS: _reasons,
    Kind.RESPONSIBILITY: _table("responsibility", "rules", "category", "area", "department"),
}
