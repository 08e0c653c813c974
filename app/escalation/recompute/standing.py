"""Where a case must stand, in the words of the oracle. Units and departments go by their codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from app.catalogue.configuration import Configuration
from app.events.queries import Told
from app.workflow.levels import Level


class Category(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def emergency(self) -> bool: ...


class World(Protocol):
    """What the city was like: configuration and catalogue as of an instant, the tree of units."""

    def configuration(self, at: datetime) -> Configuration: ...

    def category(self, code: str, at: datetime) -> Category | None: ...

    def level(self, unit: str) -> Level: ...

    def lineage(self, unit: str) -> Mapping[Level, str]:
        """The unit itself and those over it, by level."""
        ...

    def top(self) -> str: ...


class Unknowable(Exception):
    """The history has no beginning, or what an event said has been erased."""


@dataclass
class Owed:
    """One duty; the fields are those of a task."""

    kind: str
    opened_at: datetime
    unit: str | None = None
    department: str | None = None
    due_at: datetime | None = None
    near_at: datetime | None = None
    warned_at: datetime | None = None
    wake_at: datetime | None = None
    rung: int = 0
    base_level: str = ""
    base_rung: int = 0
    paused_at: datetime | None = None
    paused_s: int = 0
    closed_at: datetime | None = None
    outcome: str | None = None
    by_the_wall: bool = False

    @property
    def open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True)
class Climb:
    """One breach; the fields are those of the record of escalations."""

    kind: str
    rung: int
    at: datetime
    due_at: datetime
    from_level: str
    to_level: str
    from_holder: str
    to_holder: str
    card: str
    top: bool


@dataclass
class Standing:
    """A case after some of its events. `doubts`: events that do not follow from those before them.

    `asked` is what the pending application asks for, `asked_of` the duty that it would extend.
    """

    version: int
    status: str
    level: str
    holder: str
    category: str
    urgency: str
    filed_at: datetime
    changed_at: datetime
    place: dict[Level, str]
    department: str | None = None
    due_at: datetime | None = None
    clock_from: datetime | None = None
    near_at: datetime | None = None
    card: str | None = None
    escalations: int = 0
    returns: int = 0
    reworks: int = 0
    reopens: int = 0
    extensions: int = 0
    self_handled: bool = False
    applied: str | None = None
    suspended_at: datetime | None = None
    resume_to: str | None = None
    ended_at: datetime | None = None
    on_time: bool | None = None
    took_s: int | None = None
    duties: list[Owed] = field(default_factory=list)
    climbs: list[Climb] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    asked: dict[str, Any] = field(default_factory=dict)
    asked_of: Owed | None = None

    @property
    def open_duties(self) -> list[Owed]:
        return [duty for duty in self.duties if duty.open]

    def agree(self, event: Told, *names: str) -> None:
        """Doubt an event that says otherwise."""
        body = said(event)
        for name in names:
            if body[name] != getattr(self, name):
                must = getattr(self, name)
                self.doubts.append(f"event {event.seq} says {name} {body[name]}, it must be {must}")


def said(event: Told) -> dict[str, Any]:
    """What an event says; raises Unknowable."""
    if event.body is None:
        raise Unknowable(f"what event {event.seq} said has been erased")
    return event.body


def instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
