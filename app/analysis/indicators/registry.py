"""What an indicator is: data, checked when it is read. Pure but for the filters' own grammar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from flask_babel import gettext as _
from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema
from werkzeug.datastructures import MultiDict

from app.cases.queries.filters import read_filters
from app.core.problems import Invalid
from app.workflow.statuses import OPEN

Asked = Mapping[str, str]
"""Parameters of a list of cases."""

WINDOWS: Mapping[str, Mapping[str, str]] = {
    "filed": {"from": "start", "to": "end"},
    "accepted": {"accepted_from": "start", "accepted_to": "end"},
    "due": {"deadline_from": "start", "deadline_to": "end"},
    "closed": {"status": "closed", "ended_from": "start", "ended_to": "end"},
    "reopened": {"reopened_from": "start", "reopened_to": "end"},
    "climbed": {"climbed_since": "start", "climbed_before": "end"},
    "standing": {"status": "open"},
}
"""Which cases a period means: list parameters, where `start` and `end` stand for its instants."""

COUNT, SHARE, MEAN = "count", "share", "mean"
MEDIAN, P90 = "median", "p90"
QUANTILES = {MEDIAN: 0.5, P90: 0.9}
MEASURES = (COUNT, SHARE, MEAN, *QUANTILES)
UNITS = {COUNT: "cases", SHARE: "percent", MEAN: "times", MEDIAN: "hours", P90: "hours"}
CLOSING, RESPONSE = "closing", "response"
SPANS = (CLOSING, RESPONSE)
"""What a quantile is taken of: filing until closing, filing until it was accepted or rejected."""
MULTIPLE = "overdue_multiple"
"""What a mean is taken of: time since the clock of the open duty began ÷ the time allowed for it."""
DIRECTIONS = ("up", "down", "none")
GROUPS = ("work", "quality", "time", "found", "backlog")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number and how it comes about.

    `window` says which cases of the period are meant, `filter` narrows them to the denominator, `numerator`
    further to what is counted; each is the query string of a list of cases, and the later one wins. Of a
    quantile or mean the numerator names what is measured (SPANS, MULTIPLE), and all of the filter counts.
    `target` is in `unit`; within `near` of it a missed target counts as near.
    """

    code: str
    group: str
    name: str
    name_en: str
    measure: str
    window: str
    filter: str
    numerator: str
    unit: str
    target: float | None
    near: float
    direction: str
    formula: str
    formula_en: str
    source: str

    @property
    def base(self) -> Asked:
        """The denominator's own list parameters, without the period."""
        return dict(parse_qsl(self.filter))

    @property
    def counted(self) -> Asked:
        """The numerator's; of a quantile or mean those of all that is measured."""
        return {**self.base, **dict(parse_qsl(self.numerator))} if self.counts else self.base

    @property
    def counts(self) -> bool:
        return self.measure in (COUNT, SHARE)


class _Row(Schema):
    """An indicator as data; what is not known is refused."""

    class Meta:
        unknown = RAISE

    code = fields.String(required=True, validate=validate.Regexp(r"[a-z][a-z0-9_]{1,39}\Z"))
    group = fields.String(required=True, validate=validate.OneOf(GROUPS))
    name = fields.String(required=True, validate=validate.Length(1, 40))
    name_en = fields.String(required=True, validate=validate.Length(1, 60))
    measure = fields.String(required=True, validate=validate.OneOf(MEASURES))
    window = fields.String(required=True, validate=validate.OneOf(tuple(WINDOWS)))
    filter = fields.String(required=True, validate=validate.Length(max=300))
    numerator = fields.String(required=True, validate=validate.Length(max=300))
    unit = fields.String(required=True, validate=validate.OneOf(tuple(set(UNITS.values()))))
    target = fields.Float(required=True, allow_none=True, validate=validate.Range(0, 1_000_000))
    near = fields.Float(load_default=0.0, validate=validate.Range(0, 1_000_000))
    direction = fields.String(required=True, validate=validate.OneOf(DIRECTIONS))
    formula = fields.String(required=True, validate=validate.Length(1, 400))
    formula_en = fields.String(required=True, validate=validate.Length(1, 400))
    source = fields.String(load_default="", validate=validate.Length(max=300))

    @validates_schema(skip_on_field_errors=True)
    def fits(self, data: dict[str, Any], **_more: Any) -> None:
        if data["unit"] != UNITS[data["measure"]]:
            raise ValidationError(_("This measure has another unit."), "unit")
        if data["target"] is not None and data["direction"] == "none":
            raise ValidationError(_("A target needs a direction."), "direction")
        if data["unit"] == "percent" and (data["target"] or 0) > 100:
            raise ValidationError(_("From 0 to 100 percent."), "target")
        _check_numerator(data)
        _check_statuses(data)
        for name in ("filter", *(["numerator"] if data["measure"] in (COUNT, SHARE) else [])):
            _check_filters(name, data[name])


