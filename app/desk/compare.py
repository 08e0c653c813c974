"""Two periods or two places side by side: maps with one legend, a table with both and the difference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import request

from app.areas.index import areas
from app.core.language import gettext as _
from app.core.language import name_of, number
from app.core.problems import NotFound
from app.desk.atlas import Cell, Counts, Measure, Unit, cell
from app.desk.mapview import PERIODS, WEEK, View, levels_below

PERIOD = "period"


@dataclass(frozen=True)
class Line:
    """One line of the comparison: what is shown, what it is compared with, and the difference in words."""

    name: str
    shown: Cell
    other: Cell
    difference: str


def other_view(view: View) -> View | None:
    """What the page is asked to compare with; None if nothing."""
    asked = request.args.get("compare", "")
    if not asked or asked == view.area.code:
        return None
    if asked == PERIOD:
        return _earlier(view)
    area = areas().by_code.get(asked)
    if area is None:
        raise NotFound(_("There is no area %(code)s.", code=asked[:40]))
    return replace(view, area=area, levels=levels_below(area), filters=view.filters.but(within=area))


def length_of(view: View) -> timedelta:
    """How far the period before lies back: as long as the window, a week without one."""
    start, end = view.filters.start, view.filters.end
    days = PERIODS.get(request.args.get("period", ""))
    if days:
        return timedelta(days=days)
    if start is None:
        return WEEK
    return timedelta(days=max(1, ((end or view.seen) - start).days))


def _earlier(view: View) -> View:
    """The same place so much earlier, as it stood then."""
    length, filters = length_of(view), view.filters
    return replace(
        view,
        filters=filters.but(
            start=filters.start and filters.start - length,
            end=filters.end and filters.end - length,
            as_of=view.seen - length,
        ),
    )


def by_unit(shown: Sequence[Unit], other: Sequence[Unit], here: View, then: View) -> list[Line]:
    """The units of one place in two periods."""
    measure = here.measure
    before = {unit.code: unit.numbers for unit in other}
    names = {unit.code: unit for unit in (*shown, *other)}
    now = {unit.code: unit.numbers for unit in shown}
    return [
        line(
            name_of(unit.entry) if unit.entry else _("in none of these units"),
            measure,
            (now.get(code, Counts(None)), before.get(code, Counts(None))),
            (_link(here, unit), _link(then, unit)),
        )
        for code, unit in names.items()
    ]


def by_measure(shown: Counts, other: Counts, here: View, there: View) -> list[Line]:
    """Two places, number by number."""
    return [
        line(str(measure.label), measure, (shown, other), (here.link, there.link))
        for measure in here.columns
        if measure.code != "median"
    ]


def line(
    name: str,
    measure: Measure,
    counts: tuple[Counts, Counts],
    links: tuple[Callable[..., str], Callable[..., str]],
) -> Line:
    shown, other = (cell(measure, each, link) for each, link in zip(counts, links, strict=True))
    return Line(name, shown, other, _difference(measure, *counts))


def _link(view: View, unit: Unit) -> Callable[..., str]:
    more = {} if unit.entry else {"no_unit_at": view.level}
    return lambda **adds: view.link(unit.entry, **more, **adds)


def _difference(measure: Measure, shown: Counts, other: Counts) -> str:
    """`+3`, `−2`, `±0`; of shares in percentage points; nothing to say without both."""
    values = measure.value(shown), measure.value(other)
    if None in values:
        return "–"
    change = (values[0] or 0) - (values[1] or 0)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    text = f"{sign}{number(abs(change))}"
    return _("%(change)s points", change=text) if measure.percent else text
