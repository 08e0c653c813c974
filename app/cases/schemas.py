"""Shapes of cases on the wire. One schema serves JSON, form and OpenAPI."""

import re
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

CRS = ("wgs84", "gcj02", "bd09", "cgcs2000")
SOURCES = ("gps", "map", "photo", "area")
URGENCIES = ("low", "normal", "high", "urgent")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
METRES = _l("Metres, from 0 to 100,000.")
ONE_OF = _l("One of: {choices}.")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MOST_WORDS = 4000


def no_control(text: str) -> None:
    """PostgreSQL keeps no NUL, and no reader wants the others."""
    if CONTROL.search(text):
        raise ValidationError(_("Control characters have no place here."))


def words(most: int, *, required: bool = False) -> fields.String:
    return fields.String(
        required=required,
        allow_none=not required,
        validate=[
            validate.Length(min=1 if required else 0, max=most, error=_l("From {min} to {max} characters.")),
            no_control,
        ],
    )


class Instant(fields.Field[datetime]):
    """RFC 3339 with an offset, from 1970 to 2099."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValidationError(_("An instant such as 2026-11-21T10:42:00Z is expected.")) from None
        if found.tzinfo is None:
            raise ValidationError(_("Say the offset from UTC, e.g. 2026-11-21T10:42:00+08:00."))
        if not EARLIEST <= _utc(found) < LATEST:
            raise ValidationError(_("The year must lie between 1970 and 2100."))
        return _utc(found)


class Number(fields.Float):
    """A finite JSON number; "8" is a text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, str):
            raise ValidationError(_("A number is expected."))
        return float(super()._deserialize(value, attr, data, **kwargs))


def _utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return instant.replace(tzinfo=UTC)


class FileCaseIn(Schema):
    """What is filed. Without a geometry, an area or words for the place are needed."""

    class Meta:
        unknown = RAISE

    category = fields.String(required=True, validate=[validate.Length(1, 20), no_control])
    geometry = fields.Raw(allow_none=True, metadata={"description": "GeoJSON geometry"})
    area = fields.String(allow_none=True, validate=[validate.Length(1, 40), no_control])
    place_text = words(500)
    crs = fields.String(validate=validate.OneOf(CRS, error=ONE_OF))
    accuracy_m = Number(
        allow_none=True, validate=validate.Range(0, 100_000, error=_l("Metres, from 0 to 100,000."))
    )
    observed_at = Instant(allow_none=True)
    description = words(MOST_WORDS)
    urgency = fields.String(validate=validate.OneOf(URGENCIES, error=ONE_OF))
    channel = fields.String(validate=validate.Regexp(r"^[a-z0-9_-]{1,20}\Z"))
    reporter = fields.Dict(
        keys=fields.String(validate=[validate.Length(1, 40), no_control]),
        values=words(200),
        allow_none=True,
        validate=validate.Length(max=10),
        metadata={"description": "Who told us, when that is not the filer (name, phone …)."},
    )
    extra = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        metadata={
            "description": "Free, but for `answers` to the category's questions, by question, and `device`,"
            " what a phone says of itself: source, shutter, photo, queued_at, app."
        },
    )

    @validates_schema(skip_on_field_errors=False)
    def placed(self, data: dict[str, Any], **_more: Any) -> None:
        """A geometry names its datum; without one, an area or words say where."""
        if data.get("geometry") is not None and "crs" not in data:
            raise ValidationError(
                {"crs": [_("Say the datum of the coordinates: wgs84, gcj02, bd09 or cgcs2000.")]}
            )
        if not any(data.get(name) for name in ("geometry", "area", "place_text")):
            raise ValidationError({"geometry": [_("Say where: a geometry, an area or words for the place.")]})


class FixIn(Schema):
    """Where and when a phone, or its photo, claims to have been, in WGS 84."""

    class Meta:
        unknown = RAISE

    lon = Number(allow_none=True, validate=validate.Range(-180, 180, error=_l("From -180 to 180.")))
    lat = Number(allow_none=True, validate=validate.Range(-90, 90, error=_l("From -90 to 90.")))
    at = Instant(allow_none=True)

    @validates_schema
    def whole(self, data: dict[str, Any], **_more: Any) -> None:
        if (data.get("lon") is None) != (data.get("lat") is None):
            raise ValidationError({"lon": [_("Longitude and latitude are given together.")]})


class ShutterIn(FixIn):
    accuracy_m = Number(allow_none=True, validate=validate.Range(0, 100_000, error=METRES))


class DeviceIn(Schema):
    """What a phone says of itself and of how it came by the place."""

    class Meta:
        unknown = RAISE

    source = fields.String(allow_none=True, validate=validate.OneOf(SOURCES, error=ONE_OF))
    shutter = fields.Nested(ShutterIn, allow_none=True)
    photo = fields.Nested(FixIn, allow_none=True)
    queued_at = Instant(allow_none=True)
    app = words(40)


class PositionIn(Schema):
    """Where the actor stands."""

    class Meta:
        unknown = RAISE

    lon = Number(required=True, validate=validate.Range(-180, 180, error=_l("From -180 to 180.")))
    lat = Number(required=True, validate=validate.Range(-90, 90, error=_l("From -90 to 90.")))
    crs = fields.String(required=True, validate=validate.OneOf(CRS, error=ONE_OF))
    accuracy_m = Number(allow_none=True, validate=validate.Range(0, 100_000, error=METRES))


def codes() -> fields.List[str]:
    code = fields.String(validate=[validate.Length(1, 40), no_control])
    return fields.List(code, allow_none=True, validate=validate.Length(max=20))


