"""Terms as a table that says where each comes from, and what a case filed now would get."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.cases.service.clocks import clock_for, urgency_of
from app.catalogue.configuration import ANY, ladder_terms, terms, working_calendar
from app.catalogue.configuration.building import Content
from app.catalogue.configuration.values import Terms
from app.catalogue.queries import CategoryRow
from app.core.language import gettext as _
from app.desk.settings import category_in_words, level_in_words, term_in_words, urgency_in_words
from app.workflow.ladder import Breach, Ground, TaskClock, due_steps
from app.workflow.levels import HOLDING, LEVELS, TOP, Level, is_above
from app.workflow.tasks import TaskKind
from app.workflow.terms import Term, TermUnit

FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
FIRST_STAGES = (TaskKind.ACCEPT, TaskKind.DISPATCH, TaskKind.HANDLE, TaskKind.CHECK)
"""What a case goes through when all goes well."""
OWN = "own"


@dataclass(frozen=True)
class Cell:
    """The term of a stage at a level, and the rule that gives it; `row` is None for the catalogue's own."""

    level: str
    term: Term | None
    why: str
    row: int | None
    direct: bool


@dataclass(frozen=True)
class Step:
    """One thing that would happen: an instant, and what."""

    at: datetime | None
    what: str
    why: str = ""


@dataclass(frozen=True)
class Preview:
    terms: list[Step]
    climbs: list[Step]


def effective(category: CategoryRow, urgency: str, content: Content) -> list[tuple[str, list[Cell]]]:
    """For each stage, what applies at each level from the community up."""
    asked = urgency_of(category, urgency)
    levels = [level.value for level in reversed(HOLDING)]
    return [
        (stage.value, [_cell(stage, category, level, asked, content) for level in levels])
        for stage in TaskKind
    ]


def rules_about(category: CategoryRow | None, content: Content) -> list[tuple[int, dict[str, str]]]:
    """The rules that can apply to a category, with their places; all of them without one."""
    fits = (category.code, category.kind, ANY) if category else None
    return [(at, row) for at, row in enumerate(content["rules"]) if fits is None or row["category"] in fits]


def _cell(stage: TaskKind, category: CategoryRow, level: str, urgency: str, content: Content) -> Cell:
    found = terms()
    about = {"category": category.code, "kind": category.kind, "level": level, "urgency": urgency}
    rule = applying(found, stage.value, about)
    term = found.term(stage.value, category=category.code, kind=category.kind, level=level, urgency=urgency)
    row = next((at for at, each in enumerate(content["rules"]) if _key(each) == rule), None)
    direct = isinstance(rule, tuple) and rule == (stage.value, category.code, urgency, level)
    return Cell(level, term, _why(rule), row, direct)


def _key(row: Mapping[str, str]) -> tuple[str, str, str, str]:
    return row["stage"], row["category"], row["urgency"], row["level"]


def applying(found: Terms, stage: str, about: Mapping[str, str]) -> tuple[str, str, str, str] | str | None:
    """The rule that wins, `own` for the catalogue's term, None for none.

    Each rule that fits is given a term of its own, and the real lookup says which of them it takes.
    """
    fits = [
        (stage, category, urgency, level)
        for category in (about["category"], about["kind"], ANY)
        for urgency in (about["urgency"], ANY)
        for level in (about["level"], ANY)
    ]
    known = [key for key in dict.fromkeys(fits) if key in found.rules]
    marked = {key: Term(at, TermUnit.DAYS) for at, key in enumerate(known, 1)}
    last = Term(len(known) + 1, TermUnit.DAYS)
    own = {about["category"]: last} if about["category"] in found.own else {}
    winner = Terms(marked, own).term(stage, **about)
    if winner is None:
        return None
    return OWN if winner == last else known[winner.amount - 1]


def _why(rule: tuple[str, str, str, str] | str | None) -> str:
    if rule is None:
        return _("no term")
    if isinstance(rule, str):
        return _("the category's own, from the catalogue")
    _stage, category, urgency, level = rule
    named = [
        words(code)
        for words, code in (
            (category_in_words, category),
            (urgency_in_words, urgency),
            (level_in_words, level),
        )
        if code != ANY
    ]
    return _("rule for %(what)s", what=" · ".join(named)) if named else _("rule for all cases")


def preview(category: CategoryRow, level: str, urgency: str, at: datetime) -> Preview:
    """What a case filed now at a level would get, stage by stage, and how it would climb if nobody acted.

    The stages after the first are counted as if the one before had been done at once.
    """
    steps = []
    for stage in FIRST_STAGES:
        clock = clock_for(stage, category, level, urgency, start=at)
        what = _("%(stage)s by", stage=_stage_words(stage))
        steps.append(Step(clock.due_at, what, term_in_words(clock.term)))
    return Preview(steps, _climbs(category, level, urgency, at))


def _stage_words(stage: TaskKind) -> str:
    words = {
        TaskKind.ACCEPT: _("Accept or reject"),
        TaskKind.DISPATCH: _("Dispatch, if accepted now,"),
        TaskKind.HANDLE: _("Handle, if dispatched now,"),
        TaskKind.CHECK: _("Check, if handled now,"),
    }
    return words[stage]


def _climbs(category: CategoryRow, level: str, urgency: str, at: datetime) -> list[Step]:
    """The ladder of the first task, where every level exists and has somebody."""
    clock = clock_for(TaskKind.ACCEPT, category, level, urgency, start=at)
    if clock.due_at is None:
        return []
    here = Level(level)
    task = TaskClock(1, TaskKind.ACCEPT, clock.due_at, clock.near_at, clock.wake_at, 0, here, 0)
    asked = urgency_of(category, urgency)
    ground = Ground(LEVELS, LEVELS, working_calendar(), lambda level: ladder_terms().grace(level, asked))
    return [
        Step(step.at, _climb_words(step), _card_words(step, asked))
        if isinstance(step, Breach)
        else Step(step.at, _("A warning that the time runs out"))
        for step in due_steps(here, None, [task], ground, FOREVER)
    ]


def _climb_words(step: Breach) -> str:
    if not is_above(step.level, step.from_level):
        return _("It stays on the city's list")
    return _("Raised to the %(level)s", level=level_in_words(step.level).lower())


def _card_words(step: Breach, urgency: str) -> str:
    words = {"yellow": _("yellow card"), "red": _("red card"), "black": _("black card")}
    if step.level is TOP:
        return words[step.card]
    grace = ladder_terms().grace(step.level, urgency)
    return _(
        "%(card)s; then %(grace)s until the next level", card=words[step.card], grace=term_in_words(grace)
    )
