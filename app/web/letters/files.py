"""A letter as a Word document and as a text file. Names of files and headers never hold what was typed."""

import unicodedata
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Response

from app.web.letters.letter import Letter

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def as_text(letter: Letter) -> bytes:
    """The letter in UTF-8, just as the page shows it."""
    return letter.text.encode()


def as_word(letter: Letter) -> bytes:
    """The letter as .docx, a paragraph for each paragraph, its line breaks kept."""
    # Few visitors want Word, and its library is slow to load: the site starts without it.
    from docx import Document
    from docx.shared import Cm, Pt

    document = Document()
    normal = document.styles["Normal"]
    normal.font.size = Pt(12)
    normal.paragraph_format.space_after = Pt(10)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
    for text in letter.paragraphs:
        _direct(document.add_paragraph(text), text)
    about = document.core_properties
    about.title, about.author, about.comments, about.language = "Letter", "", "", "en-GB"
    about.created = about.modified = datetime.now(UTC)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _direct(paragraph: "Paragraph", text: str) -> None:
    """Let a paragraph that begins in Arabic, Hebrew or the like run from right to left (UAX #9, rule P2)."""
    from docx.oxml import OxmlElement

    strong = (unicodedata.bidirectional(c) for c in text)
    if next((each for each in strong if each in ("L", "R", "AL")), "L") != "L":
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
        for run in paragraph.runs:
            run.font.rtl = True


def download(letter: Letter, kind: str, name: str) -> Response:
    """The file to keep. `name` is the council's or the ask's slug, never the visitor's words."""
    content, mimetype = (as_word(letter), WORD) if kind == "docx" else (as_text(letter), "text/plain")
    answer = Response(content, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=f"letter-{name}.{kind}")
    return answer
