"""The documentation tells what is there: links resolve, tables are those of the code, nothing is left out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from app.cases.queries import filters
from app.cases.schemas import FileCaseIn
from app.core.config import load_settings
from app.core.problems import Problem
from app.maps.layers import LAYERS
from app.workflow.actions import Action
from app.workflow.statuses import Status
from docs import generate

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "deploy/README.md", *generate.pages()]
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
HOSTS = {
    "127.0.0.1",
    "localhost",
    "host",
    "tiles.example.org",
    "keepachangelog.com",
    "semver.org",
    "www.rfc-editor.org",
}
"""Whom the documentation may name: ourselves, examples, standards."""
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.$}])/(?:home|root|Users|tmp|work)/")
NOT_YET_WRITTEN = re.compile(r"\b(?:TODO|FIXME|TBD|XXX|lorem)\b", re.IGNORECASE)
OTHER_WORDS = {
    "ticket": "case",
    "assignee": "department or holder",
    "neighbourhood": "community",
    "log in": "sign in",
    "login": "sign in",
    "coming soon": "planned",
}


@pytest.fixture(scope="module")
def product() -> Flask:
    return generate.product()


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def links(page: Path) -> Iterator[str]:
    yield from (link for pair in LINK.findall(prose(page)) for link in pair if link and "://" not in link)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        assert file.exists() and ROOT in file.parents, f"{link} leads nowhere"
        assert not anchor or anchor in anchors(file), f"{link}: there is no such heading"


def test_every_page_is_reached_from_the_index() -> None:
    reached, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [
            (page.parent / link.partition("#")[0]).resolve() for link in links(page) if link[0] != "#"
        ]
    assert set(generate.pages()) <= reached


@pytest.mark.parametrize("page", generate.pages(), ids=name)
def test_what_is_read_from_the_code_is_up_to_date(page: Path, product: Flask) -> None:
    text = page.read_text(encoding="utf-8")
    assert generate.renewed(text, product) == text, "run .venv/bin/python -m docs.generate"


def test_every_block_stands_on_a_page() -> None:
    found = [
        block[2] for page in generate.pages() for block in generate.BLOCK.finditer(page.read_text("utf-8"))
    ]
    assert sorted(found) == sorted(generate.BLOCKS)


def test_a_lagging_page_is_noticed(product: Flask) -> None:
    old = "<!-- begin moves -->\n| an old table |\n<!-- end moves -->\n"
    assert "`check_fail`" in generate.renewed(old, product)


class Asked(dict[str, str]):
    """An environment that notes what is asked of it, and the default for it."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)
        self.defaults: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        self.defaults[key] = default
        return super().get(key, default)


def test_every_environment_variable_is_described(tmp_path: Path) -> None:
    asked = Asked(WANGGE_INSTANCE=str(tmp_path))
    load_settings(asked)
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "app").rglob("*.py"))
    elsewhere = re.findall(r'environ(?:\.get\(|\[)\s*"(\w+)"', sources)
    assert {each.name for each in generate.PRODUCT} == {*asked.defaults, *elsewhere}
    for each in generate.PRODUCT:
        assert (asked.defaults.get(each.name) or "") in each.default, f"the default of {each.name} is another"


def test_every_variable_of_the_script_is_described() -> None:
    script = (ROOT / "dev").read_text("utf-8")
    used = set(re.findall(r"\$\{([A-Z][A-Z_]+):-", script)) - {"HOME", "LD_LIBRARY_PATH"}
    assert used <= {each.name for each in (*generate.SCRIPT, *generate.PRODUCT)}
    assert {each.name for each in generate.SCRIPT} <= used


def test_every_command_is_described(product: Flask) -> None:
    page = (DOCS / "reference/commands.md").read_text("utf-8")
    for command, _ in generate.own_commands(product.cli):
        assert f"### `{command}" in page


def test_every_layer_has_its_section(product: Flask) -> None:
    page = DOCS / "how-to/map-layers.md"
    assert set(LAYERS) <= anchors(page)
    assert LAYERS


def test_the_contract_names_every_filter_and_field(product: Flask) -> None:
    page = (DOCS / "http-api.md").read_text("utf-8")
    for word in (*filters._READERS, *FileCaseIn().fields):
        assert f"`{word}`" in page, f"http-api.md does not mention {word}"


def test_the_contract_names_every_refusal() -> None:
    page = (DOCS / "http-api.md").read_text("utf-8")
    for problem in Problem.__subclasses__():
        assert f"| {problem.status} |" in page, f"http-api.md does not mention {problem.status}"


def test_the_workflow_page_names_every_status_and_action() -> None:
    page = (DOCS / "workflow.md").read_text("utf-8")
    for token in (*Status, *Action):
        assert f"`{token}`" in page


def test_every_decision_is_numbered_and_listed() -> None:
    decisions = sorted(page.name for page in (DOCS / "adr").glob("[0-9]*.md"))
    assert [int(file[:4]) for file in decisions] == list(range(1, len(decisions) + 1))
    assert [link for link in links(DOCS / "adr/index.md") if link[0].isdigit()] == decisions


@pytest.mark.parametrize("page", sorted((DOCS / "adr").glob("[0-9]*.md")), ids=name)
def test_a_decision_has_its_parts(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.startswith(f"# {page.name[:4]} ")
    assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pages_speak_of_the_product_in_its_own_words(page: Path) -> None:
    text = page.read_text("utf-8")
    hosts = {urlsplit(url).hostname for url in re.findall(r"https?://[^\s)\"'`$>]+", text)}
    assert hosts <= HOSTS | {None}
    assert not SOMEBODYS_FOLDER.search(text), "a folder of one machine"
    assert not NOT_YET_WRITTEN.search(text)
    for word, ours in OTHER_WORDS.items():
        assert not re.search(rf"(?<![\w-]){word}s?\b", text, re.IGNORECASE), f"{word!r}: we say {ours}"
