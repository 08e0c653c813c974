"""Shapes of areas on the wire."""

from marshmallow import Schema, fields, validate

from app.areas.levels import LEVELS
from app.core.api import LIMIT, MOST
from app.spatial.datum import DATUMS

ONE_LEVEL = validate.OneOf(LEVELS)


class AreaListIn(Schema):
    level = fields.String(validate=ONE_LEVEL, load_default=None)
    parent = fields.String(validate=validate.Length(max=40), load_default=None)
    q = fields.String(validate=validate.Length(max=100), load_default=None)
    limit = fields.Integer(validate=validate.Range(1, MOST), load_default=LIMIT)
    cursor = fields.String(load_default=None)


class LocateIn(Schema):
    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    crs = fields.String(required=True, validate=validate.OneOf(DATUMS))


class TileIn(Schema):
    level = fields.String(required=True, validate=ONE_LEVEL)
    v = fields.Integer(load_default=None, metadata={"description": "generation; its tile never changes"})


class AreaOut(Schema):
    code = fields.String()
    name = fields.String()
    name_en = fields.String(allow_none=True)
    level = fields.String(validate=ONE_LEVEL)
    parent = fields.String(allow_none=True)
    approximate = fields.Boolean()
    has_geometry = fields.Boolean()


class AreaListOut(Schema):
    items = fields.List(fields.Nested(AreaOut))
    total = fields.Integer(allow_none=True)
    next = fields.String(allow_none=True)


class AreaFeatureOut(Schema):
    type = fields.String()
    id = fields.String()
    bbox = fields.List(fields.Float())
    properties = fields.Nested(AreaOut)
    geometry = fields.Dict(allow_none=True)


class AreaUnitOut(Schema):
    code = fields.String()
    name = fields.String()
    name_en = fields.String(allow_none=True)


class AreaNeighbourOut(AreaUnitOut):
    community = fields.Nested(AreaUnitOut, allow_none=True)


class LocatedOut(Schema):
    grid = fields.Nested(AreaUnitOut, allow_none=True)
    community = fields.Nested(AreaUnitOut, allow_none=True)
    town = fields.Nested(AreaUnitOut, allow_none=True)
    district = fields.Nested(AreaUnitOut, allow_none=True)
    city = fields.Nested(AreaUnitOut, allow_none=True)
    border_with = fields.List(fields.String())
    border_m = fields.Float()
    neighbours = fields.List(fields.Nested(AreaNeighbourOut))
