"""Shapes of the catalogue on the wire."""

from marshmallow import Schema, fields

from app.forms.questions import TYPES


class OptionOut(Schema):
    code = fields.String()
    label = fields.String()
    label_en = fields.String()


class StopOut(Schema):
    text = fields.String()
    text_en = fields.String()
    call = fields.String(allow_none=True, metadata={"description": "telephone number"})


class QuestionOut(Schema):
    """An extra question; `options` and `stop` are of lists, `least` and `most` of numbers."""

    code = fields.String()
    type = fields.String(metadata={"enum": list(TYPES)})
    label = fields.String()
    label_en = fields.String()
    required = fields.Boolean()
    options = fields.List(fields.Nested(OptionOut))
    least = fields.Float()
    most = fields.Float()
    shown_when = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "earlier question: options of which one has to be chosen"},
    )
    stop = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(StopOut),
        metadata={"description": "option: what to do before anything is filed"},
    )


class CategoryOut(Schema):
    code = fields.String()
    name = fields.String()
    name_en = fields.String(allow_none=True)
    kind = fields.String(metadata={"enum": ["part", "event", "social"]})
    restricted = fields.Boolean()
    questions = fields.List(fields.Nested(QuestionOut))
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
