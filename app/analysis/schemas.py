"""Shapes of statistics on the wire."""

from marshmallow import Schema, fields


class UnitStatsOut(Schema):
    code = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    filed = fields.Integer()
    open = fields.Integer()
    overdue = fields.Integer()
    escalated = fields.Integer()
    closed = fields.Integer()
    on_time = fields.Integer()
    median_hours = fields.Float(allow_none=True)


class StatsOut(Schema):
    items = fields.List(fields.Nested(UnitStatsOut))
    as_of = fields.String()
    level = fields.String()
