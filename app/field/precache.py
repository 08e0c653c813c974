"""Which files a phone keeps so that the app opens without a signal, found by reading the pages themselves."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

from app.core import assets

LINKED = re.compile(r'(?:href|src)="(/static/[^"#]+)"')
QUOTED = re.compile(r'"(/static/[^"#]+)"')
STATIC = re.compile(r'^\s*(?:import|export)\b[^;"]*?"([^"]+)"', re.MULTILINE)
RESOLVED = re.compile(r'import\.meta\.resolve\("([^"]+)"\)')
DYNAMIC = re.compile(r'\bimport\("([^"]+)"\)')


@dataclass(frozen=True)
class Files:
    """Addresses: `first` is kept before the app counts as installed, `later` when the phone has time."""

    first: tuple[str, ...]
    later: tuple[str, ...]


def files_of(pages: Iterable[str]) -> Files:
    """The styles, scripts and signs of pages, with all that their scripts import; the map comes later."""
    names: dict[str, str] = orjson.loads(assets.importmap())["imports"]
    linked = {url for page in pages for url in (*LINKED.findall(page), *_data_urls(page))}
    first = {url for url in _closure(linked, names, (STATIC, RESOLVED)) if not _is_map(url)}
    later = _closure(linked, names, (STATIC, RESOLVED, DYNAMIC)) - first
    return Files(tuple(sorted(first)), tuple(sorted(later)))


def _is_map(url: str) -> bool:
    return "/maplibre-gl/" in url or url.startswith("/static/maps/")


def _data_urls(page: str) -> list[str]:
    """Addresses in the page's data, without those of its import map."""
    return QUOTED.findall(re.sub(r'<script type="importmap">.*?</script>', "", page, flags=re.DOTALL))


def _closure(urls: set[str], names: dict[str, str], patterns: tuple[re.Pattern[str], ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(urls)
    while waiting:
        url = waiting.pop()
        if url not in found:
            found.add(url)
            waiting += [names[name] for name in _named(url, patterns) if name in names]
    return found


def _named(url: str, patterns: tuple[re.Pattern[str], ...]) -> list[str]:
    """What a script imports, by the names of the import map."""
    path = path_of(url)
    if path.suffix != ".js" or url.startswith("/static/vendor/"):
        return []
    return list(_imports(path, path.stat().st_mtime_ns, patterns))


@lru_cache(maxsize=512)
def _imports(path: Path, _changed_ns: int, patterns: tuple[re.Pattern[str], ...]) -> tuple[str, ...]:
    text = path.read_text("utf-8")
    return tuple(name for pattern in patterns for name in pattern.findall(text))


def path_of(url: str) -> Path:
    """The file behind the address of a room's file."""
    room, _, rest = url.removeprefix("/static/").partition("?")[0].partition("/")
    return assets.APP / room / "static" / room / rest


def version_of(parts: Iterable[str]) -> str:
    """A name for exactly these pages, addresses and texts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:16]