class ActIn(Schema):
    """An action: its own UUID, its name, and what it needs."""

    class Meta:
        unknown = RAISE

    id = fields.UUID(required=True)
    action = fields.String(required=True, validate=validate.Length(1, 40))
    reason = words(1000)
    note = words(MOST_WORDS)
    text = words(MOST_WORDS)
    department = fields.String(allow_none=True, validate=[validate.Length(1, 40), no_control])
    reason_code = fields.String(allow_none=True, validate=[validate.Length(1, 40), no_control])
    off_site_reason = words(1000)
    assisting = codes()
    informed = codes()
    departments = codes()
    category = fields.String(allow_none=True, validate=[validate.Length(1, 20), no_control])
    card = fields.String(allow_none=True)
    position = fields.Nested(PositionIn, allow_none=True)
    due_at = Instant(allow_none=True)
    review_at = Instant(allow_none=True)
    to_level = fields.String(allow_none=True)
    to = fields.String(allow_none=True, validate=[validate.Length(1, 40), no_control])
    photos = fields.List(fields.String(validate=validate.Regexp(r"^[0-9a-f]{64}\Z")), allow_none=True)


class NamedOut(Schema):
    code = fields.String()
    name = fields.String()


class LineageOut(Schema):
    city = fields.String(allow_none=True)
    district = fields.String(allow_none=True)
    town = fields.String(allow_none=True)
    community = fields.String(allow_none=True)
    grid = fields.String(allow_none=True)


class PhotoOut(Schema):
    sha256 = fields.String()
    kind = fields.String()
    bytes = fields.Integer()


class FlagOut(Schema):
    """What speaks against the filing's own words about time and place."""

    flag = fields.String(
        metadata={"enum": ["late", "clock_wrong", "coarse", "photo_elsewhere", "photo_old", "too_fast"]}
    )
    value = fields.Integer()
    unit = fields.String(metadata={"enum": ["s", "m", "km/h"]})


class NeedOut(Schema):
    name = fields.String()
    kind = fields.String()
    required = fields.Boolean()


class ActionOut(Schema):
    action = fields.String()
    needs = fields.List(fields.String(), metadata={"description": "names of the required fields"})
    takes = fields.List(fields.Nested(NeedOut))


class TaskOut(Schema):
    kind = fields.String()
    area = fields.String(allow_none=True)
    department = fields.String(allow_none=True)
    opened_at = fields.String()
    due_at = fields.String(allow_none=True)
    closed_at = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    term = fields.String(allow_none=True, metadata={"description": "4wh, 2wd: working hours, days; 3h, 15d"})
    near_at = fields.String(allow_none=True, metadata={"description": "when a fifth of the time is left"})
    paused_at = fields.String(allow_none=True, metadata={"description": "the clock stands still since"})
    paused_s = fields.Integer(metadata={"description": "working seconds that suspensions took"})
    rung = fields.Integer(metadata={"description": "how often its limit was passed without an end"})


class CaseItemOut(Schema):
    """A case as lists show it."""

    id = fields.UUID()
    number = fields.String()
    version = fields.Integer()
    status = fields.String()
    level = fields.String()
    holder = fields.Nested(NamedOut)
    department = fields.Nested(NamedOut, allow_none=True)
    category = fields.String()
    areas = fields.Nested(LineageOut)
    geometry = fields.Dict(allow_none=True)
    filed_at = fields.String()
    observed_at = fields.String()
    due_at = fields.String(allow_none=True)
    overdue = fields.Boolean()
    description = fields.String()
    urgency = fields.String()
    placement = fields.String(metadata={"description": "grid, picked, area, unplaced or words"})
    place_text = fields.String(allow_none=True)
    ended_at = fields.String(allow_none=True)
    restricted = fields.Boolean()
    escalations = fields.Integer()
    returns = fields.Integer()
    reworks = fields.Integer()


class CaseOut(CaseItemOut):
    """A case in full; to who filed a restricted one its receipt: id, number, version, filed_at, photos."""

    receipt = fields.Boolean()
    card = fields.String(allow_none=True, metadata={"enum": ["yellow", "red", "black", None]})
    applied = fields.String(allow_none=True, metadata={"description": "what the pending application asks"})
    reopens = fields.Integer()
    extensions = fields.Integer()
    self_handled = fields.Boolean(metadata={"description": "settled on the spot by who found it"})
    suspended_at = fields.String(allow_none=True)
    filed_category = fields.String()
    area_names = fields.Nested(LineageOut)
    accuracy_m = fields.Float(allow_none=True)
    channel = fields.String()
    filed_by_me = fields.Boolean()
    bordering = fields.List(fields.String(), metadata={"description": "codes of grids near by or shared"})
    nearest = fields.String(allow_none=True, metadata={"description": "nearest unit, when unplaced"})
    answers = fields.Dict(metadata={"description": "to the category's questions, by question"})
    flags = fields.List(fields.Nested(FlagOut))
    photos = fields.List(fields.Nested(PhotoOut), metadata={"description": "also spoken notes (voice)"})
    tasks = fields.List(fields.Nested(TaskOut))
    actions = fields.List(fields.Nested(ActionOut))


class CasesOut(Schema):
    items = fields.List(fields.Nested(CaseItemOut))
    total = fields.Integer(allow_none=True)
    next = fields.String(allow_none=True)
    as_of = fields.String()


class EventOut(Schema):
    seq = fields.Integer()
    at = fields.String()
    actor = fields.String()
    action = fields.String()
    body = fields.Dict(allow_none=True)


class EventsOut(Schema):
    items = fields.List(fields.Nested(EventOut))
    total = fields.Integer(allow_none=True)
    next = fields.String(allow_none=True)
