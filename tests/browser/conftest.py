"""Real Chromium against the real server, in a process of its own."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.databases import Databases
from tests.postcode_api import PostcodeAPI
from tests.server import serving

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


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
def site(databases: Databases, facts: str, shared_limits: str, shared_api: PostcodeAPI) -> Iterator[str]:
    """The address of the site on its production server."""
    environment = {
        **os.environ,
        "DATABASE_URL": databases.copy(facts),
        "RATELIMIT_STORAGE_URI": shared_limits,
        "POSTCODES_API_URL": shared_api.url,
        "CONTACT_EMAIL": "put-right@kinship.example",
    }
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
        self.messages: list[str] = []
        self.requested: list[str] = []
        self._browser = browser
        self._contexts = []

    def page(self, width: int = 360, dark: bool = False, javascript: bool = True) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            base_url=self.site,
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))
        return page

    def cookies(self) -> list[object]:
        return [cookie for context in self._contexts for cookie in context.cookies()]

    def close(self) -> None:
        for context in self._contexts:
            context.close()
