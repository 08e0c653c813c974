"""Ask about a piece of ground: draw it, count what lies in it, take the cases along."""

from typing import Any

from flask import Response, redirect, request, send_file, url_for
from werkzeug.datastructures import MultiDict

from app.analysis import facilities, pivot
from app.analysis.briefs import level_below
from app.analysis.exporting import MOST_ROWS, case_lines, geopackage, workbook
from app.cases.queries import listing
from app.cases.queries.filters import Args, Filters, read_filters
from app.cases.zones import Zone
from app.core import db as database
from app.core.access import SIGNED_IN, allow, current_actor
from app.core.clock import local_day, now, rfc3339
from app.core.language import gettext as _
from app.core.language import instant
from app.core.pages import render
from app.core.policy import Actor
from app.core.problems import Invalid
from app.desk import choices, explore
from app.desk.mapview import asked_area, window_words
from app.desk.queries import extents
from app.desk.routes import bp
from app.maps.layers import LAYERS

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PACKAGE = "application/geopackage+sqlite3"


@bp.get("/explore", endpoint="explore")
@allow(SIGNED_IN)
def show() -> Any:
    actor, at = current_actor(), now()
    try:
        asked = explore.asked_of(request.args, at)
        table = _counted(asked, actor)
    except Invalid as invalid:
        return _page(explore.Asked("category", "status", "filed", Filters(), at), None, invalid), 422
    return _page(asked, table, None)


def _counted(asked: explore.Asked, actor: Actor) -> pivot.Table:
    scope = listing.scope_for(actor, asked.filters)
    return pivot.pivot(asked.rows, asked.columns, asked.measure, asked.filters, within=scope, now=asked.at)


@bp.post("/explore/zone")
@allow(SIGNED_IN)
def explore_zone() -> Any:
    """Keep the ground that was drawn, and show what lies in it."""
    at = now()
    database.begin_write()
    try:
        zone = explore.zone_from(request.form, actor=current_actor(), now=at)
    except Invalid as invalid:
        database.db.session.rollback()
        asked = explore.Asked("category", "status", "filed", Filters(), at)
        return _page(asked, None, invalid, request.form), 422
    return redirect(url_for("desk.explore", **_kept(), zone=str(zone.id)), code=303)


def _page(
    asked: explore.Asked, table: pivot.Table | None, problem: Invalid | None, form: Args | None = None
) -> str:
    zone, actor = asked.filters.zone, current_actor()
    return render(
        "desk/explore.html",
        at=asked.at,
        asked=asked,
        form=form if form is not None else MultiDict(),
        filters=request.args,
        errors=problem.errors if problem else {},
        zone=explore.in_words(zone) if zone else "",
        window=window_words(asked.filters),
        measure_label=explore.MEASURE_LABELS[asked.measure],
        bounds=zone.box if zone else extents().box(asked.filters.within or asked_area(actor)),
        ground=_for_the_map(asked, zone),
        zone_url=url_for("desk.explore_zone", **_kept()),
        no_zone_url=url_for("desk.explore", **_kept()),
        list_url=f"{url_for('desk.cases')}?{explore.list_query(asked)}",
        exports=_exports(asked),
        kinds=[(kind, f"{kind} ({count})") for kind, count in facilities.kinds().items()],
        empty_why=_empty_why(actor),
        **_table(asked, table),
        **_options(asked, actor),
    )


def _kept() -> dict[str, Any]:
    return {name: value for name, value in request.args.items() if name != "zone" and value}


def _table(asked: explore.Asked, table: pivot.Table | None) -> dict[str, Any]:
    if table is None:
        return {"table": None, "chart": None}
    lines = explore.lines_of(table, asked)
    heads = [explore.label_of(asked.columns, column, table) for column in table.columns]
    return {
        "table": {
            "heads": heads,
            "lines": lines,
            "totals": explore.totals_of(table, asked),
            "total": table.total,
        },
        "chart": {
            "heads": heads,
            "lines": [[line.label, [cell.count for cell in line.cells]] for line in lines],
        },
    }


def _options(asked: explore.Asked, actor: Actor) -> dict[str, Any]:
    return {
        "axis_options": explore.axis_options(),
        "measure_options": explore.measure_options(),
        "row_label": explore.axis_label(asked.rows),
        "column_label": explore.axis_label(asked.columns),
        "area_options": choices.area_choices(actor, asked.filters.within),
        "categories": choices.category_choices(),
        "status_options": choices.status_choices(),
        "level_options": choices.level_choices(),
    }


def _for_the_map(asked: explore.Asked, zone: Zone | None) -> dict[str, Any]:
    return {
        "zone": zone.geometry.__geo_interface__ if zone else None,
        "layer": LAYERS["cases"].as_json(),
        "areas": LAYERS["areas"].as_json(),
        "level": level_below(asked.filters.within or asked_area(current_actor())),
        "query": explore.list_query(asked),
        "case_url": url_for("desk.cases") + "/",
        "words": {
            "begin": _("Click the corners of the ground; Enter or a click on the first corner closes it."),
            "corners": _("%(n)s corners"),
            "closed": _("The ground is drawn. Ask about it, or begin anew."),
            "centre": _("Click the middle of the circle."),
        },
    }


def _exports(asked: explore.Asked) -> list[tuple[str, str]]:
    query = explore.list_query(asked)
    addresses = (
        ("CSV", url_for("cases_api.cases_csv")),
        ("GeoJSON", url_for("cases_api.cases_geojson")),
        ("XLSX", url_for("desk.cases_xlsx")),
        ("GeoPackage", url_for("desk.cases_gpkg")),
    )
    return [(name, f"{address}?{query}") for name, address in addresses]


def _empty_why(actor: Actor) -> str:
    if not actor.postings:
        return _("You have no posting today, so there is nothing you may see. Ask your administrator.")
    return _("No case that you may see lies there and fits these filters.")


@bp.get("/cases.xlsx")
@allow(SIGNED_IN)
def cases_xlsx() -> Response:
    """The list of the same address as a workbook; its last sheet says what it holds."""
    filters, at = _asked_list()
    rows = listing.everything(filters, within=listing.scope_for(current_actor(), filters), now=at)
    file = workbook({"cases": case_lines(rows, at)}, _about(filters))
    return send_file(file, SHEET, as_attachment=True, download_name=_file_name("xlsx"))


@bp.get("/cases.gpkg")
@allow(SIGNED_IN)
def cases_gpkg() -> Response:
    filters, at = _asked_list()
    rows = listing.everything(filters, within=listing.scope_for(current_actor(), filters), now=at)
    return send_file(
        geopackage(rows, at, "cases"), PACKAGE, as_attachment=True, download_name=_file_name("gpkg")
    )


def _asked_list() -> tuple[Filters, Any]:
    """Raises Invalid when more is asked for than a file of this kind should hold."""
    filters, at = read_filters(request.args), now()
    total = listing.total(filters, within=listing.scope_for(current_actor(), filters), now=at)
    if total > MOST_ROWS:
        most = _("%(n)s cases; at most %(most)s fit. Narrow the filters.", n=total, most=MOST_ROWS)
        raise Invalid({"limit": [most]})
    return filters, filters.as_of or at


def _about(filters: Filters) -> list[tuple[str, str]]:
    at = filters.as_of or now()
    return [
        (_("as of"), f"{instant(at)} ({rfc3339(at)})"),
        (_("Filed"), window_words(filters)),
        (_("Filters"), request.query_string.decode()),
        (_("Zone"), explore.in_words(filters.zone) if filters.zone else "–"),
    ]


def _file_name(ending: str) -> str:
    return f"wangge-{local_day(now())}.{ending}"
