"""What fate has in store for a case: the deeds of its life, in order.

A deed is the name of a method of `Deeds`, with what it is about after a colon: `escalate`, `delegate:town`.
"""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.areas.index import AreaEntry
from app.cases.models import Case
from app.catalogue.queries import CategoryRow

Chance = random.Random


@dataclass
class Plot:
    """One case. `times`: when its deeds happen, where that was fixed beforehand.

    `cast`: the cast acts where it is posted. `more`: clocks that run beside the main one. `watched_at`: when
    the clock looks at it next.
    """

    uuid: UUID
    grid: AreaEntry
    category: CategoryRow
    urgency: str
    deeds: deque[str]
    times: deque[datetime] = field(default_factory=deque)
    cast: bool = False
    case: Case | None = None
    next_at: datetime | None = None
    more: int = 0
    watched_at: datetime | None = None


def draw(chance: Chance, category: CategoryRow) -> Iterator[str]:
    """The deeds of an ordinary case."""
    at_random = chance.random
    public = not category.restricted and at_random() < 0.14
    yield "report" if public else "file"
    if category.emergency:
        yield "acknowledge"
    if public and at_random() < 0.12:
        yield from ("verify_fail", "reject:not_found")
        return
    if public:
        yield "verify_pass"
    elif category.on_spot and at_random() < 0.5:
        yield from _settled(chance)
        return
    if at_random() < 0.05:
        yield "reject"
        if at_random() >= 0.06:
            return
        yield from ("ask_restore", "approve")
    yield from _registered(chance)


def _settled(chance: Chance) -> Iterator[str]:
    yield "settle"
    if chance.random() < 0.03:
        yield "reopen"
        yield from _handled(chance)


def _registered(chance: Chance) -> Iterator[str]:
    """From the acceptance to the end."""
    if chance.random() < 0.01:
        yield "transfer"
    yield "accept"
    for share in (0.08, 0.35, 0.3):
        if chance.random() >= share:
            break
        yield "escalate"
    if chance.random() < 0.03:
        yield "whistle"
        yield "respond"
    if chance.random() < 0.008:
        yield from ("ask_void", "approve")
        return
    yield from _handled(chance)
    if chance.random() < 0.015:
        yield "reopen"
        yield from _handled(chance)


def _handled(chance: Chance) -> Iterator[str]:
    """From the dispatch to the check that is passed."""
    at_random = chance.random
    for share in (0.06, 0.2):
        if at_random() >= share:
            break
        yield from ("dispatch", "return")
    assisted = at_random() < 0.07
    yield "dispatch:+" if assisted else "dispatch"
    yield "start"
    yield from _on_the_way(chance)
    yield "handle"
    if assisted:
        yield "respond"
    if at_random() < 0.07:
        yield from ("check_fail", "handle")
    yield "check_pass"


ON_THE_WAY: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.025, ("ask_extension", "approve")),
    (0.01, ("ask_extension", "deny")),
    (0.015, ("ask_suspension", "approve", "resume")),
    (0.01, ("ask_category", "approve")),
    (0.02, ("supervise", "answer")),
    (0.03, ("urge",)),
    (0.05, ("comment",)),
)
"""What may happen while a department is at work, and how often."""


def _on_the_way(chance: Chance) -> Iterator[str]:
    drawn = chance.random()
    for share, deeds in ON_THE_WAY:
        if drawn < share:
            yield from deeds
            return
        drawn -= share
