"""The tables of the indicators' page as CSV and XLSX, with the method they were made by."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

from app.analysis.exporting import workbook
from app.analysis.indicators.registry import COUNT, Indicator
from app.analysis.indicators.values import Value, change, standing, value_of
from app.areas.index import areas
from app.cases.output import FORMULA
from app.core.clock import rfc3339
from app.core.language import gettext as _
from app.core.language import name_of
from app.core.words import word
from app.desk import indicators_words as words
from app.desk.indicators import View
from app.desk.indicators_tables import rows

Line = list[Any]
HEAD = (
    *("code", "indicator", "value", "unit", "count", "n", "low_95", "high_95"),
    *("target", "standing", "prior", "prior_n", "change", "formula"),
)


def own_lines(view: View) -> Iterator[Line]:
    """One line for each indicator of the area."""
    yield list(HEAD)
    for each in view.said.indicators:
        present, earlier = value_of(each, view.whole), value_of(each, view.earlier)
        yield [
            *(each.code, name_of(each), _said(each, present), each.unit, present.count, present.n),
            *(_rounded(present.low), _rounded(present.high), each.target),
            None if _untold(each, present) else standing(each, present.value),
            *(_said(each, earlier), earlier.n, _rounded(change(each, present, earlier))),
            words.formula_of(each),
        ]


def unit_lines(view: View) -> Iterator[Line]:
    """One line for each unit: of every indicator its value and its n."""
    yield ["code", word(view.level, "level")] + [
        head for each in view.said.indicators for head in (each.code, f"{each.code}_n")
    ]
    for row in rows(view):
        values = [(each, value_of(each, row.tally)) for each in view.said.indicators]
        name = name_of(row.entry) if row.entry else _("in no unit of this level")
        numbers = [cell for each, value in values for cell in (_said(each, value), value.n)]
        yield [row.entry.code if row.entry else None, name, *numbers]


def method(view: View) -> Iterator[tuple[str, str]]:
    """What the numbers are, so that they can be made again."""
    window = view.window
    yield "area", f"{view.area.code} {name_of(view.area)}"
    yield "level", view.level
    yield "window", f"{window.first.isoformat()} to before {window.last.isoformat()} ({areas().city.code})"
    yield "from", rfc3339(window.start) or ""
    yield "to", rfc3339(window.end) or ""
    yield "as_of", rfc3339(window.as_of) or ""
    yield "prior", f"{view.prior.first.isoformat()} to before {view.prior.last.isoformat()}"
    yield "prior_as_of", rfc3339(view.prior.as_of) or ""
    yield "categories", ",".join(sorted(view.shared.categories)) or "all"
    yield "definitions_version", str(view.said.version)
    yield "made_by", view.actor.username
    yield "scope", "all cases of the area" if view.covered else "only cases that this person may see"
    yield "too_few", "empty value: no cases, fewer than 10, or a quantile that is not reached yet"
    for each in view.said.indicators:
        yield f"formula {each.code}", f"{each.formula} | {each.formula_en} | {each.source}"


def xlsx(view: View) -> BytesIO:
    return workbook({"indicators": own_lines(view), "units": unit_lines(view)}, method(view))


def as_csv(view: View) -> str:
    """Method, own numbers and units as one file, an empty line between."""
    out = StringIO()
    writer = csv.writer(out)
    for lines in (method(view), own_lines(view), unit_lines(view)):
        writer.writerows([[_cell(value) for value in line] for line in lines])
        writer.writerow([])
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets an apostrophe."""
    if isinstance(value, str) and value.lstrip().startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _untold(indicator: Indicator, value: Value) -> bool:
    return value.few and indicator.measure != COUNT


def _said(indicator: Indicator, value: Value) -> float | None:
    return None if _untold(indicator, value) else _rounded(value.value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
