"""Letters in real Chromium, without scripts: nothing typed is lost by going on, back or round again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits

pytestmark = pytest.mark.browser


def test_a_letter_from_prompts_to_word_and_print(visit: Visits) -> None:
    page = visit.page(javascript=False)
    page.goto("/councils/southwark")
    page.get_by_role("link", name="Write to the lead councillor").click()
    expect(page).to_have_url(f"{visit.site}/councils/southwark/write")
    page.get_by_label("Dear Councillor").fill("Ann Smith")
    page.get_by_label("Who are you?").fill("I am Jo.\n\nI care for my grandson.")
    page.get_by_label("Legal advice and court costs").check()
    page.get_by_role("button", name="Put my letter together").click()
    letter = page.get_by_role("textbox", name="Your letter")
    expect(letter).to_have_value(
        re.compile("^Dear Councillor Ann Smith,\n\nI am Jo\\.\n\nI care for my grandson\\.\n\n")
    )
    assert page.evaluate("document.querySelector('#letter').scrollHeight") <= page.evaluate(
        "document.querySelector('#letter').clientHeight + 2"
    )
    expect(page.get_by_label("Who are you?")).to_have_value("I am Jo.\n\nI care for my grandson.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Word document").click()
    assert download.value.suggested_filename == "letter-southwark.docx"
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Sheet to print").click()
    sheet = opened.value
    expect(sheet.get_by_text("I care for my grandson.")).to_be_visible()
    assert sheet.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    page.reload()
    expect(page.get_by_label("Who are you?")).to_have_value("I am Jo.\n\nI care for my grandson.")
    page.go_back()
    expect(page.get_by_label("Who are you?")).to_have_value("I am Jo.\n\nI care for my grandson.")
    expect(page.get_by_label("Dear Councillor")).to_have_value("Ann Smith")
    expect(page.get_by_label("Legal advice and court costs")).to_be_checked()
    assert visit.faults() == []
    assert not any("grandson" in address for address in visit.requested)


@pytest.mark.parametrize("dark", [False, True])
def test_words_in_a_box_stand_out_from_its_lines(visit: Visits, dark: bool) -> None:
    page = visit.page(dark=dark)
    page.goto("/councils/southwark/write")
    style = page.get_by_label("Who are you?").evaluate(
        "e => { const style = getComputedStyle(e); return [style.color, style.backgroundImage] }"
    )
    words, *behind = re.findall(r"rgb\((\d+), (\d+), (\d+)\)", " ".join(style))
    assert len(set(behind)) == 2
    assert all(contrast(words, colour) >= 4.5 for colour in behind)


def contrast(one: tuple[str, str, str], other: tuple[str, str, str]) -> float:
    """How far two colours stand apart, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: tuple[str, str, str]) -> float:
    parts = (int(part) / 255 for part in colour)
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
