"""A carer, in every way there is to come: from a mistyped postcode to a page in the hand."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.visitors import Visitor, Way, every_way

pytestmark = pytest.mark.browser


@every_way
def test_a_carer_finds_what_the_council_offers_and_whom_to_ring(visit: Visits, way: Way) -> None:
    carer = Visitor(visit, way)
    page = carer.page
    carer.comes("/")
    mistypes(carer, "FY1 1")
    expect(page.get_by_role("alert")).to_contain_text("“FY1 1” is only the start.")
    mistypes(carer, "FY1 1NFX")
    carer.types("Your postcode", "fy1 1nf")
    carer.presses(page.get_by_role("button", name="Check my council"))
    carer.is_at("/councils/blackpool", "Blackpool")
    again(carer)
    carer.is_at("/councils/southwark", "Yes, Southwark has published a kinship local offer.")
    carer.jumps("Read the policy", "Read the policy")
    read = page.get_by_role("region", name="Read the policy").get_by_role("link")
    expect(read.first).to_have_attribute("href", re.compile("^https?://"))
    carer.jumps("Who to contact", "Who to contact")
    expect(
        page.get_by_role("region", name="Who to contact").locator("[href^='tel:'], [href^='mailto:']")
    ).not_to_have_count(0)
    carer.jumps("What to do next", "What to do next")
    carer.prints()
    carer.follows("Get help", page.get_by_role("navigation", name="Main"))
    carer.is_at("/help", "Talk to someone")
    number = page.locator("a[href^='tel:']").first
    expect(number).to_be_visible()
    assert visit.faults() == []
    assert not any(re.search("fy1|1nf|2dl", address.lower()) for address in visit.requested)


def mistypes(carer: Visitor, postcode: str) -> None:
    """What is wrong is said first, what was typed is kept, and the way back to the field is short."""
    page = carer.page
    carer.types("Your postcode", postcode)
    carer.presses(page.get_by_role("button", name="Check my council"))
    carer.is_at("/find", "Find your council")
    expect(page).to_have_title(re.compile("^Error: (?!.*fy1)", re.IGNORECASE))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Your postcode")).to_have_value(postcode)
    carer.presses(page.get_by_role("alert").get_by_role("link"))
    expect(page.get_by_label("Your postcode")).to_be_focused()


def again(carer: Visitor) -> None:
    """Another postcode, from the home page, reached by the name of the site."""
    carer.follows("Kinship Council Check", carer.page.get_by_role("banner"))
    carer.is_at("/", "Raising a relative’s or friend’s child?")
    carer.types("Your postcode", "SE1 2DL")
    carer.page.keyboard.press("Enter")