def _check_numerator(data: dict[str, Any]) -> None:
    measured = data["numerator"]
    if data["measure"] in QUANTILES and measured not in SPANS:
        raise ValidationError(_("One of: {choices}.").format(choices=", ".join(SPANS)), "numerator")
    if data["measure"] == MEAN and measured != MULTIPLE:
        raise ValidationError(_("One of: {choices}.").format(choices=MULTIPLE), "numerator")
    if data["measure"] == SHARE and not measured:
        raise ValidationError(_("This is needed."), "numerator")


def _check_statuses(data: dict[str, Any]) -> None:
    """What the window says of the status may be narrowed, not widened: the statement looks no further."""
    own = WINDOWS[data["window"]].get("status")
    asked = dict(parse_qsl(data["filter"])) | dict(parse_qsl(data["numerator"]))
    if own is None or "status" not in asked:
        return
    within = {"closed"} if own == "closed" else {status.value for status in OPEN}
    if set(asked["status"].split(",")) - within - {own}:
        raise ValidationError(_("This status does not occur in this window."), "filter")


def _check_filters(name: str, text: str) -> None:
    """Each part must be a filter that lists know; periods and areas are the page's."""
    try:
        asked = parse_qsl(text, strict_parsing=True) if text else []
        read_filters(MultiDict(asked))
    except (ValueError, Invalid) as bad:
        said = bad.errors if isinstance(bad, Invalid) else text
        raise ValidationError(_("No filters of a list: %(what)s", what=said), name) from None
    if unknown := [key for key, _value in asked if key not in NARROWS]:
        raise ValidationError(_("No filters of a list: %(what)s", what=", ".join(unknown)), name)


_STANDING = frozenset({"status", "reached", "overdue", "near", "supervised", "card", "task", "unplaced"})
NARROWS = _STANDING | {
    *("registered", "on_time", "reworked", "returned", "raised", "climbed_to", "channel", "rated", "category")
}
"""Filters that an indicator may use. The others belong to the page, or to one person or department."""


def checked(rows: Any) -> tuple[Indicator, ...]:
    """Definitions from data. Raises Invalid, naming line and field."""
    try:
        loaded = _Row(many=True).load(rows)
    except ValidationError as bad:
        raise Invalid(_by_line(cast(Mapping[Any, Any], bad.messages))) from None
    found = tuple(Indicator(**row) for row in loaded)
    codes = [each.code for each in found]
    if doubled := sorted({code for code in codes if codes.count(code) > 1}):
        raise Invalid({"code": [_("More than once: %(what)s", what=", ".join(doubled))]})
    return found


def _by_line(messages: Mapping[Any, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line, problems in messages.items():
        named = problems.items() if isinstance(problems, dict) else [("", problems)]
        for name, texts in named:
            found[f"{line}.{name}"] = [str(text) for text in (texts if isinstance(texts, list) else [texts])]
    return found
