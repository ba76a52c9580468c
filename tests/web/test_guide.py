"""The pages that explain themselves."""

from tests.conftest import Look


def test_how_we_check_shows_the_twelve_questions_each_with_its_source(look: Look) -> None:
    page = look("/how-we-check")
    rows = page.select("table.checks tbody tr")
    assert len(rows) == 12
    assert all(str(row.select("a")[0]["href"]).startswith("http") for row in rows)
    assert "we score the document, never the service" in page.text.lower()


def test_the_worked_example_is_worked_out_by_the_rule(look: Look) -> None:
    text = " ".join(look("/how-we-check").text.split())
    assert "there are 6 yes answers: Partly supportive." in text
    assert "there are 11: Clear and supportive." in text
    assert "we publish At least partly supportive – still checking." in text


def test_help_shows_only_numbers_with_the_date_they_were_checked(look: Look) -> None:
    page = look("/help")
    for number in page.select("a.tel"):
        panel = number.find_parent("section")
        assert panel is not None
        assert "Number checked 21 November 2026" in panel.text
    assert [a.text for a in page.select("a.tel")] == ["0808\u00a0801\u00a00366", "0808\u00a0800\u00a00006"]


def test_privacy_says_who_is_told_the_postcode(look: Look) -> None:
    page = look("/privacy")
    assert "postcodes.io" in page.text
    assert page.select_one("#tracks") is not None


def test_about_says_where_the_idea_and_the_facts_come_from(look: Look) -> None:
    text = look("/about").text
    assert "Grandparents Plus" in text
    assert "Contains OS data © Crown copyright" in text
