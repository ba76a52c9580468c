"""Real Chromium against the real server, in a process of its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests.databases import Databases
from tests.postcode_api import PostcodeAPI
from tests.server import serving

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium with a new profile. Where it is missing the test is skipped, but never on CI."""
    if CHROMIUM is None:
        reason = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def environment(
    databases: Databases, facts: str, shared_limits: str, shared_api: PostcodeAPI
) -> dict[str, str]:
    """The settings of the site that the browser visits. Many visitors share one address here: no limit."""
    return {
        **os.environ,
        "DATABASE_URL": databases.copy(facts),
        "RATELIMIT_STORAGE_URI": shared_limits,
        "POSTCODES_API_URL": shared_api.url,
        "CONTACT_EMAIL": "put-right@kinship.example",
        "FIND_RATE_LIMIT": "",
    }


@pytest.fixture(scope="session")
def site(environment: dict[str, str]) -> Iterator[str]:
    """The address of the site on its production server."""
    with serving(environment) as (address, _):
        yield address


@pytest.fixture
def visit(browser: Browser, site: str, api: PostcodeAPI) -> Iterator["Visits"]:
    visits = Visits(browser, site)
    yield visits
    visits.close()


class Visits:
    """Opens pages as different visitors, and remembers every message and request the pages caused."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.site = site
        self.requested: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._messages: list[tuple[str, str]] = []
        self._refused: set[str] = set()
        self._failed: list[str] = []

    def page(self, width: int = 360, dark: bool = False, javascript: bool = True, text: int = 100) -> Page:
        """A page of a new visitor; `text` is the size they set in the browser, in per cent."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            base_url=self.site,
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._messages.append((str(error), page.url)))
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("requestfailed", self._note_failure)
        page.on("response", self._note_answer)
        set_text(page, text)
        return page

    @property
    def messages(self) -> list[str]:
        """What stood on the console, but for the browser's note that a page itself was an error."""
        return [
            words
            for words, address in self._messages
            if not (words.startswith("Failed to load resource") and address in self._refused)
        ]

    def faults(self) -> list[str]:
        """Messages, requests that failed or went to another host, cookies: a good visit has none."""
        elsewhere = [each for each in self.requested if not each.startswith(f"{self.site}/")]
        return [*self.messages, *self._failed, *elsewhere, *map(str, self.cookies())]

    def cookies(self) -> list[object]:
        return [cookie for context in self._contexts for cookie in context.cookies()]

    def forget(self) -> None:
        """Start afresh, with the same visitors."""
        for memory in (self.requested, self._messages, self._failed, self._refused):
            memory.clear()

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        self._messages.append((message.text, message.location["url"]))

    def _note_failure(self, request: Request) -> None:
        # A download, and an icon still on its way when the visitor went on, are aborted by the browser.
        if request.failure != "net::ERR_ABORTED":
            self._failed.append(f"{request.url} failed: {request.failure}")

    def _note_answer(self, response: Response) -> None:
        if response.status < 400:
            return
        if response.request.is_navigation_request():
            self._refused.add(response.url)
        else:
            self._failed.append(f"{response.url} answered {response.status}")


def set_text(page: Page, per_cent: int) -> None:
    """The size of text that somebody sets in the browser; media queries in em see it too."""
    session = page.context.new_cdp_session(page)
    sizes = {"standard": 16 * per_cent // 100, "fixed": 13 * per_cent // 100}
    session.send("Page.setFontSizes", {"fontSizes": sizes})
