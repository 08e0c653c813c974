"""Allowed durations as they are written in a catalogue: an amount and its unit."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class TermUnit(StrEnum):
    WORKING_HOURS = "wh"  # 60 minutes each, counted inside the working calendar's hours
    WORKING_DAYS = "wd"  # until the office closes, counted in the working calendar's days
    HOURS = "h"  # by the wall clock, nights and holidays included
    DAYS = "d"  # by the wall clock, 24 hours each


MOST: dict[TermUnit, int] = {
    TermUnit.WORKING_HOURS: 20_000,
    TermUnit.WORKING_DAYS: 2_000,
    TermUnit.HOURS: 20_000,
    TermUnit.DAYS: 2_000,
}
"""The longest term of each unit: a slip of the finger shall not hide a case for a century."""

BY_THE_CALENDAR = frozenset({TermUnit.WORKING_HOURS, TermUnit.WORKING_DAYS})

_WRITTEN = re.compile(r"([1-9][0-9]{0,7})(wh|wd|h|d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    amount: int
    unit: TermUnit

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= MOST[self.unit]:
            raise ValueError(f"{self.amount}{self.unit} is no term: from 1 to {MOST[self.unit]}{self.unit}")

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read "4wh", "20wd", "2h" or "15d"; raises ValueError on anything else."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise ValueError(f"{written!r} is no term: a number from 1 and one of wh, wd, h, d")
        return cls(int(found[1]), TermUnit(found[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"
