"""The table of the district map: one page of units in their order, totals, and the links of its head."""

from typing import Any

from app.core.language import gettext as _
from app.core.language import name_of, number
from app.core.words import word
from app.desk import atlas
from app.desk.atlas_sides import Side, is_lowest
from app.desk.mapview import TABLE_PAGE, View, asked_page, here


def table(side: Side) -> dict[str, Any]:
    """One page of the units in their order; heads and totals are of all."""
    view, units = side.view, side.units
    column, page = view.sort.lstrip("-"), asked_page(len(units))
    begin = (page - 1) * TABLE_PAGE
    end = min(page * TABLE_PAGE, len(units))
    first, last, total = number(begin + 1), number(end), number(len(units))
    whole = atlas.together([unit.numbers for unit in units])
    return {
        "rows": _lines(view, atlas.ordered(units, view.sort)[begin:end]),
        "shown": _("%(first)s–%(last)s of %(total)s", first=first, last=last, total=total),
        "first_url": view.turned(view.sort) if begin else None,
        "next_url": view.turned(view.sort, page + 1) if end < len(units) else None,
        "totals": atlas.cells(whole, view.link, view.columns),
        "columns": view.columns,
        "unit_word": word(view.level, "level"),
        "sort": {"column": column, "direction": "descending" if view.sort.startswith("-") else "ascending"},
        "sort_urls": {code: _sorted_by(view, code) for code in ("name", *(c.code for c in view.columns))},
    }


def _lines(view: View, units: list[atlas.Unit]) -> list[dict[str, Any]]:
    lines = []
    for unit in units:
        entry = unit.entry
        name = name_of(entry) if entry else _("in no %(level)s", level=word(view.level, "level").lower())
        more = {} if entry else {"no_unit_at": view.level}
        link = lambda entry=entry, more=more, **adds: view.link(entry, **more, **adds)  # noqa: E731
        cells = atlas.cells(unit.numbers, link, view.columns)
        url = (view.link(entry) if is_lowest(entry) else here(entry)) if entry else None
        lines.append({"code": unit.code, "name": name, "url": url, "cells": cells})
    return lines


def _sorted_by(view: View, column: str) -> str:
    """A second click on a column turns the order round; numbers begin with the highest."""
    turned = {f"-{column}": column, column: f"-{column}"}
    return view.turned(turned.get(view.sort, column if column == "name" else f"-{column}"))
