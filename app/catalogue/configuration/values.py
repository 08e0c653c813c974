"""What is configured, as values that the rest asks. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.workflow.calendar import WorkCalendar
from app.workflow.tasks import TaskKind
from app.workflow.terms import Term

ANY = "*"
EMERGENCY = "emergency"
URGENCIES = ("low", "normal", "high", "urgent", EMERGENCY)
"""What a case is filed with; the last is what a case of an emergency category counts as."""


class Kind(StrEnum):
    """What is configured in one piece, with versions of its own."""

    TERMS = "terms"
    CALENDAR = "calendar"  # opening hours, and the days on which the city itself differs
    HOLIDAYS = "holidays"  # the country's, with the working days that make up for them
    LADDER = "ladder"
    LIMITS = "limits"
    REASONS = "reasons"
    RESPONSIBILITY = "responsibility"


@dataclass(frozen=True, slots=True)
class Terms:
    """`rules`: (stage, category, urgency, level) → term, `*` for any; `own`: the catalogue's by category."""

    rules: Mapping[tuple[str, str, str, str], Term]
    own: Mapping[str, Term]

    def term(self, stage: str, *, category: str, kind: str, level: str, urgency: str) -> Term | None:
        """The term of a stage; None for a stage that has none.

        The rule that names most wins, a category counting more than an urgency, then a level, then a kind.
        The category's own term for handling stands before the rules that name nothing or only a kind.
        """
        find = self.rules.get
        pairs = ((urgency, level), (urgency, ANY), (ANY, level))
        for asked in (*pairs, (ANY, ANY)):
            if found := find((stage, category, *asked)):
                return found
        for asked in pairs:
            if found := find((stage, kind, *asked)) or find((stage, ANY, *asked)):
                return found
        if stage == TaskKind.HANDLE and category in self.own:
            return self.own[category]
        return find((stage, kind, ANY, ANY)) or find((stage, ANY, ANY, ANY))


@dataclass(frozen=True, slots=True)
class Ladder:
    """How long a level has, once a case has climbed to it: (level, urgency) → term."""

    graces: Mapping[tuple[str, str], Term]

    def grace(self, level: str, urgency: str = ANY) -> Term:
        """The time until the case climbs on."""
        return self.graces.get((level, urgency)) or self.graces[(level, ANY)]


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that decide. Their least and most stand in RANGES."""

    reopen_days: int  # after its end a case can be reopened that long
    suspension_cap_days: int  # until the review of a suspension, at most
    extension_cap_days: int  # that one extension adds, at most
    extensions_most: int  # of one case
    geofence_m: int  # from the grid, within which a check counts as on the spot
    returns_before_raise: int  # of one case by departments; then the level above decides


RANGES: Mapping[str, tuple[int, int]] = {
    "reopen_days": (1, 365),
    "suspension_cap_days": (1, 730),
    "extension_cap_days": (1, 365),
    "extensions_most": (1, 10),
    "geofence_m": (0, 5000),
    "returns_before_raise": (1, 10),
}


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason that can be chosen for an action."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Who handles: category (a code, a kind or `*`) × area (a code or `*`) → department.

    `{district}` and the like in a department's code stand for the code of the unit that the case lies in.
    """

    category: str
    area: str
    department: str


@dataclass(frozen=True)
class Configuration:
    """Everything that was configured at one instant."""

    calendar: WorkCalendar
    terms: Terms
    ladder: Ladder
    limits: Limits
    reasons: Mapping[str, tuple[ReasonRow, ...]]
    responsibility: tuple[Rule, ...]
    versions: Mapping[Kind, int] = field(default_factory=dict)
