"""Lighthouse's scores of pages, signed in, on a city with 10,000 cases.

`./dev bench lighthouse` measures `PAGES` on a server of its own. `python -m benchmarks.lighthouse ADDRESS
[--token-file FILE] [--phone]` measures one page of a server that runs already.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import databases
from benchmarks.databases import ROOT, Engine
from benchmarks.figures import Figure
from benchmarks.server import serving

GROUP = "Lighthouse (100 is best)"
LIGHTHOUSE = ROOT / "node_modules/.bin/lighthouse"
CASES = 10_000
ROUNDS, QUICK_ROUNDS = 3, 1
ATTEMPTS = 3
PATIENCE = 180.0  # seconds for one run
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CATEGORIES = ("performance", "accessibility", "best-practices")
FLAGS = "--headless=new --no-sandbox --disable-background-networking"


@dataclass(frozen=True)
class Visited:
    """A page, who looks at it, on which device, and the scores it should have: `target` in `categories`."""

    path: str
    user: str
    target: float = 90
    phone: bool = False
    categories: tuple[str, ...] = CATEGORIES[:1]


def _on_the_phone(path: str) -> Visited:
    return Visited(path, "ines", target=95, phone=True, categories=CATEGORIES)


PAGES = (
    Visited("/desk/dashboard", "dana"),
    Visited("/desk/map", "dana"),
    Visited("/desk/wall", "dana"),
    _on_the_phone("/field/"),
    _on_the_phone("/field/file"),
    _on_the_phone("/field/tray"),
)


@dataclass(frozen=True)
class Score:
    """0–100 by category, and what the first is made of: paints in ms, blocked ms, shift of the layout."""

    of: dict[str, float]
    first_paint_ms: float
    largest_paint_ms: float
    blocked_ms: float
    shift: float

    def __str__(self) -> str:
        return (
            f"first paint {self.first_paint_ms:.0f} ms, largest {self.largest_paint_ms:.0f} ms,"
            f" blocked {self.blocked_ms:.0f} ms, shift {self.shift:.3f}"
        )


def lighthouse(engine: Engine, template: str, *, quick: bool) -> list[Figure]:
    """The median of some runs for each page. One engine is enough: the browser is what is measured."""
    if engine.server is not None:
        return []
    filled = databases.filled(engine, template, CASES)
    with serving(filled) as server:
        base = f"http://127.0.0.1:{server.port}"
        tokens = filled.tokens
        return [
            figure
            for page in PAGES
            for figure in _figures(engine, page, base + page.path, tokens[page.user], quick)
        ]


def _figures(engine: Engine, page: Visited, address: str, token: str, quick: bool) -> Iterator[Figure]:
    rounds = QUICK_ROUNDS if quick else ROUNDS
    found = [_scored(address, token, page) for _n in range(rounds)]
    device = "phone" if page.phone else "desktop"
    for category in page.categories:
        median = statistics.median_low(each.of[category] for each in found)
        typical = next(each for each in found if each.of[category] == median)
        detail = str(typical) if category == CATEGORIES[0] else ""
        what = f"{page.path}, {device}: {category}"
        yield Figure(GROUP, engine.name, what, median, page.target, True, unit="", size=CASES, detail=detail)


def _scored(address: str, token: str, page: Visited) -> Score:
    """Lighthouse itself fails now and then to record a page; that says nothing of the page."""
    for _attempt in range(ATTEMPTS - 1):
        try:
            return score(address, token=token, phone=page.phone)
        except RuntimeError as fault:
            print(f"… {page.path} again: {str(fault)[:120]}", file=sys.stderr, flush=True)
    return score(address, token=token, phone=page.phone)


def score(address: str, *, token: str | None = None, phone: bool = False) -> Score:
    """One run in a fresh browser. Raises RuntimeError with Lighthouse's words if there is no score."""
    with tempfile.TemporaryDirectory(prefix="wangge-lighthouse-") as folder:
        report, headers = Path(folder) / "report.json", Path(folder) / "headers.json"
        said = {"Authorization": f"Bearer {token}"} if token else {}
        headers.touch(mode=0o600)
        headers.write_text(json.dumps(said | {"Accept-Language": "zh-CN"}))
        command = [str(LIGHTHOUSE), address, "--quiet", "--output=json", f"--output-path={report}"]
        command += [
            f"--only-categories={','.join(CATEGORIES)}",
            f"--extra-headers={headers}",
            f"--chrome-flags={FLAGS}",
        ]
        command += [] if phone else ["--preset=desktop"]
        done = subprocess.run(
            command,
            env=os.environ | {"CHROME_PATH": _browser()},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        if not report.is_file():
            raise RuntimeError(f"lighthouse: {done.stderr.decode()[-2000:]}")
        return _read(json.loads(report.read_text()))


def _browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise RuntimeError("lighthouse needs a Chromium")
    return os.environ.get("CHROME_PATH", found)


def _read(report: dict[str, dict[str, dict[str, float]]]) -> Score:
    given = {name: report["categories"][name]["score"] for name in CATEGORIES}
    if None in given.values():
        raise RuntimeError(f"lighthouse gave no score: {report.get('runtimeError')}")
    audits = report["audits"]
    return Score(
        of={name: round(100 * value) for name, value in given.items()},
        first_paint_ms=audits["first-contentful-paint"]["numericValue"],
        largest_paint_ms=audits["largest-contentful-paint"]["numericValue"],
        blocked_ms=audits["total-blocking-time"]["numericValue"],
        shift=audits["cumulative-layout-shift"]["numericValue"],
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.lighthouse")
    parser.add_argument("address", nargs="+")
    parser.add_argument("--token-file", type=Path, help="a file with a token of whoever looks at the page")
    parser.add_argument("--phone", action="store_true", help="Lighthouse's slow phone instead of a desktop")
    asked = parser.parse_args()
    token = asked.token_file.read_text().strip() if asked.token_file else None
    for address in asked.address:
        found = score(address, token=token, phone=asked.phone)
        said = " ".join(f"{name} {value:.0f}" for name, value in found.of.items())
        print(f"{address}  {said}  {found}")


if __name__ == "__main__":
    main()
