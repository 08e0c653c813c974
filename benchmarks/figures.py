"""A figure with its target, and how a run tells them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`got` against `target`; a ratio unless `unit` says otherwise. Without a target it only informs."""

    group: str
    engine: str
    what: str
    got: float
    target: float | None = None
    at_least: bool = False
    unit: str = "×"
    size: int | None = None
    detail: str = ""

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.got >= self.target if self.at_least else self.got <= self.target

    def line(self) -> str:
        mark = {None: " ", True: "✓", False: "✗"}[self.met]
        size = f"{self.size:,}" if self.size else ""
        limit = "" if self.target is None else f"{'≥' if self.at_least else '≤'} {self.target:g}"
        return (
            f"{mark} {self.engine:<10} {size:>9}  {self.what:<52} {_short(self.got):>8} {self.unit:<3}"
            f" {limit:<8} {self.detail}".rstrip()
        )


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def told(figures: Iterable[Figure]) -> str:
    """The table of a run: one line a figure, grouped."""
    lines: list[str] = []
    group = ""
    for figure in figures:
        if figure.group != group:
            group = figure.group
            lines += ["", group]
        lines.append(figure.line())
    return "\n".join(lines).lstrip("\n")
