"""`python -m benchmarks [--quick] [--engine NAME] [--keep FOLDER] [name…]`; see docs/benchmarks.md."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks import boundaries, bulk, databases
from benchmarks.databases import Engine, Filled
from benchmarks.drilldown import drilldown
from benchmarks.escalation import escalation
from benchmarks.figures import Figure, told
from benchmarks.filing import filing
from benchmarks.filing_drills import filing_drills
from benchmarks.hotspots import hotspots
from benchmarks.lighthouse import lighthouse
from benchmarks.lists import lists
from benchmarks.notices import notices
from benchmarks.plan import FULL, QUICK, Served, Thoroughness
from benchmarks.server import serving
from benchmarks.statistics import statistics
from benchmarks.sums import sums
from benchmarks.tiles import tiles

NAMES = (
    "boundaries",
    "locate",
    "filing",
    "lists",
    "statistics",
    "tiles",
    "escalation",
    "notices",
    "hotspots",
    "sums",
    "drilldown",
    "filing-drills",
    "lighthouse",
)
ON_THEIR_OWN = {
    "escalation": escalation,
    "notices": notices,
    "hotspots": hotspots,
    "sums": sums,
    "filing-drills": filing_drills,
    "lighthouse": lighthouse,
}
"""Drills that make databases of their own."""
ON_FILLED = {
    "filing": filing,
    "lists": lists,
    "statistics": statistics,
    "tiles": tiles,
    "drilldown": drilldown,
}
"""Figures that share the filled databases."""


def main() -> int:
    asked = _arguments()
    how, names = QUICK if asked.quick else FULL, asked.name or list(NAMES)
    began = perf_counter()
    figures: list[Figure] = []
    with _folder(asked.keep) as folder:
        for engine in databases.engines(folder):
            if asked.engine.lower() in engine.name.lower():
                figures += run(engine, how, names, keep=asked.keep is not None)
    print(f"\n{told(sorted(figures, key=lambda figure: _order(figure.group, figures)))}")
    missed = sum(figure.met is False for figure in figures)
    print(f"\n{missed} of {sum(f.met is not None for f in figures)} targets missed;", end=" ")
    print(f"seed {bulk.SEED}; {perf_counter() - began:.0f} s in all")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("name", nargs="*", choices=[*NAMES, []], help="which figures; all if none is named")
    parser.add_argument("--quick", action="store_true", help="10,000 and 100,000 cases, short rounds")
    parser.add_argument("--engine", default="", help="only this engine")
    parser.add_argument("--keep", type=Path, help="folder for databases that are made once and kept")
    return parser.parse_args()


def _order(group: str, figures: list[Figure]) -> int:
    return next(i for i, figure in enumerate(figures) if figure.group == group)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder:
        yield Path(folder)


def run(engine: Engine, how: Thoroughness, names: list[str], *, keep: bool) -> list[Figure]:
    """All figures of one engine."""
    with ExitStack() as ending:
        template, loading = databases.city(engine)
        if not keep:
            ending.callback(engine.drop, template)
        figures = boundaries.loading(engine.name, loading) if "boundaries" in names else []
        for name in names:
            if name in ON_THEIR_OWN:
                _say(f"{engine.name}: {name}")
                figures += ON_THEIR_OWN[name](engine, template, quick=how is QUICK)
        if not set(names) - set(ON_THEIR_OWN) - {"boundaries"}:
            return figures
        served = [_served(engine, template, size, ending, keep) for size in how.sizes]
        if "locate" in names:
            figures += boundaries.locate(served[0].filled)
        for name in names:
            if name in ON_FILLED:
                _say(f"{engine.name}: {name}")
                figures += ON_FILLED[name](served, how)
    return figures


def _served(engine: Engine, template: str, size: int, ending: ExitStack, keep: bool) -> Served:
    began = perf_counter()
    filled = databases.filled(engine, template, size)
    _say(f"{engine.name}: {size:,} cases ready after {perf_counter() - began:.1f} s")
    ending.callback(_forget, filled, keep)
    return Served(filled, ending.enter_context(serving(filled)))


def _forget(filled: Filled, keep: bool) -> None:
    databases.release(filled.app)
    if not keep:
        filled.engine.drop(filled.name)


def _say(words: str) -> None:
    print(f"… {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
