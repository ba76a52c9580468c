"""Letters: in the visitor's words, with what we found, the same in every form, kept nowhere."""

import logging
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from docx import Document
from flask import Flask
from flask.testing import FlaskClient

from app.web.letters.letter import LONGEST_MAILTO
from tests.conftest import Look
from tests.facts import ENGLISH, KEPT, table

LEEDS, MP, LEAVE = "/councils/leeds/write", "/councils/leeds/write/mp", "/act/paid-leave"
PAGES = (LEEDS, MP, LEAVE)
ODD = {
    "5,000 letters": "Nobody rang back. " * 278,
    "5,000 letters, no space": "x" * 5000,
    "5,000 emoji": "💜" * 5000,
    "joined emoji": "👩🏽‍👧🏽‍👦🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️ 👍🏿",
    "quotes": '"it\'s" ‘so’ “hard” `now` \\ / %s {} {{ 7*7 }} {% raw %}',
    "markup": "</textarea><script>alert(1)</script> <b>&amp;</b> &lt;i&gt; ]]> <!-- <?xml ?>",
    "right to left": "أنا جدته وأرعاه منذ سنوات.\n\nשלום, אני סבתא",
    "bidi controls": "a\u202eevil\u202c \u2066x\u2069 \u200fb\u200e \u061cc",
    "control characters": "a\x00b\x01c\x08d\x0be\x0cf\x1bg\x7fh\x85i\ufffej\uffffk\ufeffl",
    "line ends": "one\r\ntwo\rthree\n\n\n\nfour\u2028five\u2029six\n \t \nseven",
    "headers": "x\r\nSet-Cookie: a=b\r\nContent-Disposition: inline\r\n\r\n<html>",
    "spaces": "  two  spaces\tand a tab\u00a0and a hard space  ",
    "other planes": "𝒜 𐍈 你好 नमस्ते ไทย e\u0301 \U0010fffd",
    "broken bytes": b"\xff\xfe\xed\xa0\x80ok",
    "nothing": "",
    "only spaces": " \r\n\t ",
}


def typed(text: str | bytes, **others: str | list[str]) -> dict[str, object]:
    boxes = ("to", "words1", "words2", "words3", "end", "name")
    return {**dict.fromkeys(boxes, text), "gap": ["money", "legal"], "one": "manager", **others}


def page_of(client: FlaskClient, address: str, data: dict[str, object], status: int = 200) -> BeautifulSoup:
    answer = client.post(address, data=data)
    assert answer.status_code == status
    return BeautifulSoup(answer.text, "html.parser")


def letter_on(page: BeautifulSoup) -> str:
    box = page.select_one("textarea#letter[readonly]")
    assert box is not None
    return box.text


def letter(client: FlaskClient, address: str, **data: object) -> str:
    return letter_on(page_of(client, address, data))


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


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("kind", ODD)
def test_word_text_and_print_hold_exactly_what_the_page_shows(
    client: FlaskClient, address: str, kind: str
) -> None:
    data = typed(ODD[kind])
    shown = letter_on(page_of(client, address, data))
    word = client.post(address, data={**data, "format": "docx"})
    assert word.status_code == 200
    paragraphs = [each.text for each in Document(BytesIO(word.data)).paragraphs]
    assert "\n\n".join(paragraphs) == shown
    text = client.post(address, data={**data, "format": "txt"})
    assert text.data.decode() == shown
    sheet = page_of(client, address, {**data, "format": "print"})
    assert "\n\n".join(p.text for p in sheet.select(".sheet p")) == shown
    assert "\r" not in shown
    for answer in (word, text):
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", ODD)
def test_the_form_keeps_every_word_below_the_letter(client: FlaskClient, kind: str) -> None:
    page = page_of(client, LEEDS, typed(ODD[kind]))
    again = {str(box["name"]): box.text for box in page.select("form textarea")}
    assert len(set(again.values())) == 1
    ticked = [str(tick["value"]) for tick in page.select("input[checked]")]
    assert ticked == ["legal", "manager"] or ticked == ["money", "legal", "manager"]
    second = page_of(client, LEEDS, {**typed(""), **again, "to": again["end"], "name": again["end"]})
    assert letter_on(second) == letter_on(page)  # nothing is lost or gained by going round once more


def test_odd_characters_that_people_need_are_kept_and_the_rest_are_gone(client: FlaskClient) -> None:
    for kind in (
        "5,000 letters, no space",
        "5,000 emoji",
        "joined emoji",
        "quotes",
        "markup",
        "right to left",
    ):
        assert f"\n\n{ODD[kind]}\n\n" in letter(client, LEEDS, words1=ODD[kind])
    assert "a b" in letter(client, LEEDS, words1="a b")
    assert "\n\nabcd\ne\nfgh\nijkl\n\n" in letter(client, LEEDS, words1=ODD["control characters"])
    assert "\n\naevil x \u200fb\u200e \u061cc\n\n" in letter(client, LEEDS, words1=ODD["bidi controls"])
    assert "\n\none\ntwo\nthree\n\nfour\nfive\nsix\n\nseven\n\n" in letter(
        client, LEEDS, words1=ODD["line ends"]
    )


