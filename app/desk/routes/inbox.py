"""The inbox: what waits for the unit or department that the reader is posted in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for

from app.cases.queries.filters import Filters, read_filters
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import now
from app.core.pages import render
from app.core.policy import Actor, Posting
from app.desk.boxes import box_name, box_of, workplaces
from app.desk.choices import category_choices
from app.desk.lists import List, bounds_of, list_page, shape_url
from app.desk.queries import totals
from app.desk.routes import bp
from app.desk.routes.bulk import picks_for
from app.desk.tabs import NONE, Tab, tabs_of


@dataclass(frozen=True)
class Counted:
    """A tab with how many cases its list has."""

    tab: Tab
    count: int

    @property
    def code(self) -> str:
        return self.tab.code

    @property
    def label(self) -> str:
        return str(self.tab.label)


@bp.get("/")
@allow(SIGNED_IN)
def home() -> str:
    actor, at = current_actor(), now()
    places = workplaces(actor)
    unit = _unit(places)
    posting = places.get(unit)
    box, tabs = box_of(posting), tabs_of(posting)
    counted = _counted(tabs, box, actor, at)
    tab = _chosen(counted)
    asked = _asked(tab.narrow(box, at))
    found = list_page(asked, actor, at)
    return render(
        "desk/inbox.html",
        of=box_name(posting),
        unit=_kept(unit, places),
        units=_switch(unit, places),
        tabs=[each for each in counted if each.count or not each.tab.rare or each.tab is tab],
        tab=tab,
        filters=request.args,
        filtered=bool(request.args.get("category") or request.args.get("q")),
        categories=category_choices(),
        bounds=bounds_of(asked),
        shape_url=shape_url(asked),
        at=at,
        **_shown(found, tab, _kept(unit, places)),
    )


def _unit(places: dict[str, Posting]) -> str:
    """The unit or department asked for, if it is one of the reader's; else the first."""
    asked = request.args.get("unit", "")
    return asked if asked in places else next(iter(places), "")


def _kept(unit: str, places: dict[str, Posting]) -> str | None:
    """What addresses say of the unit: nothing for the one where the reader begins."""
    return None if unit == next(iter(places), "") else unit


def _switch(unit: str, places: dict[str, Posting]) -> list[dict[str, Any]]:
    """A link to each of the reader's inboxes; none for whoever has one only."""
    return [
        {
            "name": box_name(posting),
            "url": url_for("desk.home", unit=_kept(code, places)),
            "here": code == unit,
        }
        for code, posting in places.items()
        if len(places) > 1
    ]


def _chosen(tabs: list[Counted]) -> Tab:
    """The tab asked for; else the first that holds work, so that nobody begins before an empty list."""
    asked = [each.tab for each in tabs if each.code == request.args.get("tab")]
    holding = [each.tab for each in tabs if each.count and each.code != "all"]
    return [*asked, *holding, tabs[0].tab][0]


def _shown(found: List, tab: Tab, unit: str | None) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "unit": unit,
        "tab": tab.code,
        "category": request.args.get("category"),
        "q": request.args.get("q"),
    }
    return {
        "rows": found.rows,
        "picks": picks_for(found.rows),
        "points": found.points,
        "unplaced": found.unplaced,
        "total": found.total,
        "next_url": url_for("desk.home", **kept, cursor=found.following) if found.following else None,
        "first_url": url_for("desk.home", **kept) if request.args.get("cursor") else None,
    }


def _asked(narrowed: Filters) -> Filters:
    """The tab's filter with what the filter bar adds; a category is asked for only among the tab's own."""
    added = read_filters(request.args)
    both = narrowed.categories & added.categories or NONE
    chosen = both if narrowed.categories and added.categories else narrowed.categories | added.categories
    return narrowed.but(categories=chosen, q=added.q)


def _counted(tabs: Sequence[Tab], box: Filters, actor: Actor, at: datetime) -> list[Counted]:
    counts = totals([tab.narrow(box, at) for tab in tabs], actor, at)
    return [Counted(tab, count) for tab, count in zip(tabs, counts, strict=True)]
