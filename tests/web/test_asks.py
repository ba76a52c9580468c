"""The campaign's asks: each a file, each fact with its source, each leading to a letter or a council."""

from pathlib import Path

import pytest

from app.web.letters.asks import AskUnusable, asks, read_ask
from tests.conftest import Look

GOOD = """\
---
title: Bread
order: 9
to: mp
summary: Bread for all.
request: Please send bread.
---
## Why

Because <b>so</b> [it says](https://bread.example/).
[Not this](javascript:alert).

## Prompts

- Who are you? Your town.
- Say what happened
"""


def test_the_four_asks_lead_on(look: Look) -> None:
    page = look("/act")
    links = [str(a["href"]) for a in page.select("main .panel a.btn")]
    assert links == ["/act/council-support", "/act/kinship-allowance", "/act/paid-leave", "/act/legal-help"]
    assert look(links[0]).select_one("form[action='/find']") is not None
    for address in links[1:]:
        assert look(address).select_one(f"form[method=post][action='{address}'] textarea") is not None


@pytest.mark.parametrize("ask", asks(), ids=lambda ask: ask.slug)
def test_every_reason_has_a_source_and_the_day_it_was_read(look: Look, ask) -> None:  # type: ignore[no-untyped-def]
    section = look(f"/act/{ask.slug}").select_one("section[aria-labelledby=why]")
    assert section is not None
    reasons = section.select("p")
    assert len(reasons) >= 2
    for reason in reasons:
        assert reason.select("a[href^=http]")
        assert "Read 21 November 2026." in " ".join(reason.text.split())


def test_a_file_becomes_an_ask_and_markup_in_it_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "bread.md"
    path.write_text(GOOD, encoding="utf-8")
    ask = read_ask(path)
    assert (ask.slug, ask.title, ask.order, ask.request) == ("bread", "Bread", 9, "Please send bread.")
    assert [(each.question, each.hint) for each in ask.prompts] == [
        ("Who are you?", "Your town."),
        ("Say what happened", ""),
    ]
    assert "<b>" not in ask.why
    assert '<a href="https://bread.example/">' in ask.why
    assert 'href="javascript' not in ask.why


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Bread\n", ""),
        ("## Why", "## Because"),
        ("to: mp", "to: king"),
        ("request: Please send bread.\n", ""),
        ("to: mp", "to: council"),
        ("- Say what happened", "- a\n- b\n- c\n- d"),
    ],
)
def test_a_file_that_lacks_something_says_what(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "bread.md"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(AskUnusable, match=r"^bread\.md: "):
        read_ask(path)
