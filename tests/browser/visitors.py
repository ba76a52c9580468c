"""The ways in which people come to the site, and a visitor who goes about it in one of them."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LOOK, Visits

MOST_TABS = 250  # presses before somebody with a keyboard has lost their way


@dataclass(frozen=True)
class Way:
    """How somebody visits; `text` in per cent."""

    name: str
    width: int = 360
    dark: bool = False
    javascript: bool = True
    text: int = 100
    keyboard: bool = False

    def __str__(self) -> str:
        return self.name


WAYS = (
    Way("phone"),
    Way("dark phone without scripts", dark=True, javascript=False),
    Way("320 pixels", width=320),
    Way("text of 200 %", text=200),
    Way("wide screen and text of 200 %", width=1280, text=200),
    Way("keyboard", width=1280, keyboard=True),
)
every_way = pytest.mark.parametrize("way", WAYS, ids=str)


class Visitor:
    """Presses, types and reads as one person would. At each new page everything must fit the window."""

    def __init__(self, visits: Visits, way: Way) -> None:
        self.way = way
        self.page: Page = visits.page(way.width, way.dark, way.javascript, way.text)
        self._visits = visits

    def comes(self, address: str = "/") -> None:
        self.page.goto(address)
        self.is_at(address)

    def is_at(self, address: str, heading: str = "") -> None:
        expect(self.page).to_have_url(f"{self._visits.site}{address}")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        self.page.evaluate(LOOK)
        assert self.page.evaluate("look.fits()") == []

    def presses(self, target: Locator) -> None:
        """A link, a button or a summary."""
        if self.way.keyboard:
            self._tabs_to(target)
            self.page.keyboard.press("Enter")
        else:
            target.click()

    def follows(self, name: str, within: Locator | None = None) -> None:
        """The first link of this name."""
        self.presses((within or self.page.get_by_role("main")).get_by_role("link", name=name).first)

    def jumps(self, name: str, heading: str) -> None:
        """Follows a link to a part of the same page, which must come into view."""
        self.follows(name)
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_in_viewport()

    def types(self, label: str, words: str) -> None:
        field = self.page.get_by_label(label)
        if self.way.keyboard:
            self._tabs_to(field)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(words)
        else:
            field.fill(words)
        expect(field).to_have_value(words)

    def ticks(self, label: str) -> None:
        box = self.page.get_by_label(label)
        if self.way.keyboard:
            self._tabs_to(box)
            self.page.keyboard.press("Space")
        else:
            box.check()
        expect(box).to_be_checked()

    def prints(self) -> None:
        """On one side of A4, black on white, without what is only for the screen."""
        page = self.page
        assert sides(page) == 1
        page.emulate_media(media="print")
        paper = page.evaluate(
            "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).color"
        )
        assert paper == "rgba(0, 0, 0, 0)rgb(0, 0, 0)"
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(".nav:visible, .btn:visible, .skip:visible")).to_have_count(0)
        page.emulate_media(media="screen")

    def path(self) -> str:
        return urlsplit(self.page.url).path

    def _tabs_to(self, target: Locator) -> None:
        """Reach it as somebody without a mouse does, and see that it has the focus."""
        target.evaluate("e => { window.wanted = e }")
        for _ in range(MOST_TABS):
            if self.page.evaluate("wanted === document.activeElement"):
                break
            self.page.keyboard.down("Tab")
        else:
            pytest.fail(f"{target} is not within {MOST_TABS} presses of Tab")
        self.page.keyboard.up("Tab")
        expect(target).to_be_in_viewport()
        assert target.evaluate("e => e.matches(':focus-visible')")


def sides(page: Page) -> int:
    """How many sides of A4 the page prints on."""
    return page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n")
