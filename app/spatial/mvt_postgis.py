"""Vector tiles made by PostGIS; the same tile as `mvt` makes, from rows that the database already has."""

from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, func, literal_column, select

from app.spatial.mvt import BUFFER, EXTENT


def clipped(geom: Any, z: int, x: int, y: int) -> ColumnElement[Any]:
    """A WGS 84 column, cut to the tile and in its units; to be labelled `geom`."""
    box = func.ST_TileEnvelope(z, x, y)
    cut: ColumnElement[Any] = func.ST_AsMVTGeom(func.ST_Transform(geom, 3857), box, EXTENT, BUFFER, True)
    return cut


def tile_of(rows: Select[Any], layer: str) -> Select[tuple[bytes]]:
    """The tile of one layer; every column of `rows` but `geom` becomes an attribute."""
    part = rows.subquery("part")
    tile = func.ST_AsMVT(literal_column("part"), layer, EXTENT, "geom", type_=LargeBinary)
    return select(tile).select_from(part).where(part.c.geom.is_not(None))
