"""The dashboard: four numbers, the map in small, what is near its limit, what changed this week, charts."""

from functools import partial
from itertools import pairwise
from typing import Any

from app.cases.queries.filters import Filters
from app.core.access import allow, current_actor
from app.core.clock import now
from app.core.language import day, name_of
from app.core.language import gettext as _
from app.core.pages import render
from app.core.policy import Actor
from app.core.roles import HOLDER_ROLES
from app.core.words import word
from app.desk import atlas, movement
from app.desk.atlas_sides import method_words, side_of
from app.desk.dashboard import AGES, Count, Summary, days, hot_categories, summary
from app.desk.drawing import drawing
from app.desk.figures import figures
from app.desk.mapview import View, asked_area, asked_sort, home_areas, levels_below
from app.desk.routes import bp
from app.desk.routes.atlas import covered

AT_RISK_SHOWN, LINES = 6, 8


@bp.get("/dashboard")
@allow(*sorted(HOLDER_ROLES))
def dashboard() -> str:
    actor, at = current_actor(), now()
    view = view_of(actor, at, "overdue")
    side = side_of(view, actor)
    classes = side.classes()
    found = summary(view, actor)
    return render(
        "desk/dashboard.html",
        at=view.seen,
        place_name=name_of(view.area),
        units=_switch(view, actor),
        narrowed=not covered(view.area, actor),
        figures=figures(view, actor),
        measure=view.measure,
        legend=atlas.legend(side.units, view.measure, classes),
        method=method_words([side], classes),
        approximate=any(entry.approximate for entry in view.units),
        drawing=drawing(side, classes),
        map_url=view.again(show=view.measure.code),
        lines=lines_of(side.units, view, LINES),
        unit_word=word(view.level, "level"),
        risk=movement.at_risk(view.filters, actor, at, most=AT_RISK_SHOWN),
        risk_url=view.link(status="open", near="true"),
        changes=found.changes,
        hot=hot_categories(view, actor),
        charts=_charts(view, actor, found),
    )


def view_of(actor: Actor, at: Any, show: str) -> View:
    """The reader's own unit, or the one asked for."""
    area = asked_area(actor)
    measure = atlas.BY_CODE[show]
    return View(area, levels_below(area), Filters(within=area), measure, asked_sort(measure), at)


def _switch(view: View, actor: Actor) -> list[dict[str, Any]]:
    """A link to each of the reader's units; none for whoever has one only."""
    own = {unit.code: unit for unit in home_areas(actor)}
    return [
        {"name": name_of(unit), "code": code, "here": unit is view.area}
        for code, unit in own.items()
        if len(own) > 1
    ]


def lines_of(units: list[atlas.Unit], view: View, most: int) -> list[dict[str, Any]]:
    """The units in most trouble: the same numbers as the map."""
    columns = [atlas.BY_CODE[code] for code in ("open", "near", "overdue", "climbed")]
    named = [unit for unit in atlas.ordered(units, "-overdue") if unit.entry]
    return [
        {
            "name": name_of(unit.entry),
            "code": unit.code,
            "cells": atlas.cells(unit.numbers, partial(view.link, unit.entry), columns),
        }
        for unit in named[:most]
    ]


def _charts(view: View, actor: Actor, found: Summary) -> list[dict[str, Any]]:
    """Each chart's title, how it is read, its series, and the same numbers as lines of a table."""
    daily = days(view, actor)
    return [
        _chart(
            "days",
            _("Filed and closed per day"),
            _("calendar days of the city; today up to now"),
            [day(each.start) for each in daily],
            {_("Filed"): [each.filed for each in daily], _("Closed"): [each.closed for each in daily]},
        ),
        _chart(
            "backlog",
            _("Open cases week by week"),
            _("as things stood at the beginning of that day; the last one now"),
            [day(moment) for moment, _count in found.backlog],
            {_("Open"): [count for _moment, count in found.backlog]},
        ),
        _chart("ages", _("Age of the open cases"), _("since filing"), _age_words(), {_("Open"): found.ages}),
    ]


def _age_words() -> list[str]:
    first, *_between, last = AGES
    between = [_("%(low)s to %(high)s days", low=low, high=high) for low, high in pairwise(AGES)]
    return [_("under %(n)s days", n=first), *between, _("over %(n)s days", n=last)]


def _chart(
    code: str, title: str, how: str, labels: list[str], series: dict[str, list[Count]]
) -> dict[str, Any]:
    return {
        "code": code,
        "title": title,
        "how": how,
        "labels": labels,
        "series": series,
        "drawn": {
            "kind": "line" if code == "backlog" else "bar",
            "labels": labels,
            "series": [
                {"name": name, "values": [c.value for c in counts]} for name, counts in series.items()
            ],
        },
    }
