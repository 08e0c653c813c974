"""The inbox: what waits for the unit or department that the reader is posted in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for

from app.areas.index import areas
from app.cases.queries import listing
from app.cases.queries.filters import Filters, read_filters
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import now
from app.core.language import name_of
from app.core.pages import render
from app.core.policy import Actor, Posting
from app.core.roles import HOLDER_ROLES, Role
from app.desk.choices import category_choices
from app.desk.lists import List, bounds_of, list_page, shape_url
from app.desk.routes import bp
from app.desk.tabs import Tab, tabs_of
from app.people.queries import departments


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
    posting = working_posting(actor)
    box, tabs = box_of(posting), tabs_of(posting)
    counted = [_counted(each, box, actor, at) for each in tabs]
    tab = _chosen(counted)
    asked = _asked(tab.narrow(box, at))
    found = list_page(asked, actor, at)
    return render(
        "desk/inbox.html",
        of=box_name(posting),
        tabs=counted,
        tab=tab,
        filters=request.args,
        filtered=bool(request.args.get("category") or request.args.get("q")),
        categories=category_choices(),
        bounds=bounds_of(asked),
        shape_url=shape_url(asked),
        at=at,
        **_shown(found, tab),
    )


def _chosen(tabs: list[Counted]) -> Tab:
    """The tab asked for; else the first that holds work, so that nobody begins before an empty list."""
    asked = [each.tab for each in tabs if each.code == request.args.get("tab")]
    holding = [each.tab for each in tabs if each.count and each.code != "all"]
    return [*asked, *holding, tabs[0].tab][0]


def _shown(found: List, tab: Tab) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "tab": tab.code,
        "category": request.args.get("category"),
        "q": request.args.get("q"),
    }
    return {
        "rows": found.rows,
        "points": found.points,
        "unplaced": found.unplaced,
        "total": found.total,
        "next_url": url_for("desk.home", **kept, cursor=found.following) if found.following else None,
        "first_url": url_for("desk.home", **kept) if request.args.get("cursor") else None,
    }


def _asked(narrowed: Filters) -> Filters:
    """The tab's filter with what the filter bar adds."""
    added = read_filters(request.args)
    return narrowed.but(categories=added.categories, q=added.q)


def _counted(tab: Tab, box: Filters, actor: Actor, at: datetime) -> Counted:
    asked = tab.narrow(box, at)
    return Counted(tab, listing.total(asked, within=listing.scope_for(actor, asked), now=at))


def working_posting(actor: Actor) -> Posting | None:
    """The posting whose inbox is shown: the one that decides, else that handles, else that inspects."""
    for roles in (HOLDER_ROLES, {Role.HANDLER}, {Role.INSPECTOR}):
        found = next((posting for posting in actor.postings if posting.role in roles), None)
        if found is not None:
            return found
    return None


def box_of(posting: Posting | None) -> Filters:
    """Everything that belongs to the posting's unit or department."""
    if posting is None:
        return Filters()
    if posting.department_id is not None:
        return Filters(department_id=posting.department_id)
    unit = areas().by_id[posting.area_id] if posting.area_id is not None else None
    if posting.role is Role.INSPECTOR or unit is None:
        return Filters(within=unit)
    return Filters(within=unit, holder_id=unit.id)


def box_name(posting: Posting | None) -> str:
    if posting is None:
        return ""
    if posting.department_id is not None:
        return name_of(departments()[posting.department_id])
    return name_of(areas().by_id.get(posting.area_id or 0))
