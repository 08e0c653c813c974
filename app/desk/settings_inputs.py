"""The inputs of the settings forms, with their labels and choices in the reader's language."""

from dataclasses import dataclass, field
from typing import Any

from app.catalogue.configuration import ANY, URGENCIES
from app.catalogue.configuration.building import WEEKDAYS
from app.catalogue.configuration.values import RANGES
from app.core.language import gettext as _
from app.core.language import name_of
from app.core.words import WORDS, word
from app.desk.choices import category_choices
from app.desk.settings import LIMIT_NAMES, level_in_words, urgency_in_words
from app.people.queries import departments
from app.workflow.actions import Action
from app.workflow.levels import HOLDING
from app.workflow.tasks import TaskKind
from app.workflow.terms import TermUnit

HOURS_LIKE = "08:30-12:00, 14:00-17:30"


@dataclass(frozen=True)
class Input:
    """`type` is HTML's, or `select`. `options` as in the forms of every page; `suggest` fills a datalist."""

    name: str
    label: str
    type: str = "text"
    options: list[Any] = field(default_factory=list)
    hint: str = ""
    required: bool = True
    limits: tuple[int, int] | None = None
    suggest: list[tuple[str, str]] = field(default_factory=list)

    @property
    def extra(self) -> dict[str, Any]:
        """Further attributes of the element."""
        if self.limits is None:
            return {"list": f"{self.name}-known"} if self.suggest else {}
        return {"min": self.limits[0], "max": self.limits[1], "step": 1, "inputmode": "numeric"}


def position() -> Input:
    hint = _("Rows are gone through from the first to the last.")
    return Input("position", _("Place in the order"), "number", hint=hint, limits=(1, 5000))


def week() -> list[Input]:
    closed = _("Empty: closed.")
    days = [Input(day, weekday(at), required=False) for at, day in enumerate(WEEKDAYS)]
    hint = _("Hours such as %(hours)s. %(closed)s", hours=HOURS_LIKE, closed=closed)
    made_up = Input("make_up", _("A day worked for a holiday"), hint=_("On make-up days, whatever weekday."))
    first = Input(days[0].name, days[0].label, required=False, hint=hint)
    return [first, *days[1:], made_up]


def weekday(at: int) -> str:
    """Monday is 0."""
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    return names[at]


def own_day() -> list[Input]:
    hint = _("Hours such as %(hours)s. %(closed)s", hours=HOURS_LIKE, closed=_("Empty: closed."))
    return [
        Input("date", _("Day"), "date"),
        Input("hours", _("Opening hours"), hint=hint, required=False),
        Input(
            "name", _("What for"), hint=_("Such as a festival, a typhoon, a local holiday."), required=False
        ),
    ]


def holiday() -> list[Input]:
    kinds = [("closed", _("Holiday (closed)")), ("working", _("Make-up working day"))]
    known = [("", _("Published")), ("yes", _("Not yet published, by the law only"))]
    return [
        Input("date", _("Day"), "date"),
        Input("kind", _("What the day is"), "select", kinds),
        Input("name", _("Name in Chinese")),
        Input("name_en", _("Name in English"), required=False),
        Input("provisional", _("Arrangement of the year"), "select", known, required=False),
    ]


def term() -> list[Input]:
    stages = [(stage.value, word(stage, "task")) for stage in TaskKind]
    return [
        Input("stage", _("Stage"), "select", stages),
        Input("category", _("Applies to"), "select", category_options()),
        Input("level", _("Level"), "select", [(ANY, level_in_words(ANY)), *_levels()]),
        _urgency(),
        *_term(),
    ]


def grace() -> list[Input]:
    return [Input("level", _("Level"), "select", _levels()), _urgency(), *_term()]


def category_options() -> list[Any]:
    """All, each kind, each category."""
    kinds = [(kind, _("all of %(kind)s", kind=word(kind, "kind"))) for kind in WORDS["kind"]]
    return [(ANY, _("all categories")), (_("Kinds"), None, kinds), *category_choices()]


def level_options() -> list[tuple[str, str]]:
    return _levels()


def urgency_options() -> list[tuple[str, str]]:
    return [(urgency, urgency_in_words(urgency)) for urgency in URGENCIES]


def _levels() -> list[tuple[str, str]]:
    return [(level.value, word(level, "level")) for level in reversed(HOLDING)]


def _urgency() -> Input:
    hint = _("An emergency is a case of a category with the green channel.")
    return Input("urgency", _("Urgency"), "select", [(ANY, urgency_in_words(ANY)), *urgency_options()], hint)


def _term() -> list[Input]:
    units = [
        (TermUnit.WORKING_HOURS.value, _("working hours")),
        (TermUnit.WORKING_DAYS.value, _("working days")),
        (TermUnit.HOURS.value, _("hours by the clock")),
        (TermUnit.DAYS.value, _("days by the clock")),
    ]
    hint = _("Working days end when the office closes; by the clock nights and holidays count.")
    return [
        Input("amount", _("Time allowed"), "number", limits=(1, 20_000)),
        Input("unit", _("Unit"), "select", units, hint),
    ]


def limits() -> list[Input]:
    return [
        Input(
            name,
            str(LIMIT_NAMES[name]),
            "number",
            hint=_("From %(least)s to %(most)s.", least=ends[0], most=ends[1]),
            limits=ends,
        )
        for name, ends in RANGES.items()
    ]


def reason() -> list[Input]:
    actions = [(action.value, word(action, "action")) for action in Action]
    return [
        Input("action", _("Action"), "select", actions),
        Input("code", _("Code"), hint=_("Small letters, digits and _; kept with the case for ever.")),
        Input("name", _("Name in Chinese")),
        Input("name_en", _("Name in English"), required=False),
    ]


def rule() -> list[Input]:
    known = [(found.code, name_of(found)) for found in departments().values()]
    by_place = _("A code, or a pattern such as {district}-UM: the code of the district that a case lies in.")
    return [
        Input("category", _("Applies to"), "select", category_options()),
        Input("area", _("Unit"), hint=_("Code of a unit, such as 440604; * for everywhere.")),
        Input("department", _("Department"), hint=by_place, suggest=known),
    ]
