"""On paper: a council's page and its briefing each take one side of A4."""

import pytest

from tests.browser.conftest import Visits
from tests.browser.visitors import sides
from tests.facts import ENGLISH

pytestmark = pytest.mark.browser

LONGEST = 12  # briefings really printed: those that are the tallest when laid out as for paper
# From data/: the most documents, contacts and searches, the longest names, a change to come.
FULLEST = ("southwark", "hertfordshire", "buckinghamshire", "kent", "rotherham", "blackpool", "surrey")


def test_the_longest_briefings_print_on_one_side(visit: Visits) -> None:
    """All are laid out as wide as the paper's text; the tallest of them are printed."""
    page = visit.page(width=680)  # 180 mm
    page.emulate_media(media="print")
    height = {}
    for slug in ENGLISH:
        page.goto(f"/councils/{slug}/briefing")
        height[slug] = page.locator(".sheet").evaluate("e => e.getBoundingClientRect().height")
    tallest = sorted(height, key=height.__getitem__)[-LONGEST:]
    for slug in tallest:
        page.goto(f"/councils/{slug}/briefing")
        assert sides(page) == 1, slug
    assert visit.faults() == []


def test_the_page_of_a_council_prints_on_one_side(visit: Visits) -> None:
    page = visit.page(width=1280)
    for slug in FULLEST:
        page.goto(f"/councils/{slug}")
        assert sides(page) == 1, slug
