"""Areas over HTTP: lists, single units and their shapes, what lies where, tiles."""

from typing import Any

import orjson
import shapely
from flask import Response, request
from flask_babel import gettext as _
from flask_smorest import Blueprint

from app.areas.index import AreaEntry, AreaIndex, Located, areas
from app.areas.levels import LEVELS
from app.areas.queries import find_areas, land_of
from app.areas.schemas import AreaFeatureOut, AreaListIn, AreaListOut, AreaOut, LocatedOut, LocateIn, TileIn
from app.areas.tiles import Tile, area_tiles
from app.core.access import SIGNED_IN, allow
from app.core.api import cursor_of, envelope, json_response, read_cursor
from app.core.problems import Invalid, NotFound
from app.spatial.datum import to_wgs84

bp = Blueprint("areas_api", __name__, description="Administrative units and their boundaries")


@bp.route("/api/v1/areas")
@allow(SIGNED_IN)
@bp.arguments(AreaListIn, location="query")
@bp.alt_response(200, schema=AreaListOut)
def list_areas(asked: dict[str, Any]) -> Response:
    """Units in the order of their codes. `parent` with `level`: all of that level below it."""
    index, after = areas(), read_cursor(str)
    found = find_areas(index, level=asked["level"], parent=_parent(index, asked["parent"]), q=asked["q"])
    rest = found if after is None else [entry for entry in found if entry.code > after[0]]
    page = rest[: asked["limit"]]
    following = cursor_of(page[-1].code) if len(rest) > len(page) else None
    total = len(found) if after is None else None
    return json_response(envelope([_item(index, e) for e in page], total=total, following=following))


@bp.route("/api/v1/areas/<string:code>")
@allow(SIGNED_IN)
@bp.alt_response(200, schema=AreaOut)
def get_area(code: str) -> Response:
    """One unit."""
    index = areas()
    return json_response(_item(index, _known(index, code)))


@bp.route("/api/v1/areas/<string:code>/geometry")
@allow(SIGNED_IN)
@bp.alt_response(200, schema=AreaFeatureOut)
def get_area_geometry(code: str) -> Response:
    """The unit's boundary as a GeoJSON Feature in WGS 84; its geometry is null if it has none."""
    index = areas()
    entry = _known(index, code)
    return _if_new(json_response(_feature(index, entry)), f"g{index.generation_id}")


@bp.route("/api/v1/areas/locate")
@allow(SIGNED_IN)
@bp.arguments(LocateIn, location="query")
@bp.alt_response(200, schema=LocatedOut)
def locate(asked: dict[str, Any]) -> Response:
    """Where a point lies, level by level, and which units begin within 30 m of it."""
    index = areas()
    lon, lat = _on_the_globe(asked["lon"], asked["lat"])
    x, y = (float(degrees) for degrees in to_wgs84(lon, lat, asked["crs"]))
    place = index.located(x, y)
    if place.unit is None:
        _refuse_swapped(index, x, y)
        raise _outside(place)
    return json_response(_located(index, place))


@bp.route("/tiles/areas/<int:z>/<int:x>/<int:y>.mvt")
@allow(SIGNED_IN)
@bp.arguments(TileIn, location="query")
@bp.alt_response(200, content_type="application/vnd.mapbox-vector-tile")
@bp.alt_response(204)
def area_tile(asked: dict[str, Any], z: int, x: int, y: int) -> Response:
    """A vector tile of one level: layer `areas` with code, name, name_en, approximate."""
    tiles = area_tiles()
    try:
        tile = tiles.tile(asked["level"], z, x, y)
    except ValueError as error:
        raise NotFound(_("There is no such tile.")) from error
    generation = tiles.index.generation_id
    response = _tile_response(tile)
    if asked["v"] is not None and asked["v"] == generation:
        response.headers["Cache-Control"] = "private, max-age=86400, immutable"
        return response
    return _if_new(response, f"t{generation}")


def _item(index: AreaIndex, entry: AreaEntry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "name": entry.name,
        "name_en": entry.name_en,
        "level": entry.level,
        "parent": None if entry.parent_id is None else index.by_id[entry.parent_id].code,
        "approximate": entry.approximate,
        "has_geometry": entry.has_geometry,
    }


def _unit(entry: AreaEntry) -> dict[str, Any]:
    return {"code": entry.code, "name": entry.name, "name_en": entry.name_en}


def _feature(index: AreaIndex, entry: AreaEntry) -> dict[str, Any]:
    land = land_of(index, entry)
    feature = {"type": "Feature", "id": entry.code, "properties": _item(index, entry), "geometry": None}
    if land is None:
        return feature
    return feature | {"bbox": list(land.bounds), "geometry": orjson.Fragment(shapely.to_geojson(land))}


def _located(index: AreaIndex, place: Located) -> dict[str, Any]:
    assert place.unit is not None
    units = {level: entry and _unit(entry) for level, entry in index.ancestors(place.unit)}
    return {
        **{level: units[level] for level in reversed(LEVELS)},
        "border_with": [near.code for near in place.border_with],
        "border_m": round(place.border_m or 0.0, 1),
        "neighbours": [_neighbour(index, near) for near in place.border_with],
    }


def _neighbour(index: AreaIndex, entry: AreaEntry) -> dict[str, Any]:
    community = dict(index.ancestors(entry))["community"]
    return {**_unit(entry), "community": community and _unit(community)}


def _parent(index: AreaIndex, code: str | None) -> AreaEntry | None:
    if code is None:
        return None
    if code not in index.by_code:
        raise Invalid({"parent": [_("There is no area with this code.")]})
    return index.by_code[code]


def _known(index: AreaIndex, code: str) -> AreaEntry:
    if code not in index.by_code:
        raise NotFound()
    return index.by_code[code]


def _on_the_globe(lon: float, lat: float) -> tuple[float, float]:
    if abs(lon) <= 180 and abs(lat) <= 90:
        return lon, lat
    if abs(lon) <= 90 and abs(lat) <= 180:
        raise _swapped()
    field, most = ("lon", 180) if abs(lon) > 180 else ("lat", 90)
    raise Invalid({field: [_("Degrees from -%(most)s to %(most)s.", most=most)]})


def _refuse_swapped(index: AreaIndex, x: float, y: float) -> None:
    if abs(x) <= 90 and index.tree.grid_at(y, x) is not None:
        raise _swapped()


def _swapped() -> Invalid:
    hint = _("Longitude and latitude seem to be swapped.")
    return Invalid({"lon": [hint], "lat": [hint]}, hint)


def _outside(place: Located) -> NotFound:
    nearest = None
    if place.nearest is not None:
        nearest = {**_unit(place.nearest), "level": place.nearest.level, "metres": place.border_m}
    return NotFound(_("This place lies outside the city."), extra={"nearest": nearest})


def _tile_response(tile: Tile) -> Response:
    if not tile.plain:
        return Response(status=204)
    packed = request.accept_encodings["gzip"] > 0
    response = Response(tile.packed if packed else tile.plain)
    response.content_type = "application/vnd.mapbox-vector-tile"
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _if_new(response: Response, tag: str) -> Response:
    """With an ETag; 304 if the asker has it."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(tag, weak=True)
    response.make_conditional(request)
    return response
