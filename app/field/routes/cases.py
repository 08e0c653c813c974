"""The pages of cases that the server makes: lists, and one case in full."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from app.areas.index import AreaEntry, areas
from app.cases.clock_words import clock_of
from app.cases.duties import Duties
from app.cases.models import Case
from app.cases.queries import listing
from app.cases.queries.filters import Filters, read_filters
from app.cases.queries.one import find_case, photos_of, voices_of
from app.core.access import allow, current_actor
from app.core.api import cursor_of, read_cursor
from app.core.clock import now
from app.core.language import name_of
from app.core.pages import render
from app.core.policy import LEVEL_FIELDS, Actor, Every, Predicate, may_read_receipt
from app.core.roles import Role
from app.events.queries import history
from app.field.bundle_duties import action_entry, category_names, grid_code, place_names, reasons_by_action
from app.field.duties import open_tasks, waiting
from app.field.duty_words import acting_words, clock_words
from app.field.queries import SETTLED, grids_of
from app.field.routes import bp
from app.field.rows import category_name, photo_url, place_in_words, rows_of
from app.field.story import tell
from app.workflow.moves import Move, NeedKind

PAGE, MOST_EVENTS = 20, 500
ON_THE_PHONE = frozenset(
    {NeedKind.TEXT, NeedKind.REASON, NeedKind.REASON_CODE, NeedKind.PHOTOS, NeedKind.POSITION}
)
"""Kinds of field that the phone's forms have; moves that take others are made at the desk."""


@dataclass(frozen=True)
class Tab:
    """One list of cases; its count is the list's own total."""

    code: str
    label: str
    filters: Filters
    within: Predicate
    count: int


@bp.get("/cases")
@allow(Role.INSPECTOR)
def cases() -> str:
    actor, at = current_actor(), now()
    q = read_filters(request.args).q
    tabs = [_tab(*each, q, actor, at) for each in _boxes(actor)]
    tabs.insert(1, _settled_tab(q, actor, at))
    tab = next((each for each in tabs if each.code == request.args.get("tab")), tabs[0])
    page = listing.page(tab.filters, within=tab.within, now=at, limit=PAGE, after=_after())
    return render(
        "field/cases.html",
        tabs=tabs,
        tab=tab,
        q=q or "",
        rows=rows_of(page.rows, actor, at),
        next_url=_list_url(tab, q, cursor_of(*page.following)) if page.following else None,
        first_url=_list_url(tab, q) if request.args.get("cursor") else None,
        at=at,
    )


def _list_url(tab: Tab, q: str | None, cursor: str | None = None) -> str:
    return url_for("field.cases", tab=tab.code, q=q, cursor=cursor)


def _boxes(actor: Actor) -> list[tuple[str, str, Filters]]:
    """What I filed, and what lies in each of my grids."""
    grids = grids_of(actor)
    only = len(grids) == 1
    mine = ("filed", _("Filed by me"), Filters(filed_by_id=actor.id))
    return [mine, *((g.code, _("In my grid") if only else name_of(g), Filters(within=g)) for g in grids)]


def _tab(code: str, label: str, filters: Filters, q: str | None, actor: Actor, at: datetime) -> Tab:
    asked = filters.but(q=q)
    within = listing.scope_for(actor, asked) if asked.within else may_read_receipt(actor)
    return Tab(code, label, asked, within, listing.total(asked, within=within, now=at))


def _settled_tab(q: str | None, actor: Actor, at: datetime) -> Tab:
    """What I found and settled at once: counted apart from what others had to handle."""
    asked, within = Filters(filed_by_id=actor.id, q=q), Every((may_read_receipt(actor), SETTLED))
    total = listing.total(asked, within=within, now=at)
    return Tab("settled", _("Settled by me"), asked, within, total)


def _after() -> listing.Cursor | None:
    values = read_cursor(str, int, optional_first=True)
    if values is None:
        return None
    listing.check_cursor(values[0])
    return values[0], values[1]


@bp.get("/cases/<uuid:uuid>")
@allow(Role.INSPECTOR)
def case(uuid: UUID) -> str:
    actor, at = current_actor(), now()
    found = find_case(uuid, actor)
    photos = [_photo(found.case, each.sha256, each.kind) for each in photos_of(found.case.id)]
    if found.receipt:
        return render("field/receipt.html", case=found.case, photos=photos)
    tasks = open_tasks([found.case.id])[found.case.id]
    moves = [move for move in Duties(found.case, actor, at).moves() if _on_the_phone(move)]
    return render(
        "field/case.html",
        case=_shown(found.case, at),
        photos=photos,
        voices=[_voice_url(found.case, each.sha256) for each in voices_of(found.case.id)],
        place=_place(found.case),
        waits=waiting(tasks, at),
        story=tell(history(f"case:{uuid}", limit=MOST_EVENTS)),
        acts={
            "subject": _subject(found.case, moves),
            "reasons": reasons_by_action(move.action for move in moves),
        },
        words={"act": acting_words(), "clock": clock_words()},
        at=at,
    )


def _on_the_phone(move: Move) -> bool:
    return all(need.kind in ON_THE_PHONE for need in move.needs if need.required)


def _subject(case: Case, moves: list[Move]) -> dict[str, Any]:
    """What the forms must know of the case, as the phone's own pages have it from the bundle."""
    return {
        "id": str(case.uuid),
        "number": case.number,
        "version": case.version,
        "grid": grid_code(case),
        "category": category_names(case.category, case.catalogue_version_id),
        "place": place_names(case),
        "actions": [action_entry(move) for move in moves],
    }


def _photo(case: Case, sha256: str, kind: str) -> dict[str, str]:
    urls = {size: photo_url(case.uuid, sha256, size) for size in ("thumb", "screen")}
    return {"kind": kind, **urls}


def _voice_url(case: Case, sha256: str) -> str:
    return f"/api/v1/cases/{case.uuid}/photos/{sha256}"


def _shown(case: Case, at: datetime) -> dict[str, Any]:
    """The case in words."""
    return {
        "id": str(case.uuid),
        "number": case.number,
        "version": case.version,
        "category": category_name(case.category, case.catalogue_version_id),
        "status": case.status,
        "open": case.ended_at is None,
        "clock": clock_of(case.clock_from or case.filed_at, case.due_at, at) if case.due_at else None,
        "card": case.card,
        "applied": case.applied,
        "suspended_at": case.suspended_at,
        "settled": case.self_handled,
        "where": place_in_words(case),
        "holder": name_of(areas().by_id[case.holder_id]),
        "level": case.level,
        "accuracy": case.accuracy_m,
        "filed_at": case.filed_at,
        "description": case.description,
        "reworks": case.reworks,
    }


def _place(case: Case) -> dict[str, Any] | None:
    """What the small map shows: the point and the outline of the lowest unit; None without a point."""
    if case.lon is None:
        return None
    unit = _lowest(case)
    outline = f"/api/v1/areas/{unit.code}/geometry" if unit else None
    return {
        "point": [case.lon, case.lat],
        "accuracy": case.accuracy_m or 0,
        "shape_url": outline,
        "approximate": unit is not None and unit.approximate,
    }


def _lowest(case: Case) -> AreaEntry | None:
    known = areas().by_id
    ids = [getattr(case, name) for name in LEVEL_FIELDS.values()]
    units = [known[area_id] for area_id in ids if area_id is not None and known[area_id].has_geometry]
    return units[-1] if units else None
