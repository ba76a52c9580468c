"""What becomes of a visitor's words, odd ones too: alike on the page, in files and print; kept nowhere."""

import logging
from io import BytesIO
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from docx import Document
from flask.testing import FlaskClient

from app.web.letters.letter import LONGEST_MAILTO
from tests.facts import KEPT
from tests.web.posted_letter import LEAVE, LEEDS, MP, PAGES, letter, letter_on, page_of, typed

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
