"""The hot-spot page: where cases stand together more than chance would put them, with its method."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from app.analysis import hotspot_runs, results
from app.analysis.cells import TooManyCells
from app.analysis.hotspot_runs import CELL_KINDS, TooManyCases
from app.analysis.results import Kept
from app.areas.index import AreaEntry, areas
from app.cases.freshness import CACHE
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.api import json_response
from app.core.clock import now
from app.core.db import begin_write, commit
from app.core.language import code, name_of, ngettext, number
from app.core.language import gettext as _
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import Invalid, NotFound
from app.core.words import word
from app.desk import choices, hotspots
from app.desk import hotspots_answer as answer
from app.desk.hotspots import Look
from app.desk.mapview import PERIODS, asked_area, levels_below
from app.desk.queries import extents
from app.desk.routes import bp
from app.desk.routes.atlas import covered
from app.maps.layers import LAYERS


@bp.get("/hotspots")
@allow(SIGNED_IN)
def hotspots_page() -> Any:
    actor, at = current_actor(), now()
    area = asked_area(actor)
    try:
        look = hotspots.asked(request.args, area, at)
        kept = _kept(look, actor)
    except Invalid as invalid:
        return _refused(area, actor, at, invalid.errors), 422
    except TooManyCells:
        return _refused(
            area, actor, at, {"size": [_("That would be too many cells here: choose larger ones.")]}
        ), 422
    except TooManyCases:
        return _refused(
            area, actor, at, {"period": [_("Too many cases for cells: choose a shorter period.")]}
        ), 422
    return _page(look, kept, actor)


@bp.get("/hotspots/<uuid:result>")
@allow(SIGNED_IN)
def hotspots_result(result: UUID) -> str:
    actor = current_actor()
    kept = _opened(result, actor)
    return _page(hotspots.look(kept.parameters, kept.made_at), kept, actor)


@bp.get("/hotspots/<uuid:result>/map.json")
@allow(SIGNED_IN)
def hotspots_map(result: UUID) -> Response:
    """The units as GeoJSON, each class melted that says nothing of single units."""
    kept = _opened(result, current_actor())
    tag = f"{result}-{areas().generation_id}-{code()}"
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        look = hotspots.look(kept.parameters, kept.made_at)
        response = json_response(answer.drawn(look, kept.numbers))
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = CACHE
    return response


def _opened(result: UUID, actor: Actor) -> Kept:
    kept = results.opened(result, lambda parameters: hotspots.scope_of(parameters, actor))
    if kept is None:
        raise NotFound(_("There is no such result for what you may see; results are kept for 90 days."))
    return kept


def _kept(look: Look, actor: Actor) -> Kept:
    """The result of this request on the present data: the kept one, or made and kept now."""
    asked = look.asked(actor)
    known = results.find(asked)
    if known is not None:
        return known
    run = lambda: hotspot_runs.run(look.question, within=asked.scope, now=look.at)  # noqa: E731
    numbers, data_seq = results.made(asked, run)
    begin_write()
    kept = results.keep(asked, numbers, data_seq, actor=actor, now=look.at)
    commit()
    return kept


def _page(look: Look, kept: Kept, actor: Actor) -> str:
    look = hotspots.look(kept.parameters, kept.made_at)
    told = answer.told(kept.numbers)
    page = _asked_page(len(told))
    shown = told[(page - 1) * hotspots.PAGE : page * hotspots.PAGE]
    return render(
        "desk/hotspots.html",
        **_frame(look.area, actor, kept.parameters),
        at=look.question.filters.as_of or kept.made_at,
        kept=kept,
        rows=answer.lines(look, kept.numbers, shown),
        pages=_pages(page, len(told), kept),
        legend=answer.legend(kept),
        summary=answer.summary(look, kept),
        why_not=answer.why_not(look, kept),
        method=answer.method(look, kept),
        list_url=look.link(),
        elsewhere=answer.elsewhere(look, kept),
        drawing=_drawing(look, kept),
        narrowed=not covered(look.area, actor),
    )


def _refused(area: AreaEntry, actor: Actor, at: datetime, errors: dict[str, list[str]]) -> str:
    chosen = hotspots.DEFAULT | {name: value for name, value in request.args.items() if value}
    return render(
        "desk/hotspots.html",
        **{**_frame(area, actor, chosen), "errors": errors},
        problem=" ".join(text for texts in errors.values() for text in texts),
        at=at,
        kept=None,
    )


def _frame(area: AreaEntry, actor: Actor, chosen: Any) -> dict[str, Any]:
    """What stands on the page whatever came out: the form, and where one is."""
    levels = hotspots.levels_of(area)
    cells = [("square", _("square cells")), ("hexagon", _("hexagonal cells"))]
    return {
        "place_name": name_of(area),
        "chosen": {**chosen, "area": area.code},
        "errors": {},
        "bounds": extents().box(area),
        "area_options": choices.area_choices(actor, area),
        "unit_options": [*((level, word(level, "levels")) for level in levels), *cells],
        "size_options": [(size, _("%(n)s m", n=number(size))) for size in hotspots.SIZES],
        "value_options": list(hotspots.VALUES.items()),
        "per_options": list(hotspots.PER.items()),
        "statistic_options": list(hotspots.STATISTIC_NAMES.items()),
        "draw_options": [(draws, number(draws)) for draws in hotspots.DRAWS],
        "categories": choices.category_choices(),
        "period_options": [
            *(
                (code, ngettext("last %(num)d day", "last %(num)d days", days))
                for code, days in PERIODS.items()
            ),
            (hotspots.OWN, _("own dates …")),
        ],
        "own_method": any(str(chosen[name]) != hotspots.DEFAULT[name] for name in hotspots.METHOD),
        "of_cells": chosen.get("units") in CELL_KINDS,
    }


def _asked_page(count: int) -> int:
    text = request.args.get("page", "")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(page, 1), max(1, -(-count // hotspots.PAGE)))


def _pages(page: int, count: int, kept: Kept) -> dict[str, Any]:
    first, last = (page - 1) * hotspots.PAGE + 1, min(page * hotspots.PAGE, count)
    return {
        "said": _(
            "%(first)s–%(last)s of %(total)s", first=number(first), last=number(last), total=number(count)
        ),
        "first_url": _turned(kept, 1) if page > 1 else None,
        "next_url": _turned(kept, page + 1) if last < count else None,
    }


def _turned(kept: Kept, page: int) -> str:
    return url_for("desk.hotspots_result", result=kept.uuid, page=page)


def _drawing(look: Look, kept: Kept) -> dict[str, Any]:
    levels = levels_below(look.area)
    frame = levels[0] if levels else None
    points = extents().points(frame) if frame and len(levels) > 1 else {}
    index = areas()
    names = {code: point for code, point in points.items() if index.by_code[code].lies_in(look.area)}
    return {
        "url": url_for("desk.hotspots_map", result=kept.uuid),
        "layer": LAYERS["areas"].as_json(),
        "frame": frame,
        "names": [{"name": name_of(index.by_code[code]), "point": point} for code, point in names.items()],
        "colours": {code: sort.colour for code, sort in answer.CLASSES.items()},
        "words": {code: str(sort.label) for code, sort in answer.CLASSES.items()},
    }
