"""What is written in a letter is text and no more, on the page, in the Word document and in the text file."""

import csv
import io
import zipfile
from urllib.parse import urlencode

from bs4 import BeautifulSoup
from docx import Document
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.web.as_csv import csv_file
from tests.pages import addresses
from tests.safety.attacker import MARK, Answer, ask
from tests.safety.attacks import TRICKS, texts
from tests.safety.test_hostile_input import FORM, hard

LETTERS = ("/councils/southwark/write", "/councils/barnet/write/mp", "/act/kinship-allowance")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# All that a letter may be made of; the last five belong to the sheet. No field, link, picture or object.
ELEMENTS = "document body p pPr r t br tab bidi rPr rtl sectPr pgSz pgMar cols docGrid".split()
# In Word, a field, a link to elsewhere, a macro; as text they are harmless.
IN_WORD = [
    f"{{ HYPERLINK \"http://{MARK}.example\" }}",
    f"DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k {MARK}\"",
    f"</w:t></w:r><w:fldSimple w:instr=\"{MARK}\"/><w:r><w:t>",
    f"]]><!DOCTYPE x [<!ENTITY {MARK} SYSTEM \"file:///etc/passwd\">]>&{MARK};",
    f"_x000D_{MARK}_x0000_",
]  # fmt: skip
words = st.one_of(texts, st.sampled_from(IN_WORD))


def _send(app: Flask, address: str, written: dict[str, str], kind: str = "") -> Answer:
    body = urlencode({**written, "format": kind}, errors="surrogatepass").encode()
    answer = ask(app, "POST", address.encode(), body=body, content_type=FORM)
    assert answer.status == 200
    return answer


@given(data=st.data())
@settings(hard, max_examples=60)
def test_every_form_of_a_letter_holds_the_same_text(attacked: Flask, data: st.DataObject) -> None:
    address = data.draw(st.sampled_from(LETTERS))
    boxes = st.dictionaries(
        st.sampled_from(["to", "words1", "words2", "words3", "words4", "end", "name"]), words
    )
    written = data.draw(boxes)
    page = BeautifulSoup(_send(attacked, address, written).text, "html.parser")
    box = page.select_one("textarea#letter")
    assert box is not None
    as_text, as_word = (_send(attacked, address, written, kind) for kind in ("txt", "docx"))
    text = as_text.body.decode()
    assert " ".join(box.text.split()) == " ".join(text.split())
    _check_document(as_word.body, text)
    name = address.split("/")[2]
    for kind, answer in (("txt", as_text), ("docx", as_word)):
        assert answer.headers["Content-Disposition"] == f"attachment; filename=letter-{name}.{kind}"
        assert answer.headers["Cache-Control"] == "no-store"


def _check_document(file: bytes, text: str) -> None:
    paragraphs = [paragraph.text for paragraph in Document(io.BytesIO(file)).paragraphs]
    assert "\n\n".join(paragraphs) == text
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        for name in parts.namelist():
            raw = parts.read(name)
            assert MARK not in name
            if name.endswith((".xml", ".rels")):
                assert b"<!DOCTYPE" not in raw
                tree = etree.fromstring(raw, etree.XMLParser(resolve_entities=False))
                assert b'TargetMode="External"' not in raw
                if name == "word/document.xml":
                    used = {element.tag.removeprefix(W) for element in tree.iter()}
                    assert used <= set(ELEMENTS), used
                else:
                    assert MARK.encode() not in raw.lower()


@given(
    cells=st.lists(
        st.one_of(texts, st.text(), st.sampled_from("=1 +1 -1 @A \t= \r= \n= ＝1 ＋1 －1 ＠A".split(" ")))
    )
)
@settings(hard, max_examples=300)
def test_no_cell_is_run_as_a_formula(cells: list[str]) -> None:
    """The facts come from elsewhere too. Nothing is lost: an apostrophe is set before, and no more."""
    cells = [cell.encode("utf-8", "replace").decode() for cell in cells]
    file = csv_file("x", ["a"] * len(cells), [cells]).get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(file, newline="")))
    read = rows[1] if cells else []
    assert [cell.removeprefix("'") for cell in read] == [cell.removeprefix("'") for cell in cells]
    assert not [cell for cell in read if cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))]


def test_no_file_of_ours_holds_a_formula_or_what_was_asked(attacked: Flask) -> None:
    files = [address for address in addresses(attacked) if ".csv" in address]
    assert len(files) == 4
    for address in files:
        path, _, query = address.partition("?")
        for trick in [trick for trick in TRICKS if not any(map(str.isdigit, trick))][:10]:
            asked = f"{query}&" + urlencode(
                {"name": trick, "region": trick, "x": trick}, errors="surrogatepass"
            )
            answer = ask(attacked, "GET", path.encode(), asked.encode())
            cells = [cell for row in csv.reader(io.StringIO(answer.text, newline="")) for cell in row]
            assert len(cells) > 10
            assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n"))]
            assert MARK not in answer.text
