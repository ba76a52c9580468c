"""The pages of letters: for every council, in the visitor's words, with what we found and no more."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import Look
from tests.facts import ENGLISH, table
from tests.web.posted_letter import LEAVE, LEEDS, MP, PAGES, letter, letter_on, page_of, typed


def test_every_council_has_its_letters(client: FlaskClient, look: Look) -> None:
    yes = {(row["slug"], row["criterion"]) for row in table("answers.csv") if row["answer"] == "yes"}
    assert len(ENGLISH) == 153
    for slug in ENGLISH:
        for address in (f"/councils/{slug}/write", f"/councils/{slug}/write/mp"):
            page = look(address)
            offered = [str(tick["value"]) for tick in page.select("input[name=gap]")]
            assert not [key for key in offered if (slug, key) in yes]
            asks = [str(choice["value"]) for choice in page.select("input[name=one]")]
            assert len(page.select("form textarea")) == 4
            text = letter(client, address, words1="I am Jo.", gap=offered, one=asks[0], name="Jo")
            assert text.startswith("Dear ")
            assert "\n\nI am Jo.\n\n" in text
            assert f"https://kinship.example/councils/{slug}" in text
            assert "21 November 2026" in text or "had not checked" in text
            assert "Please " in text
            assert text.endswith("Yours sincerely,\n\nJo\n[Your full address and postcode]")


def test_what_we_add_is_short(client: FlaskClient) -> None:
    """Letter services block text that is alike: most of a letter must be the visitor's own."""
    text = letter(client, LEEDS, words1="OWN", one="publish")
    assert len(text.split()) < 110


def test_a_no_is_not_covered_and_a_gap_in_our_reading_is_not_found(invented: FlaskClient) -> None:
    text = letter(invented, "/councils/borsetshire/write", words1="x", gap=["housing", "money", "legal"])
    assert "On 1 November 2026 the website Kinship Council Check looked for" in text
    assert "It found a kinship local offer. What it read does not cover housing." in text
    assert "It has not seen anything on money and legal costs." in text
    assert "- How do you help families find space and housing?" in text
    assert "saved copies" not in text
    fill = letter(invented, "/councils/borsetshire/write", words1="x", gap=["housing"], one="gaps")
    assert "Please fill the gaps in your policy, and say by when." in fill
    form = BeautifulSoup(invented.get("/councils/borsetshire/write").text, "html.parser")
    assert form.select_one("input[value=approach]") is None


def test_what_we_have_not_seen_is_never_called_a_gap(client: FlaskClient, look: Look) -> None:
    """One shipped answer is a "no"; of every other policy we only know what we could not find."""
    noes = {row["slug"] for row in table("answers.csv") if row["answer"] == "no"}
    for slug in ENGLISH:
        for end in ("write", "write/mp"):
            page = look(f"/councils/{slug}/{end}")
            form = page.select_one("form[method=post]")
            assert form is not None
            assert "gaps" not in form.text or slug in noes
        strip = look(f"/councils/{slug}").select_one("section.ask h2")
        assert strip is not None
        assert "fill the gaps" not in strip.text or slug in noes


@pytest.mark.parametrize("address", ["/councils/bexley/write", "/councils/bexley/write/mp"])
def test_only_a_gap_that_was_ticked_is_asked_to_be_filled(client: FlaskClient, address: str) -> None:
    """Bexley's record has the one "no" of the shipped facts, on who is in charge."""
    one = "council" if address.endswith("mp") else "gaps"
    assert "fill the gaps" not in letter(client, address, gap=["legal"], one=one)
    assert "fill the gaps" not in letter(client, address, gap=[], one=one)
    assert "fill the gaps" in letter(client, address, gap=["accountable"], one=one)


def test_without_a_policy_the_ask_is_to_publish_or_say_where_it_is(
    invented: FlaskClient, client: FlaskClient
) -> None:
    text = letter(invented, "/councils/felpersham/write", words1="x", gap=["money"], one="publish")
    assert "It could not find a kinship care policy. There may still be one." in text
    assert "Please publish your kinship local offer. If you have done so, please tell me where it is." in text
    assert "not cover" not in text
    assert "has not seen anything" not in text
    unchecked = letter(client, "/councils/blackpool/write", words1="x", one="publish", gap=["money"])
    assert "had not checked Blackpool Borough Council yet. There may be a policy." in unchecked
    assert "could not find" not in unchecked
    to_mp = letter(client, "/councils/blackpool/write/mp", words1="x", one="council")
    assert "Please ask Blackpool Borough Council to publish its kinship local offer" in to_mp


def test_no_letter_names_a_person_the_visitor_did_not_name(client: FlaskClient) -> None:
    assert letter(client, LEEDS, words1="x").startswith("Dear Councillor,\n")
    assert letter(client, MP, words1="x").startswith("Dear [name of your MP],\n")
    assert letter(client, LEEDS, words1="x", to="Ann Smith").startswith("Dear Councillor Ann Smith,\n")
    assert letter(client, LEEDS, words1="x", to="Dear Cllr Smith,").startswith("Dear Cllr Smith,\n")


