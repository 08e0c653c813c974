"""Shares beside what the same cases would give on average: indirect standardisation. Pure.

A unit with many burst pipes in July is not worse than one with litter in May. Each case is expected to do as
cases of its stratum do in all units together (Breslow and Day 1987, "Statistical Methods in Cancer Research"
II, chapter 2); what a unit did is told as a multiple of that. Draws are those of the ranks: Beta with
Jeffreys' prior; the expectation counts as known.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.analysis.rates import FEWEST_TRIALS, Ranks, drawn_shares, ranks_of

Strata = Mapping[Any, tuple[int, int]]
"""Of one unit: stratum → (counted, cases)."""


@dataclass(frozen=True, slots=True)
class Standardised:
    """What a unit's cases would give, as a share; `ratio`: what they gave ÷ that, with its 95 % interval.

    `ratio` is None where too few cases, or an expectation of nothing, leave it open; `ranks` also where fewer
    than three units can be ranked.
    """

    expected: float | None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    ranks: Ranks | None = None


def expectations(units: Sequence[Strata]) -> list[float]:
    """How many would be counted in each unit if every stratum did as it does in all units together."""
    counted: dict[Hashable, int] = defaultdict(int)
    cases: dict[Hashable, int] = defaultdict(int)
    for strata in units:
        for stratum, (count, n) in strata.items():
            counted[stratum] += count
            cases[stratum] += n
    return [sum(n * counted[s] / cases[s] for s, (_count, n) in strata.items() if n) for strata in units]


def standardised(units: Sequence[Strata], *, more_is_better: bool | None) -> list[Standardised]:
    """Every unit against the mix of its own cases; None as the direction gives no ranks."""
    counts = [sum(count for count, _n in strata.values()) for strata in units]
    ns = [sum(n for _count, n in strata.values()) for strata in units]
    expected = expectations(units)
    found = [Standardised(e / n if n else None) for e, n in zip(expected, ns, strict=True)]
    told = [at for at, n in enumerate(ns) if n >= FEWEST_TRIALS and expected[at] > 0]
    if not told:
        return found
    shares = drawn_shares([counts[at] for at in told], [ns[at] for at in told])
    ratios = shares * np.array([ns[at] / expected[at] for at in told])
    low, high = np.percentile(ratios, [2.5, 97.5], axis=0)
    ranks = ranks_of(ratios, more_is_better=more_is_better)
    for place, at in enumerate(told):
        found[at] = Standardised(
            expected=found[at].expected,
            ratio=counts[at] / expected[at],
            low=float(low[place]),
            high=float(high[place]),
            ranks=ranks[place],
        )
    return found
