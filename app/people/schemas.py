"""Shapes of people and departments on the wire."""

from marshmallow import Schema, fields


class PostingOut(Schema):
    role = fields.String()
    area = fields.String(allow_none=True)
    department = fields.String(allow_none=True)
    until = fields.Date(allow_none=True)


class MeOut(Schema):
    user = fields.String()
    name = fields.String()
    postings = fields.List(fields.Nested(PostingOut))


class DepartmentOut(Schema):
    code = fields.String()
    name = fields.String()
    name_en = fields.String(allow_none=True)
    area = fields.String()


class DepartmentsOut(Schema):
    items = fields.List(fields.Nested(DepartmentOut))
    total = fields.Integer(allow_none=True)
    next = fields.String(allow_none=True)
