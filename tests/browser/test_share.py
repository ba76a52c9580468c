"""Passing a result on, in real Chromium: the panel with its script and without, the embed in a frame."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.facts import ENGLISH

pytestmark = pytest.mark.browser

SHEET = "document.documentElement"


@pytest.fixture
def other_site() -> Iterator["OtherSite"]:
    """Somebody's own website, on another origin, with whatever page a test gives it."""
    site = OtherSite()
    yield site
    site.close()


class OtherSite:
    def __init__(self) -> None:
        pages = self.pages = {"/": ""}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(f"<!DOCTYPE html><title>Mine</title>{pages.get(self.path, '')}".encode())

            def log_message(self, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
        self.url = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_one_tap_copies_the_plain_link_and_says_so(visit: Visits) -> None:
    page = visit.page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/councils/leeds?found=likely")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator("[aria-labelledby=share] [role=status]")).to_have_text(
        "Copied. You can paste the link now."
    )
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("Link to copy").input_value()
    assert copied.endswith("/councils/leeds")
    assert visit.faults() == []


def test_a_copy_that_fails_is_said_and_the_link_stands_ready(visit: Visits) -> None:
    page = visit.page()
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    page.goto("/councils/leeds")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator("[aria-labelledby=share] [role=status]")).to_contain_text("That did not work.")
    expect(page.get_by_label("Link to copy")).to_be_focused()
    assert visit.messages == []


def test_the_phones_share_sheet_gets_the_plain_link(visit: Visits) -> None:
    page = visit.page()
    page.add_init_script("navigator.share = (what) => { window.shared = what; return Promise.resolve() }")
    page.goto("/councils/leeds?found=likely")
    page.get_by_role("button", name="Share", exact=True).click()
    assert page.evaluate("window.shared.url").endswith("/councils/leeds")
    assert visit.messages == []


def frame_on(page: Page, other: OtherSite, address: str, attributes: str = "") -> None:
    other.pages["/"] = f'<iframe src="{address}" width="480" height="340" {attributes}></iframe>'
    page.goto(other.url)


@pytest.mark.parametrize("attributes", ["", 'sandbox="allow-scripts" security="restricted"'])
def test_the_embed_shows_in_a_frame_of_another_site(
    visit: Visits, other_site: OtherSite, attributes: str
) -> None:
    """The second way is how WordPress frames a page that it does not know."""
    page = visit.page(width=600)
    frame_on(page, other_site, f"{visit.site}/councils/leeds/embed", attributes)
    shown = page.frame_locator("iframe")
    expect(shown.get_by_role("heading", level=1)).to_contain_text("Leeds has a policy in its manual")
    assert shown.locator("footer").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(71, 21, 63)"
    assert visit.messages == []
    assert visit.cookies() == []


def test_a_link_in_the_embed_opens_in_the_whole_window(visit: Visits, other_site: OtherSite) -> None:
    page = visit.page(width=600)
    frame_on(page, other_site, f"{visit.site}/councils/leeds/embed")
    page.route("**/councils/leeds", lambda route: route.fulfill(body="the whole answer"))
    page.frame_locator("iframe").get_by_role("link", name="See the whole answer").click()
    page.wait_for_url("**/councils/leeds")
    expect(page.locator("body")).to_have_text("the whole answer")


def test_no_other_page_shows_in_a_frame(visit: Visits, other_site: OtherSite) -> None:
    page = visit.page(width=600)
    frame_on(page, other_site, f"{visit.site}/councils/leeds")
    page.wait_for_timeout(300)
    assert any("frame-ancestors" in message for message in visit.messages)
    expect(page.frame_locator("iframe").locator(".band, .place")).to_have_count(0)


def test_the_embed_of_every_council_fits_its_frame(visit: Visits) -> None:
    page = visit.page()
    for slug in ENGLISH:
        page.goto(f"/councils/{slug}/embed")
        for width in (300, 480, 900):
            page.set_viewport_size({"width": width, "height": 340})
            size = page.evaluate(f"[{SHEET}.scrollWidth, {SHEET}.scrollHeight]")
            assert size == [width, 340], slug
