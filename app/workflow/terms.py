"""Allowed durations as they are written in a catalogue: an amount and its unit."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class TermUnit(StrEnum):
    WORKING_HOURS = "wh"  # counted inside the working calendar's hours
    WORKING_DAYS = "wd"  # counted in the working calendar's days
    HOURS = "h"  # by the wall clock, nights and holidays included
    DAYS = "d"  # by the wall clock, 24 hours each


_WRITTEN = re.compile(r"([1-9][0-9]{0,3})(wh|wd|h|d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    amount: int
    unit: TermUnit

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read "4wh", "20wd", "2h" or "15d"; raises ValueError on anything else."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise ValueError(f"{written!r} is no term: a number from 1 to 9999 and one of wh, wd, h, d")
        return cls(int(found[1]), TermUnit(found[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"
