"""Local days of postings and absences: pure decisions. Every span is half-open; no end means for ever."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Span:
    """From a local day until (not including) another; empty when both are the same."""

    starts_on: date
    ends_on: date | None = None

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    @property
    def empty(self) -> bool:
        return self.ends_on == self.starts_on

    def meets(self, other: "Span") -> bool:
        """Whether there is a day in both."""
        if self.empty or other.empty:
            return False
        begins_before_end = self.ends_on is None or other.starts_on < self.ends_on
        return begins_before_end and (other.ends_on is None or self.starts_on < other.ends_on)


def last_there_until(posting: Span, absences: Iterable[Span], day: date) -> date | None:
    """The first day after somebody's last day of work in a posting before `day`; None: there was none."""
    end = min(posting.ends_on or day, day)
    away = True
    known = tuple(absences)
    while away and end > posting.starts_on:
        last = end - timedelta(days=1)
        found = next((absence for absence in known if absence.holds(last)), None)
        away = found is not None
        end = found.starts_on if found else end
    return end if end > posting.starts_on else None
