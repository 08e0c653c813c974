"""The shape of each kind of content: what a settings page or a data file may say, field by field."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate

from app.catalogue.configuration.building import WEEKDAYS
from app.catalogue.configuration.values import ANY, RANGES, URGENCIES, Kind
from app.workflow.actions import Action
from app.workflow.calendar import HoursFault, Opening, fault_of_day
from app.workflow.levels import HOLDING
from app.workflow.tasks import TaskKind
from app.workflow.terms import MOST, Term, TermUnit

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_ROWS = 5000
ONE_OF = _l("One of: {choices}.")
NEEDED = _l("This is needed.")
AT_MOST = _l("At most {max} lines.")
WHOLE = _l("A whole number from {min} to {max}.")
SMALL_LETTERS = _l("Small letters, digits and _.")
OPENINGS_A_DAY = 8

HOURS_SAID = {
    HoursFault.INVERTED: _l("These hours end before they begin."),
    HoursFault.OUTSIDE: _l("A day goes from 00:00 to 24:00."),
    HoursFault.OVERLAP: _l("These hours overlap."),
}


class Words(fields.String):
    """A text without control characters, trimmed; needed unless it may be empty."""

    def __init__(self, most: int, *, empty: bool = False) -> None:
        super().__init__(required=not empty, load_default="" if empty else missing)
        self.most, self.empty = most, empty

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if not text and not self.empty:
            raise ValidationError(str(NEEDED))
        if len(text) > self.most:
            raise ValidationError(_("At most %(most)s characters.", most=self.most))
        if not text.isprintable():
            raise ValidationError(_("Control characters have no place here."))
        return text


class TermText(fields.String):
    """`4wh`: 1 to the unit's most."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        written = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        try:
            return str(Term.parse(written))
        except ValueError:
            hours, days = MOST[TermUnit.HOURS], MOST[TermUnit.DAYS]
            said = _(
                "A term such as 4wh, 2wd, 3h or 15d: at most %(hours)s hours or %(days)s days.",
                hours=hours,
                days=days,
            )
            raise ValidationError(said) from None


class Day(fields.String):
    """A local day, `2026-10-01`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        written = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        try:
            day = date.fromisoformat(written)
        except ValueError:
            raise ValidationError(_("A day such as 2026-10-01 is expected.")) from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("A day from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR))
        return day.isoformat()


class OpeningHours(fields.List[str]):
    """A day's hours, `["08:30-12:00", "14:00-17:30"]`, rising; an empty list is a closed day."""

    def __init__(self) -> None:
        super().__init__(
            fields.String(), required=True, validate=validate.Length(max=OPENINGS_A_DAY, error=AT_MOST)
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        written = super()._deserialize(value, attr, data, **kwargs)
        try:
            openings = sorted(Opening.parse(str(each)) for each in written or ())
        except ValueError:
            raise ValidationError(_("Hours such as 08:30-12:00 are expected.")) from None
        fault = fault_of_day(openings)
        if fault is not None:
            raise ValidationError(str(HOURS_SAID[fault]))
        return [str(opening) for opening in openings]


def one_of(choices: tuple[str, ...]) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(choices, error=ONE_OF))


def rows_of(row: type[Schema]) -> fields.List[Any]:
    return fields.List(
        fields.Nested(row), required=True, validate=validate.Length(max=MOST_ROWS, error=AT_MOST)
    )


class Strict(Schema):
    """What is not known is refused."""

    class Meta:
        unknown = RAISE


class TermRow(Strict):
    stage = one_of(tuple(TaskKind))
    category = Words(20)
    level = one_of((*HOLDING, ANY))
    urgency = one_of((*URGENCIES, ANY))
    term = TermText(required=True)


class TermsShape(Strict):
    rules = rows_of(TermRow)


class OwnDay(Strict):
    date = Day(required=True)
    hours = OpeningHours()
    name = Words(80, empty=True)


Week = Strict.from_dict({day: OpeningHours() for day in WEEKDAYS}, name="Week")


class CalendarShape(Strict):
    week = fields.Nested(Week, required=True)
    make_up = OpeningHours()
    days = rows_of(OwnDay)


class Holiday(Strict):
    date = Day(required=True)
    kind = one_of(("closed", "working"))
    name = Words(80)
    name_en = Words(80, empty=True)
    provisional = fields.Boolean(load_default=False)
    source = Words(300, empty=True)


class HolidaysShape(Strict):
    days = rows_of(Holiday)


class Grace(Strict):
    level = one_of(HOLDING)
    urgency = one_of((*URGENCIES, ANY))
    term = TermText(required=True)


class LadderShape(Strict):
    graces = rows_of(Grace)


def _number(least: int, most: int) -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(least, most, error=WHOLE))


LimitsShape = Strict.from_dict({name: _number(*ends) for name, ends in RANGES.items()}, name="LimitsShape")


class Reason(Strict):
    action = one_of(tuple(Action))
    code = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z", error=SMALL_LETTERS),
    )
    name = Words(80)
    name_en = Words(80, empty=True)


class ReasonsShape(Strict):
    reasons = rows_of(Reason)


class ResponsibilityRow(Strict):
    category = Words(20)
    area = Words(40)
    department = Words(60)


class ResponsibilityShape(Strict):
    rules = rows_of(ResponsibilityRow)


SHAPES: dict[Kind, type[Schema]] = {
    Kind.TERMS: TermsShape,
    Kind.CALENDAR: CalendarShape,
    Kind.HOLIDAYS: HolidaysShape,
    Kind.LADDER: LadderShape,
    Kind.LIMITS: LimitsShape,
    Kind.REASONS: ReasonsShape,
    Kind.RESPONSIBILITY: ResponsibilityShape,
}
