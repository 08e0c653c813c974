"""What a move asks beyond status, level and duty: plain facts in, a refusal or nothing out. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.workflow.actions import Action
from app.workflow.moves import Application
from app.workflow.tasks import APPLIES_FOR, BESIDE, TaskKind


class Refusal(StrEnum):
    """Why a move of the table cannot be made now."""

    DEPARTMENTS_OPEN = "departments_open"
    NOTHING_TO_ANSWER = "nothing_to_answer"
    ALREADY_APPLIED = "already_applied"
    WINDOW_OVER = "window_over"
    NOT_ON_SPOT = "not_on_spot"
    NO_PHOTO_BEFORE = "no_photo_before"
    NOTHING_TO_EXTEND = "nothing_to_extend"
    EXTENDED_ENOUGH = "extended_enough"


@dataclass(frozen=True, slots=True)
class Facts:
    """`open`: kinds of the open tasks. `ended_days`: since the end, None while the case is open."""

    open: frozenset[TaskKind] = frozenset()
    applied: Application | None = None
    ended_days: float | None = None
    reopen_days: int = 0
    on_spot: bool = False
    photo_before: bool = False
    clocked: bool = False
    extensions: int = 0
    extensions_most: int = 0


def refusal(action: Action, facts: Facts) -> Refusal | None:
    """Why the action cannot be taken, or None."""
    if action in APPLIES_FOR and facts.applied is not None:
        return Refusal.ALREADY_APPLIED
    asked = _GUARDS.get(action)
    return asked(facts) if asked else None


def _departments_have_answered(facts: Facts) -> Refusal | None:
    return Refusal.DEPARTMENTS_OPEN if facts.open & BESIDE else None


def _was_asked(facts: Facts) -> Refusal | None:
    return None if TaskKind.ANSWER in facts.open else Refusal.NOTHING_TO_ANSWER


def _in_time_to_reopen(facts: Facts) -> Refusal | None:
    late = facts.ended_days is None or facts.ended_days > facts.reopen_days
    return Refusal.WINDOW_OVER if late else None


def _settled_on_the_spot(facts: Facts) -> Refusal | None:
    if not facts.on_spot:
        return Refusal.NOT_ON_SPOT
    return None if facts.photo_before else Refusal.NO_PHOTO_BEFORE


def _has_a_limit(facts: Facts) -> Refusal | None:
    if not facts.clocked:
        return Refusal.NOTHING_TO_EXTEND
    return None if facts.extensions < facts.extensions_most else Refusal.EXTENDED_ENOUGH


_GUARDS: dict[Action, Callable[[Facts], Refusal | None]] = {
    Action.CHECK_PASS: _departments_have_answered,
    Action.ANSWER: _was_asked,
    Action.REOPEN: _in_time_to_reopen,
    Action.CLOSE_ON_SPOT: _settled_on_the_spot,
    Action.REQUEST_EXTENSION: _has_a_limit,
}
