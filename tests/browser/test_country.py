"""The map, the figures and the comparison in real Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits

pytestmark = pytest.mark.browser


def tab_to(page: Page, name: str, most: int = 40) -> None:
    """Press Tab until the link of this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(document.activeElement.querySelector('title') ?? document.activeElement).textContent"
        )
        if focused.strip() == name:
            return
    pytest.fail(f"{name} is not within {most} presses of Tab")


def test_the_keyboard_reaches_a_tile_and_its_name_is_shown(visit: Visits) -> None:
    page = visit.page(width=1280)
    page.goto("/map")
    tab_to(page, "North Tyneside: Partly supportive")
    name = page.locator(".map text", has_text="North Tyneside")
    expect(name).to_be_visible()
    expect(page.locator(".map text:visible")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{visit.site}/councils/north-tyneside")
    assert visit.faults() == []


def test_the_map_can_be_skipped_to_its_equal(visit: Visits) -> None:
    page = visit.page()
    page.goto("/map")
    tab_to(page, "Skip the map. The list below says the same.")
    expect(page.get_by_text("Skip the map")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="All 153 councils, A to Z")).to_be_in_viewport()
    tab_to(page, "BarnsleyAt least partly supportive – still checking", most=30)


def test_a_screen_reader_hears_each_tile_by_name_and_band(visit: Visits) -> None:
    page = visit.page(width=1280)
    page.goto("/map")
    group = page.get_by_role("group", name="The map")
    expect(group.get_by_role("link")).to_have_count(153)
    expect(group.get_by_role("link", name="Leeds: Published – still being checked")).to_have_count(1)
    expect(page.get_by_role("table", name="Region by region").get_by_role("row")).to_have_count(11)


def test_a_tile_can_be_clicked(visit: Visits) -> None:
    page = visit.page(width=360, javascript=False)
    page.goto("/map")
    page.get_by_role("link", name="Isle of Wight:").click()
    expect(page).to_have_url(f"{visit.site}/councils/isle-of-wight")


def test_councils_are_compared_without_javascript(visit: Visits) -> None:
    page = visit.page(javascript=False)
    page.goto("/councils/leeds")
    page.get_by_role("link", name="Choose councils to compare it with").click()
    page.get_by_label("Second council").select_option(label="Kent")
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(f"{visit.site}/compare?with=leeds,kent")
    expect(page.get_by_role("heading", level=1)).to_have_text("Leeds and Kent, side by side")
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Leeds", "Kent"])
    expect(
        table.get_by_role("rowheader", name="Is there help with legal advice or court costs?")
    ).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_links_of_the_header_stand_in_one_row(visit: Visits, width: int) -> None:
    page = visit.page(width=width)
    page.goto("/map")
    links = page.get_by_role("navigation", name="Main").get_by_role("link").all()
    assert len({round(link.bounding_box()["y"]) for link in links}) == 1  # type: ignore[index]


def test_on_a_phone_the_names_of_those_compared_are_links_to_see(visit: Visits) -> None:
    page = visit.page(width=360)
    page.goto("/compare?with=leeds,kent")
    heads = page.get_by_role("table").get_by_role("columnheader")
    boxes = [head.get_by_role("link").bounding_box() for head in heads.all()]
    assert len(boxes) == 2
    assert all(box and box["width"] > 24 and box["height"] >= 24 and box["x"] >= 0 for box in boxes)
