"""A carer's journey in real Chromium: type a postcode, land on the page, know what to do."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.facts import ENGLISH

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 1280)
PAGES = (
    "/", "/councils", "/councils/southwark", "/councils/blackpool", "/councils/cardiff", "/councils/surrey",
    "/councils/cumbria", "/councils/guildford", "/how-we-check", "/about", "/help", "/privacy",
    "/accessibility", "/elsewhere/northern-ireland", "/nowhere",
)  # fmt: skip


@pytest.mark.parametrize("javascript", [True, False])
def test_a_postcode_leads_to_the_council_without_a_message_or_a_cookie(
    visit: Visits, javascript: bool
) -> None:
    page = visit.page(javascript=javascript)
    page.goto("/")
    page.get_by_label("Your postcode").fill("se1 2dl")
    page.get_by_role("button", name="Check my council").click()
    expect(page).to_have_url(f"{visit.site}/councils/southwark")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Yes, Southwark has published a kinship local offer."
    )
    page.get_by_role("link", name="What to do next").click()
    expect(page.get_by_role("heading", name="What to do next")).to_be_in_viewport()
    assert visit.messages == []
    assert visit.cookies() == []
    assert all(address.startswith(visit.site) for address in visit.requested)
    assert not any("2dl" in address.lower() for address in visit.requested)


def test_the_whole_journey_by_keyboard(visit: Visits) -> None:
    page = visit.page(width=1280)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main part")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your postcode")).to_be_focused()
    page.keyboard.type("BO1 2")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Error: find your council – Kinship Council Check")
    expect(page.get_by_role("alert")).to_contain_text("“BO1 2” is only the start.")
    page.get_by_role("alert").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your postcode")).to_be_focused()
    expect(page.get_by_label("Your postcode")).to_have_value("BO1 2")
    page.keyboard.press("Control+A")
    page.keyboard.type("BR8 7RE")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{visit.site}/councils/kent")


def test_a_council_found_by_name(visit: Visits) -> None:
    page = visit.page()
    page.goto("/")
    page.get_by_role("link", name="Or find your council by name").click()
    page.get_by_label("Name").fill("guildford")
    page.get_by_role("button", name="Show councils").click()
    page.get_by_role("link", name="Surrey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Surrey has a policy in its manual")
    assert visit.messages == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(visit: Visits, width: int, dark: bool) -> None:
    page = visit.page(width=width, dark=dark)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_the_briefing_of_every_council_prints_on_one_side_of_a4(visit: Visits) -> None:
    page = visit.page(width=1280)
    for slug in ENGLISH:
        page.goto(f"/councils/{slug}/briefing")
        pdf = page.pdf(format="A4", prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") == 1, slug
    assert visit.messages == []


def test_the_council_page_prints_on_one_side_of_a4(visit: Visits) -> None:
    page = visit.page(width=1280)
    for slug in ("southwark", "hertfordshire", "buckinghamshire", "kent", "rotherham", "blackpool", "surrey"):
        page.goto(f"/councils/{slug}")
        pdf = page.pdf(format="A4", prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") == 1, slug
