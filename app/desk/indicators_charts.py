"""Funnel plot, survival curve and backlog as shapes for inline SVG; a table beside each says the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from app.analysis.backlog import AGES, Standing
from app.analysis.indicators.registry import SHARE
from app.analysis.rates import funnel_curve
from app.analysis.survival import Curve
from app.core.language import name_of, number
from app.desk.indicators import View
from app.desk.indicators_tables import Beside
from app.desk.indicators_words import AGE_WORDS, PER

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 14, 40


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """One unit. `side` beyond the limits gets another shape; its name is written beside it."""

    x: float
    y: float
    name: str
    text: str
    side: str | None
    few: bool


@dataclass(frozen=True)
class Chart:
    """Paths by name, ticks of both axes, dots, and the size of the drawing."""

    paths: dict[str, str]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    dots: Sequence[Dot] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    bottom: int = HEIGHT - BOTTOM
    right: int = WIDTH - RIGHT


Scale = Callable[[float], float]


def _scale(low: float, high: float, begin: float, end: float) -> Scale:
    span = (high - low) or 1.0
    return lambda value: round(begin + (min(max(value, low), high) - low) / span * (end - begin), 1)


def _x(low: float, high: float) -> Scale:
    return _scale(low, high, LEFT, WIDTH - RIGHT)


def _y(low: float, high: float) -> Scale:
    return _scale(low, high, HEIGHT - BOTTOM, TOP)


def ticks(high: float, scale: Scale, write: Callable[[float], str], low: float = 0.0) -> list[Tick]:
    """Round numbers, four to six of them."""
    span = max(high - low, 1e-9)
    step = 10 ** floor(log10(span / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= 5)
    first = ceil(low / step - 1e-9)
    values = [n * step for n in range(first, floor(high / step + 1e-9) + 1)]
    return [Tick(scale(value), write(value)) for value in values]


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""


def funnel(view: View, found: Sequence[Beside]) -> Chart | None:
    """Rates against the size of their base with the limits of chance; None with fewer than three units."""
    share = view.show.measure == SHARE
    factor = 100 if share else PER[view.per]
    units = [each for each in found if each.found.rate is not None and each.base.value]
    if len(units) < 3:
        return None
    sizes = [each.base.value or 0.0 for each in units]
    overall = sum(each.value.count for each in units) / sum(sizes)
    curve = funnel_curve(overall, 1.05 * max(sizes), trials=share)
    high = max([each.found.rate or 0.0 for each in units] + [overall * 1.5])
    high = min(high * 1.1, 1.0) if share else high * 1.1
    x, y = _x(0, 1.05 * max(sizes)), _y(0, high)
    paths = {
        name: _line([(x(base), y(limits[at])) for base, limits in curve])
        for at, name in enumerate(("low95", "high95", "low998", "high998"))
    }
    paths["overall"] = _line([(LEFT, y(overall)), (WIDTH - RIGHT, y(overall))])
    digits = 0 if share else 2
    write = lambda value: number(factor * value, digits) + (" %" if share else "")  # noqa: E731
    dots = [_dot(each, x, y, factor, share=share) for each in units]
    return Chart(paths, ticks(1.05 * max(sizes), x, lambda n: number(n)), ticks(high, y, write), dots)


def _dot(each: Beside, x: Scale, y: Scale, factor: float, *, share: bool) -> Dot:
    rate = each.found.rate or 0.0
    text = f"{number(factor * rate, 1 if share else 2)}{' %' if share else ''}"
    few = each.found.few
    return Dot(x(each.base.value or 0), y(rate), name_of(each.unit), text, each.found.side, few)


def survival(curve: Curve | None, most_hours: float) -> Chart | None:
    """The share still open by days since filing, with its 95 % band; None with fewer than ten cases."""
    if curve is None or curve.count < 10:
        return None
    days = max(1.0, most_hours / 24)
    x, y = _x(0, days), _y(0, 1)
    low, high = curve.band()
    paths = {
        "curve": _steps(
            [float(t) / 24 for t in curve.times], [float(s) for s in curve.surviving], x, y, days
        ),
        "band": _band(curve, [float(v) for v in low], [float(v) for v in high], x, y),
    }
    half = y(0.5)
    paths["half"] = _line([(LEFT, half), (WIDTH - RIGHT, half)])
    percent = lambda value: f"{number(100 * value)} %"  # noqa: E731
    return Chart(paths, ticks(days, x, lambda n: number(n, 0 if days >= 4 else 1)), ticks(1, y, percent))


def _steps(days: Sequence[float], shares: Sequence[float], x: Scale, y: Scale, last: float) -> str:
    points, before = [(x(0), y(1.0))], 1.0
    for day, share in zip(days, shares, strict=True):
        points += [(x(day), y(before)), (x(day), y(share))]
        before = share
    return _line([*points, (x(last), y(before))])


def _band(curve: Curve, low: Sequence[float], high: Sequence[float], x: Scale, y: Scale) -> str:
    """A closed shape between the limits, where they are defined."""
    known = [
        (float(t) / 24, a, b)
        for t, a, b in zip(curve.times, low, high, strict=True)
        if a == a and b == b  # NaN where all or none is still open
    ]
    if len(known) < 2:
        return ""
    upper = [(x(day), y(b)) for day, _a, b in known]
    lower = [(x(day), y(a)) for day, a, _b in reversed(known)]
    return _line([*upper, *lower]) + "Z"


@dataclass(frozen=True)
class Bar:
    """One day's part of a stack."""

    x: float
    y: float
    width: float
    height: float
    age: str
    title: str


@dataclass(frozen=True)
class Backlog:
    """The stacks, and the frame with the line of what was overdue."""

    bars: list[Bar]
    chart: Chart


def backlog_chart(days: Sequence[Standing]) -> Backlog | None:
    """Each day's open cases stacked by age, oldest at the bottom, and a line of those overdue."""
    if not days:
        return None
    most = max(1, *(each.open for each in days))
    y = _y(0, most)
    wide = (WIDTH - RIGHT - LEFT) / len(days)
    bars = []
    for at, each in enumerate(days):
        total = 0
        for age in tuple(AGES)[::-1]:
            count = each.ages[age]
            top, foot = y(total + count), y(total)
            total += count
            if count:
                title = f"{each.day.isoformat()} · {AGE_WORDS[age]}: {number(count)}"
                x = round(LEFT + at * wide, 2)
                bars.append(Bar(x, top, round(max(wide - 1, 0.5), 2), round(foot - top, 1), age, title))
    middle = [(round(LEFT + (at + 0.5) * wide, 1), y(each.overdue)) for at, each in enumerate(days)]
    every = max(1, len(days) // 6)
    x_ticks = [
        Tick(round(LEFT + (at + 0.5) * wide, 1), f"{each.day.month}/{each.day.day}")
        for at, each in enumerate(days)
        if at % every == 0
    ]
    chart = Chart({"overdue": _line(middle)}, x_ticks, ticks(most, y, lambda n: number(n)))
    return Backlog(bars, chart)
