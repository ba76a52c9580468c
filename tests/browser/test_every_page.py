"""Every page that the site can show, in real Chromium: silent, readable, reachable, for everyone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from app import create_app
from tests.browser.conftest import LOOK, Visits
from tests.browser.inspection import AXE, AXE_SCRIPT, RULES, Inspection, focus
from tests.browser.shown import Shown, every_page
from tests.server import serving

pytestmark = pytest.mark.browser

# Pages of a site that is out of order: no tables, no postcodes, and one try an hour.
IN_TROUBLE = (
    Shown("/councils", 503),
    Shown("/find", 503, {"postcode": "SE1 2DL"}),
    Shown("/find", 429, {"postcode": "SE1 2DL"}),
)


@pytest.fixture(scope="module")
def inspection(
    browser: Browser, site: str, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inspection]:
    """Every page looked at once, for all the tests below."""
    visits = Visits(browser, site)
    inspection = Inspection(visits)
    for shown in every_page(create_app(environment)):
        inspection.inspect(shown)
    trouble = {
        "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('trouble') / 'empty.sqlite'}",
        "POSTCODE_SOURCES": "api",
        "POSTCODES_API_URL": "http://127.0.0.1:9",
        "FIND_RATE_LIMIT": "1 per hour",
    }
    with serving(environment | trouble) as (address, _):
        visits.site = address
        for shown in IN_TROUBLE:
            inspection.inspect(shown, address)
    yield inspection
    visits.close()


def test_the_pages_are_those_of_every_route_and_form(inspection: Inspection) -> None:
    assert len(inspection.seen) > 80
    assert inspection.faults["status"] == []


def test_no_message_no_failed_request_no_other_host_no_cookie(inspection: Inspection) -> None:
    assert inspection.faults["quiet"] == []


def test_axe_finds_nothing_on_any_page_light_or_dark(inspection: Inspection) -> None:
    assert inspection.faults["axe"] == []
    assert {"color-contrast", "target-size", "label", "link-name", "html-has-lang"} <= inspection.rules
    assert len(inspection.rules) > 50


def test_one_h1_and_no_level_skipped(inspection: Inspection) -> None:
    assert inspection.faults["headings"] == []


def test_tab_reaches_everything_and_the_focus_is_seen(inspection: Inspection) -> None:
    assert inspection.faults["focus"] == []


def test_what_is_pressed_is_24_pixels_or_stands_apart(inspection: Inspection) -> None:
    assert inspection.faults["targets"] == []


def test_a_summary_of_errors_is_announced_and_leads_to_the_field(inspection: Inspection) -> None:
    assert inspection.faults["errors"] == []


def test_nothing_scrolls_sideways_overlaps_or_is_cut_off(inspection: Inspection) -> None:
    assert inspection.faults["fits"] == []


def test_nor_with_text_of_twice_the_size(inspection: Inspection) -> None:
    assert inspection.faults["enlarged"] == []


# What the looks above must be able to see: a page is spoiled in one way, and that very fault is found.
FIRST = "document.querySelector"
SPOILED = [
    ("headings", f"{FIRST}('h2').outerHTML = '<h4>Four</h4>'", "“Four” follows"),
    ("headings", f"{FIRST}('main').append({FIRST}('h1').cloneNode(true))", "2 h1"),
    ("targets", f"{FIRST}('.btn').style.cssText = 'min-height:0;height:20px;padding:0'", "× 20.0"),
    ("fits", f"{FIRST}('h1').style.width = '999px'", "scrolls sideways"),
    ("fits", f"{FIRST}('.lead').style.cssText = 'height:1em;overflow:hidden'", "is cut off"),
    ("fits", f"{FIRST}('.lead').style.marginTop = '-3em'", "overlap"),
    ("errorSummary", f"{FIRST}('.errors').removeAttribute('role')", "there is no alert"),
    ("errorSummary", "document.activeElement.blur()", "has not the focus"),
    ("errorSummary", f"{FIRST}('.errors a').hash = '#nothing'", "does not lead to the fields"),
]


@pytest.mark.parametrize(("look", "spoil", "fault"), SPOILED)
def test_each_look_sees_what_is_wrong(visit: Visits, look: str, spoil: str, fault: str) -> None:
    page = visit.page()
    page.goto("/")
    if look == "errorSummary":
        page.get_by_role("button", name="Check my council").click()
        page.wait_for_url("**/find")
    page.evaluate(LOOK)
    assert page.evaluate(f"look.{look}()") == []
    page.evaluate(spoil)
    assert any(fault in each for each in page.evaluate(f"look.{look}()"))


def test_a_focus_that_does_not_show_is_seen(visit: Visits) -> None:
    page = visit.page()
    page.goto("/accessibility")
    page.evaluate(LOOK)
    page.evaluate(
        "const sheet = new CSSStyleSheet(); document.adoptedStyleSheets.push(sheet);"
        "sheet.replaceSync(':focus-visible{outline:0 !important;box-shadow:none !important}')"
    )
    assert len([each for each in focus(page) if each.endswith("does not show the focus")]) > 10


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        (
            "target-size",
            "for (const a of links) a.style.cssText = 'min-height:9px;font-size:6px'",
        ),
        ("color-contrast", "main.style.color = '#bbb'"),
        ("label", "main.append(document.createElement('input'))"),
    ],
)
def test_axe_sees_what_is_wrong(visit: Visits, rule: str, spoil: str) -> None:
    page = visit.page()
    page.goto("/help")
    page.evaluate(
        "const main = document.querySelector('main'), links = document.querySelectorAll('.nav a');" + spoil
    )
    page.evaluate(AXE_SCRIPT)
    assert rule in {each["id"] for each in page.evaluate(AXE, RULES)["violations"]}


def test_a_page_that_talks_or_asks_elsewhere_is_noticed(visit: Visits) -> None:
    page = visit.page()
    page.goto("/accessibility")
    assert visit.faults() == []
    page.evaluate("document.body.append(Object.assign(new Image(), {src: '/no-such-picture.png'}))")
    page.evaluate("console.warn('hello'); document.cookie = 'a=b'")
    page.wait_for_timeout(300)
    faults = " ".join(visit.faults())
    assert "hello" in faults
    assert "no-such-picture.png answered 404" in faults
    assert "'a'" in faults
