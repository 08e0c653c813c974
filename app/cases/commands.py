"""What people ask of cases, parsed: the filing and the action."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from shapely.geometry.base import BaseGeometry

from app.cases.claims import Device, Fix
from app.cases.schemas import ActIn, DeviceIn, FileCaseIn
from app.core.field_messages import in_words
from app.core.problems import Invalid
from app.spatial.datum import convert_geometry
from app.spatial.shapes import BadShape, parse_geojson_geometry

MOST_EXTRA = 20_000  # bytes of JSON
NO_DEVICE = Device()
READ = frozenset({"geometry", "device"})
"""What of a filing is read out of its other members."""


@dataclass(frozen=True)
class FileCase:
    """A filing. `geometry` is WGS 84; `raw_geometry`, `crs` and `extra` are what was sent."""

    uuid: UUID
    category: str
    observed_at: datetime | None
    geometry: BaseGeometry | None = None
    raw_geometry: dict[str, Any] | None = None
    crs: str | None = None
    area: str | None = None
    place_text: str | None = None
    accuracy_m: float | None = None
    description: str = ""
    urgency: str = "normal"
    channel: str = "inspector"
    reporter: dict[str, Any] | None = None
    extra: dict[str, Any] | None = None
    device: Device = NO_DEVICE

    def hash(self) -> str:
        """The same filing sent again has the same hash, however its JSON was written."""
        said = {name: value for name, value in vars(self).items() if name not in READ and value is not None}
        return _hash(said)


@dataclass(frozen=True)
class Act:
    """One action on a case, by the UUID its sender gave it."""

    id: UUID
    action: str
    fields: dict[str, Any] = field(default_factory=dict)

    def hash(self) -> str:
        return _hash({"id": self.id, "action": self.action, **self.fields})


def _hash(said: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


_FILE, _ACT, _DEVICE = FileCaseIn(), ActIn(), DeviceIn()


def read_filing(uuid: UUID, body: dict[str, Any]) -> FileCase:
    """The filing in a JSON body; raises Invalid naming each field."""
    data = _load(_FILE, body)
    raw = data.pop("geometry", None)
    crs = data.pop("crs", None)
    geometry = _geometry(raw, crs) if raw is not None else None
    extra = data.get("extra")
    if extra is not None and _too_much(extra):
        raise Invalid({"extra": [_("At most %(most)s bytes.", most=MOST_EXTRA)]})
    given = {name: value for name, value in data.items() if value is not None and value != ""}
    given.setdefault("observed_at", None)
    return FileCase(
        uuid=uuid,
        geometry=geometry,
        raw_geometry=raw,
        crs=crs if raw is not None else None,
        device=read_device(extra),
        **given,
    )


def read_device(extra: dict[str, Any] | None) -> Device:
    """What the phone says of itself in `extra.device`; raises Invalid naming each member."""
    said = (extra or {}).get("device")
    if said is None:
        return NO_DEVICE
    if not isinstance(said, dict):
        raise Invalid({"extra.device": [_("A JSON object is expected.")]})
    data = _load(_DEVICE, said, "extra.device.")
    return Device(
        source=data.get("source"),
        shutter=Fix(**(data.get("shutter") or {})),
        photo=Fix(**(data.get("photo") or {})),
        queued_at=data.get("queued_at"),
    )


def read_act(body: dict[str, Any]) -> Act:
    """The action in a JSON body; raises Invalid naming each field."""
    data = _load(_ACT, body)
    said = {name: value for name, value in data.items() if value is not None and value != ""}
    return Act(id=said.pop("id"), action=said.pop("action"), fields=said)


def _load(schema: Schema, body: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    try:
        data: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        found = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise Invalid(_by_field(found, prefix)) from None
    return data


def _by_field(messages: dict[str, Any], prefix: str = "") -> dict[str, list[str]]:
    """Nested messages by dotted field name; what is said of a whole is said of the field that holds it."""
    found: dict[str, list[str]] = {}
    for name, message in messages.items():
        key = prefix.removesuffix(".") if name == "_schema" and prefix else f"{prefix}{name}"
        if isinstance(message, dict):
            found |= _by_field(message, f"{key}.")
        else:
            found[key] = [in_words(text) for text in message]
    return found


def _geometry(raw: Any, crs: str) -> BaseGeometry:
    try:
        shape = parse_geojson_geometry(raw)
        return convert_geometry(shape, crs)
    except BadShape as error:
        raise Invalid({"geometry": [error.message]}) from None


def _too_much(extra: dict[str, Any]) -> bool:
    try:
        return len(orjson.dumps(extra)) > MOST_EXTRA
    except (TypeError, orjson.JSONEncodeError):
        return True