def test_a_former_council_leads_to_its_successor_and_keeps_what_is_posted(client: FlaskClient) -> None:
    answer = client.get("/councils/poole/write")
    assert (answer.status_code, answer.location) == (301, "/councils/bournemouth-christchurch-poole/write")
    answer = client.post("/councils/poole/write/mp", data={"words1": "kept"}, follow_redirects=True)
    assert answer.request.path == "/councils/bournemouth-christchurch-poole/write/mp"
    assert "kept" in letter_on(BeautifulSoup(answer.text, "html.parser"))


@pytest.mark.parametrize(
    ("slug", "to"),
    [
        ("cumbria", {"cumberland", "westmorland-and-furness"}),
        ("guildford", {"surrey"}),
        ("west-surrey", {"surrey"}),
    ],
)
def test_bodies_without_letters_lead_to_those_with(look: Look, slug: str, to: set[str]) -> None:
    for end in ("write", "write/mp"):
        links = {str(a["href"]) for a in look(f"/councils/{slug}/{end}").select("main a.btn")}
        assert links == {f"/councils/{each}/{end}" for each in to}


def test_outside_england_a_page_says_that_the_rules_differ(look: Look) -> None:
    for slug in ("cardiff", "aberdeen", "belfast-health-and-social-care-trust"):
        row = next((each for each in table("councils.csv") if each["slug"] == slug), None)
        if row:
            page = look(f"/councils/{slug}/write")
            assert page.select_one(f"main a[href='/councils/{slug}']") is not None
            assert page.select_one("main form") is None
    look("/councils/atlantis/write", 404)
    look("/councils/leeds%00/write/mp", 404)
    look("/act/atlantis", 404)


def test_without_a_word_there_are_gaps_to_fill_and_a_note(client: FlaskClient) -> None:
    for address in PAGES:
        page = page_of(client, address, {})
        assert "[Who are you? " in letter_on(page)
        note = page.select_one("[role=status]")
        assert note is not None
        assert "none of your own words" in note.text
        assert "[Who are you?" not in letter(client, address, end="Please reply.")


def test_letters_are_limited_apart_from_postcodes(make_app: Callable[..., Flask]) -> None:
    client = make_app(FIND_RATE_LIMIT="1 per minute").test_client()
    for _ in range(60):
        assert client.post(LEAVE, data={"words1": "x"}).status_code == 200
    assert client.post(LEAVE, data={"words1": "x"}).status_code == 429
    assert client.get(LEAVE).status_code == 200
    assert client.post("/find", data={"postcode": "SE1 2DL"}).status_code == 303


def test_the_page_warns_and_shows_the_way_to_the_right_representative(look: Look) -> None:
    for address, tier in ((LEEDS, "CED,UTW,UTE,LBW,MTW,COP"), (MP, "WMC"), (LEAVE, "WMC")):
        page = look(address)
        warning = page.select_one("form .hint")
        assert warning is not None
        assert "Do not name the child. Leave out what was said in court." in warning.text
        assert "Add your full address." in page.text
        assert page.select_one(f"a[href='https://www.writetothem.com/?a={tier}']") is not None
        assert (page.select_one("a[href='https://members.parliament.uk/FindYourMP']") is None) is (
            address == LEEDS
        )
        assert page.select_one("[name*=address], [name*=postcode]") is None


@pytest.mark.parametrize("address", [*PAGES, "/act", "/act/council-support", "/councils/cumbria/write"])
@pytest.mark.parametrize("posted", [False, True])
def test_pages_are_well_made(client: FlaskClient, look: Look, address: str, posted: bool) -> None:
    if posted and address not in PAGES:
        return
    page = page_of(client, address, {"words1": "x" * 20_000}, 422) if posted else look(address)
    made = [page, page_of(client, address, typed("x"))] if posted else [page]
    for each in made:
        levels = [
            int(heading.name[1]) for heading in each.select("h1, h2, h3, h4") if heading.get("id") != "sum"
        ]
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        ids = [element["id"] for element in each.select("[id]")]
        assert len(ids) == len(set(ids))
        for element in each.select("[aria-describedby], [aria-labelledby], [for], [form]"):
            named = [str(element.get(a, "")) for a in ("aria-describedby", "aria-labelledby", "for", "form")]
            assert set(" ".join(named).split()) <= set(ids)
        assert not each.select("script, [style], style, iframe, img")


def test_a_council_page_asks_for_action(look: Look) -> None:
    for slug in ENGLISH:
        page = look(f"/councils/{slug}")
        strip = page.select_one("section.ask")
        assert strip is not None
        assert strip.select_one(f"a[href='/councils/{slug}/write']") is not None
        assert strip.select_one(f"a[href='/councils/{slug}/write/mp']") is not None
    assert look("/councils/cardiff").select_one("section.ask") is None
