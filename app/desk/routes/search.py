"""Any list of cases: the address holds every filter, so that it can be kept, sent and counted on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for

from app.areas.index import areas
from app.cases.queries import listing
from app.cases.queries.filters import Filters, read_filters
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import now, rfc3339
from app.core.language import gettext as _
from app.core.language import instant, name_of, number
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import Invalid
from app.core.words import word
from app.desk import choices
from app.desk.explore import in_words
from app.desk.indicators_words import indicator_chips
from app.desk.lists import List, bounds_of, list_page, shape_url
from app.desk.routes import bp
from app.people.queries import departments

FOLDED = ("level", "department", "overdue", "card", "from", "to")
PAGING = ("cursor",)


@dataclass(frozen=True)
class Chip:
    """A filter that has no field of its own in the form: as the address has it, in words, and the address
    without it."""

    name: str
    values: list[str]
    label: str
    url: str


@bp.get("/cases")
@allow(SIGNED_IN)
def cases() -> Any:
    actor, at = current_actor(), now()
    try:
        filters = read_filters(request.args)
    except Invalid as invalid:
        return _page(None, Filters(), actor, at, problem=invalid), 422
    return _page(list_page(filters, actor, at), filters, actor, at)


def _page(
    found: List | None, filters: Filters, actor: Actor, at: datetime, problem: Invalid | None = None
) -> str:
    return render(
        "desk/cases.html",
        filters=request.args,
        errors=problem.errors if problem else {},
        problem=_beside_the_fields(problem),
        at=filters.as_of or at,
        since=_since(found, filters, actor, at),
        fresh_url=_without("as_of", *PAGING),
        csv_url=_csv_url(at),
        chips=_chips(filters),
        empty_why=_empty_why(filters, actor),
        more_open=any(request.args.get(name) for name in FOLDED),
        bounds=bounds_of(filters),
        shape_url=shape_url(filters),
        **_shown(found),
        **_options(filters, actor),
    )


def _shown(found: List | None) -> dict[str, Any]:
    if found is None:
        return {"rows": [], "points": [], "unplaced": 0, "total": None}
    return {
        "rows": found.rows,
        "points": found.points,
        "unplaced": found.unplaced,
        "total": found.total,
        "next_url": _with(cursor=found.following) if found.following else None,
        "first_url": _without(*PAGING) if request.args.get("cursor") else None,
    }


def _options(filters: Filters, actor: Actor) -> dict[str, Any]:
    return {
        "area_options": choices.area_choices(actor, filters.within),
        "status_options": choices.status_choices(),
        "level_options": choices.level_choices(),
        "department_options": choices.department_choices(),
        "card_options": choices.card_choices(),
        "sort_options": choices.sort_choices(),
        "categories": choices.category_choices(),
    }


def _since(found: List | None, filters: Filters, actor: Actor, at: datetime) -> int:
    """How many more (or fewer) the list would have now than at its instant."""
    if found is None or filters.as_of is None:
        return 0
    present = filters.but(as_of=None)
    return listing.total(present, within=listing.scope_for(actor, present), now=at) - found.total


def _with(**changes: Any) -> str:
    return _without(*changes, **changes)


def _without(*names: str, **more: Any) -> str:
    kept: dict[str, Any] = {name: v for name, v in request.args.lists() if name not in names and any(v)}
    return url_for("desk.cases", **kept, **more)


def _csv_url(at: datetime) -> str:
    """The export of exactly this list, at this instant."""
    kept: dict[str, Any] = {n: v for n, v in request.args.lists() if n not in PAGING and any(v)}
    kept.setdefault("as_of", [rfc3339(at) or ""])
    return url_for("cases_api.cases_csv", **kept)


def _chips(filters: Filters) -> list[Chip]:
    index = areas()
    known = {
        "as_of": filters.as_of and _("as of %(time)s", time=instant(filters.as_of)),
        "holder": filters.holder_id
        and _("answered for by %(unit)s", unit=name_of(index.by_id[filters.holder_id])),
        "raised": _flag(filters.raised, _("raised"), _("not raised")),
        "returned": _flag(filters.returned, _("returned"), _("not returned")),
        "unplaced": _flag(filters.unplaced, _("place unclear"), _("place known")),
        "due_before": filters.due_before and _("due before %(time)s", time=instant(filters.due_before)),
        "due_from": filters.due_from and _("due since %(time)s", time=instant(filters.due_from)),
        "ended_from": filters.ended_from and _("ended since %(time)s", time=instant(filters.ended_from)),
        "ended_to": filters.ended_to and _("ended before %(time)s", time=instant(filters.ended_to)),
        **indicator_chips(filters),
        "no_unit_at": filters.no_unit_at and _("in no unit of this level"),
        "near": _flag(filters.near, _("near due"), _("not near due")),
        "supervised": _flag(filters.supervised, _("supervised"), _("not supervised")),
        "task": filters.task and _("waits for: %(duty)s", duty=word(filters.task, "task")),
        "owed_by": filters.owed_by_id
        and _("owed by %(unit)s", unit=name_of(index.by_id[filters.owed_by_id])),
        "assisting": filters.assisting_id
        and _("%(department)s has to assist", department=name_of(departments()[filters.assisting_id])),
        "climbed_since": filters.climbed_since
        and _("raised by the clock since %(time)s", time=instant(filters.climbed_since)),
        "bbox": filters.bbox and _("in the chosen section of the map"),
        "hexagon": filters.hexagon and _("in a hexagon of %(size)s m", size=number(filters.hexagon.size_m)),
        "zone": filters.zone and in_words(filters.zone),
    }
    return [
        Chip(name, request.args.getlist(name), str(label), _without(name, *PAGING))
        for name, label in known.items()
        if label
    ]


def _flag(value: bool | None, yes: str, no: str) -> str | None:
    return None if value is None else yes if value else no


def _beside_the_fields(problem: Invalid | None) -> str:
    """What is wrong with a parameter that has no field in the form."""
    if problem is None:
        return ""
    return "; ".join(f"{name}: {text}" for name, texts in problem.errors.items() for text in texts)


def _empty_why(filters: Filters, actor: Actor) -> str:
    if not actor.postings:
        return _("You have no posting today, so there is nothing you may see. Ask your administrator.")
    if filters == Filters():
        return _("You see the cases that lie in your area, that your department handles, or that you filed.")
    return _("No case that you may see fits all these filters. Remove one, or widen the period.")
