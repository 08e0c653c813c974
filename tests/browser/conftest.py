"""A real server on SpatiaLite, a real Chromium, and pages that are watched while a test walks through."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from app import create_app
from app.core.clock import now
from app.core.config import Settings
from app.core.db import begin_write, commit, db
from app.people.queries import person
from app.people.service import make_token
from tests.areas import tiny_city
from tests.cast import NAMES, PASSWORD, Caller, build_city

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
NOTED = """addEventListener("securitypolicyviolation", (e) =>
  console.error(`CSP: ${e.violatedDirective} refused ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))"""
PATIENCE = 30_000  # ms: a machine that does much else at once is slow, not wrong
T = TypeVar("T")
expect.set_options(timeout=PATIENCE)


@dataclass
class Site:
    """The running server, the same database seen from the test, and the cast calling its API."""

    url: str
    app: Flask
    cast: dict[str, Caller] = field(default_factory=dict)
    signed_in: dict[str, Any] = field(default_factory=dict)

    def run(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Call a function inside the application."""
        with self.app.app_context():
            try:
                return work(*args, **kwargs)
            finally:
                db.session.remove()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """gunicorn with the tiny city and the cast; one database for the whole session."""
    instance = tmp_path_factory.mktemp("site")
    url = f"sqlite:///{instance / 'wangge.sqlite'}"
    app = create_app(Settings(instance=instance, database_url=url, secret_key="test", testing=True))
    made = Site("", app)
    made.run(upgrade)
    made.run(build_city)
    made.cast = made.run(_callers, app)
    server, made.url = _serve(instance)
    yield made
    server.terminate()
    server.wait(10)
    with app.app_context():
        db.engine.dispose()


def _callers(app: Flask) -> dict[str, Caller]:
    begin_write()
    tokens = {name: make_token(found, "test", now=now()) for name in NAMES if (found := person(name))}
    commit()
    return {name: Caller(app.test_client(), token) for name, token in tokens.items()}


def _serve(instance: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WANGGE_", "DATABASE_"))}
    env |= {"WANGGE_INSTANCE": str(instance), "WANGGE_CITY": tiny_city.CITY}
    command = [sys.executable, "-m", "gunicorn", "--threads", "8", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    with (instance / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    for _attempt in range(150):
        try:
            urlopen(f"{url}/healthz", timeout=5).close()
            return server, url
        except OSError:  # not listening yet, or too busy to answer
            if server.poll() is not None:
                break
            time.sleep(0.1)
    server.terminate()
    raise RuntimeError(f"the server did not start:\n{(instance / 'server.log').read_text()}")


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = ["--no-sandbox", "--disable-background-networking"]


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """One for all: a second one in the same thread does not start."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Browser]:
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
    yield browser
    browser.close()


@dataclass
class Watch:
    """What a page must never do: ask another host, break the security policy, or log an error."""

    host: str
    faults: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def follow(self, page: Page) -> None:
        page.on("request", self._asked)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"script failed: {error}"))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.host, "blob:", "data:")):
            self.faults.append(f"request to {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(part in message.text for part in self.expected):
            self.faults.append(f"console: {message.text}")


Visit = Callable[..., Page]


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Visit]:
    """`visit("ines", "/field/")` → a page, signed in. When the test ends, what it must never do is checked.

    `screen`: PHONE or DESK; `lang`: zh or en; `at`: (lon, lat) of the device, or None when it refuses;
    `expected`: parts of console errors that the test provokes.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def visit(
        user: str | None,
        path: str = "/",
        *,
        screen: dict[str, int] = PHONE,
        lang: str = "zh",
        at: tuple[float, float] | None = tiny_city.MIDDLE,
        expected: tuple[str, ...] = (),
    ) -> Page:
        place = {"longitude": at[0], "latitude": at[1], "accuracy": 8} if at else None
        context = chromium.new_context(
            viewport=screen,
            has_touch=screen is PHONE,
            locale={"zh": "zh-CN", "en": "en-GB"}[lang],
            timezone_id="Asia/Shanghai",
            base_url=site.url,
            geolocation=place,
            permissions=["geolocation"] if at else [],
            storage_state=_session_of(user, site, chromium) if user else None,
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(NOTED)
        context.add_init_script(path=AXE)
        watch = Watch(site.url, expected=expected)
        context.on("page", watch.follow)
        opened.append((context, watch))
        page = context.new_page()
        page.goto(path)
        return page

    yield visit
    for context, _watch in opened:
        context.cookies()  # whatever was said until now has arrived; what a page says as it dies is no fault
    faults = [fault for _context, watch in opened for fault in watch.faults]
    for context, _watch in opened:
        context.close()
    assert faults == []


def _session_of(user: str, site: Site, chromium: Browser) -> Any:
    """Cookies of someone who has signed in through the form, once for the whole session."""
    if user not in site.signed_in:
        context = chromium.new_context(base_url=site.url)
        sign_in(context.new_page(), user)
        site.signed_in[user] = context.storage_state()
        context.close()
    return site.signed_in[user]


def sign_in(page: Page, user: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.locator("input[name=username]").fill(user)
    page.locator("input[name=password]").fill(password)
    page.locator("main form:has(input[name=password]) button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """What axe finds wrong with the page by WCAG 2.2 AA, as lines to read; a good page gives []."""

    def check(page: Page) -> list[str]:
        result = page.evaluate(
            "async (tags) => (await axe.run({runOnly: {type: 'tag', values: tags}})).violations", RULES
        )
        return [f"{v['id']}: {n['html'][:160]} {n['failureSummary']}" for v in result for n in v["nodes"]]

    return check