@pytest.mark.parametrize("format_", ["", "print"])
def test_markup_typed_in_stays_text(client: FlaskClient, format_: str) -> None:
    page = page_of(client, LEEDS, {"words1": ODD["markup"], "to": ODD["markup"], "format": format_})
    assert not page.select("script, main b")
    assert str(ODD["markup"]) in page.text


def test_without_a_word_there_are_gaps_to_fill_and_a_note(client: FlaskClient) -> None:
    for address in PAGES:
        page = page_of(client, address, {})
        assert "[Who are you? " in letter_on(page)
        note = page.select_one("[role=status]")
        assert note is not None
        assert "none of your own words" in note.text
        assert "[Who are you?" not in letter(client, address, end="Please reply.")


def test_no_address_title_header_or_file_name_holds_what_was_typed(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "Zebedee\r\nX-Zebedee: 1"
    for address in (*PAGES, "/councils/poole/write"):
        for format_ in ("", "docx", "txt", "print", "Zebedee"):
            answer = client.post(address, data=typed(secret, gap="Zebedee", one="Zebedee", format=format_))
            assert "Zebedee" not in str(answer.headers)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                page = BeautifulSoup(answer.text, "html.parser")
                assert page.title is not None
                assert "Zebedee" not in page.title.text
                assert "Zebedee" in page.text
                for element in page.select("[href], [action], [formaction], [src]"):
                    for name in ("href", "action", "formaction", "src"):
                        value = str(element.get(name, ""))
                        assert "Zebedee" not in value or value.startswith("mailto:?subject=")
    assert "Zebedee" not in caplog.text
    assert "POST /councils/<slug>/write 200" in caplog.text
    assert client.get(f"{LEEDS}?words1=Zebedee&format=txt").text.count("Zebedee") == 0


def test_files_are_named_after_the_council_or_the_ask_and_hold_no_other_trace(client: FlaskClient) -> None:
    for address, name in ((LEEDS, "leeds"), (MP, "leeds"), (LEAVE, "paid-leave")):
        for kind in ("docx", "txt"):
            answer = client.post(address, data=typed("Zebedee", format=kind))
            assert answer.headers["Content-Disposition"] == f"attachment; filename=letter-{name}.{kind}"
        about = Document(
            BytesIO(client.post(address, data=typed("Zebedee", format="docx")).data)
        ).core_properties
        assert (about.title, about.author, about.comments, about.subject) == ("Letter", "", "", "")


def test_the_mail_link_holds_the_letter_unless_it_is_too_long(client: FlaskClient) -> None:
    page = page_of(client, LEEDS, {"words1": "I’m Jo & “we” wait.\r\nYours?", "one": "publish"})
    link = page.select_one("a[href^='mailto:?subject']")
    assert link is not None
    address = str(link["href"])
    assert len(address) <= LONGEST_MAILTO
    assert urlsplit(address).path == ""  # nobody to send it to: no lead member's address is in the facts
    query = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert query["subject"] == ["Help for kinship families in Leeds"]
    assert query["body"] == [letter_on(page).replace("\n", "\r\n")]
    assert unquote(address).count("\r\n") == letter_on(page).count("\n")
    long = page_of(client, LEEDS, {"words1": "💜" * 200})
    assert long.select_one("a[href^='mailto:?subject']") is None
    assert "too long for an e-mail link" in long.text


def test_an_answer_beyond_all_measure_is_an_error_that_keeps_everything(client: FlaskClient) -> None:
    data = {"words1": "x" * 10_001, "words2": "My story", "gap": "legal", "one": "manager", "format": "docx"}
    page = page_of(client, LEEDS, data, 422)
    assert page.title is not None
    assert page.title.text.startswith("Error:")
    assert page.select_one("[role=alert] a[href='#words1']") is not None
    field = page.select_one("#words1[aria-invalid=true]")
    assert field is not None
    assert field.text == data["words1"]
    assert str(field["aria-describedby"]).split()[0] == "words1-err"
    kept = page.select_one("#words2")
    assert kept is not None
    assert kept.text == "My story"
    assert page.select_one("#letter") is None
    name = page_of(client, LEEDS, {"name": "x" * 10_001}, 422)
    assert name.select_one("#name[aria-invalid=true]") is not None


def test_letters_may_be_long_but_not_endless_and_other_forms_stay_small(client: FlaskClient) -> None:
    full = dict.fromkeys(("words1", "words2", "words3", "end"), "👩‍👩‍👧‍👦" * 1400)
    assert client.post(LEEDS, data=full).status_code == 200
    assert client.post(LEEDS, data=full, content_type="multipart/form-data").status_code == 200
    assert client.post(LEEDS, data={"words1": "x" * 1_100_000}).status_code == 413
    assert client.post("/find", data={"postcode": "x" * 20_000}).status_code == 413


def test_answers_are_kept_by_no_cache_and_no_index_and_set_no_cookie(client: FlaskClient) -> None:
    for format_ in ("", "docx", "txt", "print"):
        answer = client.post(LEEDS, data=typed("x", format=format_))
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert "ETag" not in answer.headers
    assert client.get(LEEDS).headers["Cache-Control"] == KEPT


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
