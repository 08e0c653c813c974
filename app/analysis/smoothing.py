"""Rates of few people: shrunk towards the rate of all, standardised, and the limits of a funnel plot.

Marshall 1991, "Mapping Disease and Mortality Rates Using Empirical Bayes Estimators"; Assunção and Reis
1999, "A New Proposal to Adjust Moran's I for Population Density"; Spiegelhalter 2005, "Funnel Plots for
Comparing Institutional Performance". A unit without population (0, or not known: NaN) has no rate: NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.spatial.plane import Floats


@dataclass(frozen=True)
class Prior:
    """What is known before looking at one unit: the rate of all, and how much true rates vary."""

    rate: float
    variance: float


def empirical_bayes(events: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats]:
    """Raw rates, and Marshall's global estimate of each: the fewer people, the nearer to the rate of all.

    Where rates vary no more than chance alone would make them, the variance between units is taken as 0 and
    all units get the rate of all.
    """
    e, n, said = _paired(events, population)
    rate = np.divide(e, n, out=np.full(e.shape, np.nan), where=said)
    prior = prior_of(e, n)
    if prior is None:
        return rate, np.full(e.shape, np.nan)
    by_chance = np.divide(prior.rate, n, out=np.zeros(e.shape), where=said)
    both = prior.variance + by_chance
    weight = np.divide(prior.variance, both, out=np.zeros(e.shape), where=both > 0)
    return rate, np.where(said, weight * rate + (1 - weight) * prior.rate, np.nan)


def standardised_rates(events: ArrayLike, population: ArrayLike) -> Floats:
    """How far each rate lies from the rate of all, in units of what chance and true variation would do.

    So units with few people are no longer extreme just because they have few. No cases at all: NaN.
    """
    e, n, said = _paired(events, population)
    prior = prior_of(e, n)
    if prior is None or prior.rate == 0:
        return np.full(e.shape, np.nan)
    spread = np.sqrt(prior.variance + np.divide(prior.rate, n, out=np.ones(e.shape), where=said))
    rate = np.divide(e, n, out=np.full(e.shape, np.nan), where=said)
    apart: Floats = (rate - prior.rate) / spread
    return apart


def prior_of(events: ArrayLike, population: ArrayLike) -> Prior | None:
    """By the method of moments, over the units with population; None if there is none."""
    e, n, said = _paired(events, population)
    e, n = e[said], n[said]
    if not len(e):
        return None
    rate = float(e.sum() / n.sum())
    between = float((n * (e / n - rate) ** 2).sum() / n.sum())
    return Prior(rate, max(0.0, between - rate / float(n.mean())))


def _paired(events: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    e, n = np.asarray(events, dtype=np.float64), np.asarray(population, dtype=np.float64)
    return e, n, np.isfinite(e) & np.isfinite(n) & (np.nan_to_num(n) > 0)


@dataclass(frozen=True)
class Limits:
    """Counts from `low` to `high` are what chance gives in `level` (0–1) of all cases, or more."""

    level: float
    low: Floats
    high: Floats


def funnel_limits(
    expected: ArrayLike, levels: Sequence[float] = (0.95, 0.998), *, trials: ArrayLike | None = None
) -> list[Limits]:
    """Exact limits of the count in each unit, given what is expected there; NaN where that is not known.

    Counts of things that happen (Poisson), or of `trials` that succeed (binomial, for shares). Being exact,
    the limits are whole numbers and hold at least what they say: outside means rarer than 1 − level.
    """
    from scipy.stats import binom, poisson  # a quarter of the start of every command, for one plot

    mean = np.asarray(expected, dtype=np.float64)
    said = np.isfinite(mean) & (np.nan_to_num(mean) >= 0)
    if trials is not None:
        tried = np.asarray(trials, dtype=np.float64)
        said &= (
            np.isfinite(tried) & (np.nan_to_num(tried) > 0) & (np.nan_to_num(mean) <= np.nan_to_num(tried))
        )
    found = []
    for level in levels:
        low, high = np.full(mean.shape, np.nan), np.full(mean.shape, np.nan)
        law = poisson(mean[said]) if trials is None else binom(tried[said], mean[said] / tried[said])
        low[said], high[said] = law.ppf((1 - level) / 2), law.ppf(1 - (1 - level) / 2)
        found.append(Limits(level, np.maximum(low, 0), high))
    return found
