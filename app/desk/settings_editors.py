"""The forms of the settings pages: which inputs, and what a sent form makes of a content.

What a content may say is checked where it is stored; here its faults are brought to the inputs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.catalogue.configuration import Kind
from app.catalogue.configuration.building import WEEKDAYS, Content
from app.core.language import gettext as _
from app.core.problems import Invalid
from app.desk import settings_inputs as inputs
from app.desk.settings import Values
from app.desk.settings_inputs import Input
from app.workflow.terms import MOST, TermUnit

Row = dict[str, Any]
AMOUNT_OF = {"term": "amount"}
"""A term is written in two inputs; what is wrong with it is said at the first."""


@dataclass(frozen=True)
class Draft:
    """A changed content, and at which row of it the form wrote; None when it wrote no row."""

    content: Content
    row: int | None = None


@dataclass(frozen=True)
class RowEditor:
    """One row of a list. `key` finds the row again in another version; `ordered`: its place decides."""

    code: str
    kind: Kind
    rows: str
    adding: LazyString
    changing: LazyString
    key: tuple[str, ...]
    inputs: Callable[[], list[Input]]
    read: Callable[[Values], Row]
    values: Callable[[Row], dict[str, str]]
    ordered: bool = False

    def title(self, row: int | None) -> str:
        return str(self.adding if row is None else self.changing)

    def shown(self, content: Content, row: int | None, asked: Values) -> dict[str, str]:
        """What the inputs hold before anything is typed; a new row begins with what the link asked for."""
        found = content[self.rows]
        place = {"position": str(len(found) + 1 if row is None else row + 1)} if self.ordered else {}
        if row is None:
            names = {each.name for each in self.inputs()}
            return place | {name: value for name, value in asked.items() if name in names}
        return place | self.values(found[row])

    def change(self, content: Content, row: int | None, form: Values) -> Draft:
        rows = [found for at, found in enumerate(content[self.rows]) if at != row]
        written = self.read(form)
        place = self._place(form, row, len(rows))
        rows.insert(place, written)
        return Draft({**content, self.rows: rows}, place)

    def remove(self, content: Content, row: int) -> Draft:
        rows = [found for at, found in enumerate(content[self.rows]) if at != row]
        return Draft({**content, self.rows: rows})

    def all_inputs(self) -> list[Input]:
        return [*self.inputs(), *([inputs.position()] if self.ordered else [])]

    def again(self, row: int, before: Content, now: Content) -> int | None:
        """Where a row of an earlier version stands now; None when it is gone."""
        if row >= len(before[self.rows]):
            return None
        wanted = self._key(before[self.rows][row])
        return next((at for at, found in enumerate(now[self.rows]) if self._key(found) == wanted), None)

    def where(self, path: str, draft: Draft) -> str | None:
        """The input that a fault belongs to, `rules.3.term` → `amount`; None for a fault of another row."""
        prefix = f"{self.rows}.{draft.row}."
        if draft.row is None or not path.startswith(prefix):
            return None
        name = path.removeprefix(prefix).partition(".")[0]
        return AMOUNT_OF.get(name, name)

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self.key)

    def _place(self, form: Values, row: int | None, last: int) -> int:
        """Where the row goes: a new one last; an ordered one where the form says."""
        if not self.ordered:
            return last if row is None else row
        asked = form.get("position", "").strip()
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:6]) <= last + 1):
            raise Invalid({"position": [_("A whole number from %(min)s to %(max)s.", min=1, max=last + 1)]})
        return int(asked) - 1


@dataclass(frozen=True)
class WholeEditor:
    """The single values of a content."""

    code: str
    kind: Kind
    name: LazyString
    inputs: Callable[[], list[Input]]
    read: Callable[[Values], Content]
    values: Callable[[Content], dict[str, str]]
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def title(self, _row: int | None) -> str:
        return str(self.name)

    def shown(self, content: Content, _row: int | None, _asked: Values) -> dict[str, str]:
        return self.values(content)

    def change(self, content: Content, _row: int | None, form: Values) -> Draft:
        return Draft({**content, **self.read(form)})

    def remove(self, content: Content, _row: int) -> Draft:
        raise Invalid({}, _("This cannot be removed."))

    def all_inputs(self) -> list[Input]:
        return self.inputs()

    def again(self, _row: int, _before: Content, _now: Content) -> int | None:
        return None

    def where(self, path: str, _draft: Draft) -> str | None:
        names = {each.name for each in self.inputs()}
        return next((name for name in reversed(path.split(".")) if name in names), None)


Editor = RowEditor | WholeEditor


def said_at(name: str | None, texts: list[str]) -> list[str]:
    """What is wrong at an input; of a term the form knows amount and unit, not the way it is written."""
    if name != "amount":
        return texts
    hours, days = MOST[TermUnit.HOURS], MOST[TermUnit.DAYS]
    return [_("A whole number: at most %(hours)s hours or %(days)s days.", hours=hours, days=days)]


def _hours(text: str) -> list[str]:
    """`08:30-12:00, 14:00–17:30` as a list; separators of either script will do."""
    for mark in "，、;；\n":
        text = text.replace(mark, ",")
    for mark in "—～~至":
        text = text.replace(mark, "-")
    return [part.strip().replace("：", ":") for part in text.split(",") if part.strip()]


def _texts(*names: str) -> Callable[[Values], Row]:
    return lambda form: {name: form.get(name, "").strip() for name in names}


def _same(row: Row) -> dict[str, str]:
    return {name: str(value) for name, value in row.items()}


def _read_term(*names: str) -> Callable[[Values], Row]:
    def read(form: Values) -> Row:
        return _texts(*names)(form) | {
            "term": f"{form.get('amount', '').strip()}{form.get('unit', '').strip()}"
        }

    return read


def _show_term(row: Row) -> dict[str, str]:
    amount = row["term"].rstrip("hwd")
    return _same(row) | {"amount": amount, "unit": row["term"].removeprefix(amount)}


def _read_week(form: Values) -> Content:
    week = {day: _hours(form.get(day, "")) for day in WEEKDAYS}
    return {"week": week, "make_up": _hours(form.get("make_up", ""))}


def _show_week(content: Content) -> dict[str, str]:
    week = {day: ", ".join(hours) for day, hours in content["week"].items()}
    return week | {"make_up": ", ".join(content["make_up"])}


def _read_own_day(form: Values) -> Row:
    return _texts("date", "name")(form) | {"hours": _hours(form.get("hours", ""))}


def _show_own_day(row: Row) -> dict[str, str]:
    return {"date": row["date"], "name": row["name"], "hours": ", ".join(row["hours"])}


def _read_holiday(form: Values) -> Row:
    """Made by hand, so it no longer is what the shipped source says."""
    said = _texts("date", "kind", "name", "name_en")(form)
    return said | {"provisional": form.get("provisional") == "yes", "source": ""}


def _show_holiday(row: Row) -> dict[str, str]:
    return _same(row) | {"provisional": "yes" if row["provisional"] else ""}


def _read_limits(form: Values) -> Content:
    """Whole numbers; what is none is left for the shape to refuse."""
    said = {each.name: form.get(each.name, "").strip() for each in inputs.limits()}
    return {name: int(text) if _whole(text) else text for name, text in said.items()}


def _whole(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10


EDITORS: dict[str, Editor] = {
    editor.code: editor
    for editor in (
        WholeEditor(
            "week", Kind.CALENDAR, _l("Opening hours of the week"), inputs.week, _read_week, _show_week
        ),
        RowEditor(
            "day",
            Kind.CALENDAR,
            "days",
            _l("A day of the city's own"),
            _l("Change a day of the city's own"),
            ("date",),
            inputs.own_day,
            _read_own_day,
            _show_own_day,
        ),
        RowEditor(
            "holiday",
            Kind.HOLIDAYS,
            "days",
            _l("A holiday or make-up day"),
            _l("Change a holiday or make-up day"),
            ("date",),
            inputs.holiday,
            _read_holiday,
            _show_holiday,
        ),
        RowEditor(
            "term",
            Kind.TERMS,
            "rules",
            _l("A new term"),
            _l("Change a term"),
            ("stage", "category", "level", "urgency"),
            inputs.term,
            _read_term("stage", "category", "level", "urgency"),
            _show_term,
        ),
        RowEditor(
            "grace",
            Kind.LADDER,
            "graces",
            _l("A new rung of the ladder"),
            _l("Change a rung of the ladder"),
            ("level", "urgency"),
            inputs.grace,
            _read_term("level", "urgency"),
            _show_term,
        ),
        WholeEditor(
            "limits",
            Kind.LIMITS,
            _l("Limits"),
            inputs.limits,
            _read_limits,
            lambda content: _same(content),
        ),
        RowEditor(
            "reason",
            Kind.REASONS,
            "reasons",
            _l("A new reason"),
            _l("Change a reason"),
            ("action", "code"),
            inputs.reason,
            _texts("action", "code", "name", "name_en"),
            _same,
            ordered=True,
        ),
        RowEditor(
            "rule",
            Kind.RESPONSIBILITY,
            "rules",
            _l("A new rule"),
            _l("Change a rule"),
            ("category", "area", "department"),
            inputs.rule,
            _texts("category", "area", "department"),
            _same,
            ordered=True,
        ),
    )
}
