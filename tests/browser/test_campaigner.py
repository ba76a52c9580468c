"""A campaigner, in every way there is to come: from a council's name to letters, a sheet and the map."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visits
from tests.browser.visitors import Visitor, Way, every_way

pytestmark = pytest.mark.browser

WORDS = "We are a group of grandparents in Southwark."


@every_way
def test_a_campaigner_shares_prints_compares_and_writes(visit: Visits, way: Way) -> None:
    campaigner = Visitor(visit, way)
    finds_southwark(campaigner)
    shares(campaigner)
    prints_the_briefing(campaigner)
    compares(campaigner)
    campaigner.follows("Write to the lead councillor")
    campaigner.is_at("/councils/southwark/write", "Write to the lead councillor")
    writes(campaigner, "Dear Councillor", "Ann Smith")
    campaigner.follows("See the proof on the Southwark page")
    campaigner.is_at("/councils/southwark", "Southwark")
    campaigner.follows("Write to your MP")
    campaigner.is_at("/councils/southwark/write/mp", "Write to your MP")
    writes(campaigner, "Dear", "Jo Bloggs")
    reads_the_map(campaigner)
    assert visit.faults() == []
    assert not any(re.search("grandparents|ann|bloggs", address.lower()) for address in visit.requested)


def finds_southwark(campaigner: Visitor) -> None:
    page = campaigner.page
    campaigner.comes("/")
    campaigner.follows("Or find your council by name")
    campaigner.is_at("/councils", "Find your council by name")
    campaigner.types("Name", "southw")
    campaigner.presses(page.get_by_role("button", name="Show councils"))
    expect(page.get_by_role("heading", name="1 council", exact=True)).to_be_visible()
    campaigner.follows("Southwark")
    campaigner.is_at("/councils/southwark", "Yes, Southwark has published a kinship local offer.")


def shares(campaigner: Visitor) -> None:
    """With scripts, one press copies the link; without, there is no dead button."""
    page = campaigner.page
    campaigner.jumps("Share this", "Share this page")
    panel = page.get_by_role("region", name="Share this page")
    expect(panel.get_by_role("link", name="WhatsApp")).to_be_visible()
    if campaigner.way.javascript:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        campaigner.presses(panel.get_by_role("button", name="Copy the link"))
        expect(panel.get_by_role("status")).to_have_text("Copied. You can paste the link now.")
        assert page.evaluate("navigator.clipboard.readText()").endswith("/councils/southwark")
    else:
        expect(panel.get_by_role("button")).to_have_count(0)
    expect(panel.get_by_label("Link to copy")).to_have_value(re.compile("/councils/southwark$"))
    campaigner.presses(panel.locator("summary"))
    expect(panel.get_by_label("Code to copy")).to_have_value(
        re.compile('^<iframe src="[^"]+/councils/southwark/embed"')
    )


def prints_the_briefing(campaigner: Visitor) -> None:
    campaigner.follows("Print one page to hand to a councillor")
    campaigner.is_at("/councils/southwark/briefing", "Southwark")
    campaigner.prints()
    campaigner.follows("Back to the Southwark page")
    campaigner.is_at("/councils/southwark", "Southwark")


def compares(campaigner: Visitor) -> None:
    panel = campaigner.page.get_by_role("region", name="Compare")
    campaigner.follows("Southwark with", panel)
    expect(campaigner.page.get_by_role("heading", level=1)).to_contain_text("side by side")
    campaigner.is_at(f"/compare?{campaigner.page.url.partition('?')[2]}", "Southwark")
    table = campaigner.page.get_by_role("table")
    expect(table.get_by_role("columnheader").first).to_have_text("Southwark")
    campaigner.follows("Southwark", table)
    campaigner.is_at("/councils/southwark", "Southwark")


def writes(campaigner: Visitor, dear: str, name: str) -> None:
    """From the prompts to a letter, and to both files of it."""
    page = campaigner.page
    address = campaigner.path()
    campaigner.types(dear, name)
    campaigner.types("Who are you?", WORDS)
    campaigner.ticks("Legal advice and court costs")
    campaigner.presses(page.get_by_role("button", name="Put my letter together"))
    letter = page.get_by_role("textbox", name="Your letter")
    expect(letter).to_have_value(re.compile(f"^{dear} {name},\n\n{WORDS}\n\n"))
    campaigner.is_at(address, "Write to")
    word = downloads(campaigner, page.get_by_role("button", name="Word document"))
    assert word.suffix == ".docx"
    assert word.read_bytes().startswith(b"PK")
    text = downloads(campaigner, page.get_by_role("button", name="Text file"))
    assert text.suffix == ".txt"
    assert WORDS in text.read_text(encoding="utf-8-sig")


def downloads(campaigner: Visitor, button: Locator) -> Path:
    """Where the file is, under the name that the visitor gets it by."""
    with campaigner.page.expect_download() as download:
        campaigner.presses(button)
    path = Path(download.value.path())
    return path.rename(path.with_name(download.value.suggested_filename))


def reads_the_map(campaigner: Visitor) -> None:
    page = campaigner.page
    campaigner.follows("Map", page.get_by_role("navigation", name="Main"))
    campaigner.is_at("/map", "councils have a policy that we could find.")
    expect(page.get_by_role("group", name="The map").get_by_role("link")).to_have_count(153)
    if campaigner.way.keyboard:
        campaigner.jumps("Skip the map. The list below says the same.", "All 153 councils, A to Z")
    campaigner.follows("Southwark", page.get_by_role("region", name="All 153 councils, A to Z"))
    campaigner.is_at("/councils/southwark", "Southwark")
