"""Shapes of the catalogue on the wire."""

from marshmallow import Schema, fields


class CategoryOut(Schema):
    code = fields.String()
    name = fields.String()
    name_en = fields.String(allow_none=True)
    kind = fields.String(metadata={"enum": ["part", "event", "social"]})
    restricted = fields.Boolean()
    questions = fields.List(fields.Dict())
    term = fields.String(
        allow_none=True, metadata={"description": "4wh, 2wd: working hours, days; 3h, 15d: by the clock"}
    )
    after_photo = fields.String(metadata={"enum": ["required", "optional"]})
    emergency = fields.Boolean(
        metadata={"description": "its cases may skip levels, and are acknowledged at once"}
    )
    on_spot = fields.Boolean(metadata={"description": "the inspector may settle it where it was found"})
    pinyin = fields.String(metadata={"description": "initials of the Chinese name, for search"})
    synonyms = fields.List(fields.String())


class CategoriesOut(Schema):
    items = fields.List(fields.Nested(CategoryOut))
    total = fields.Integer(allow_none=True)
    next = fields.String(allow_none=True)
