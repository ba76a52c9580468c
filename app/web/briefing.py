"""One printed A4 page to hand to a councillor: the finding, the gaps as questions, the duty, the sources."""

import segno
from flask import Blueprint, render_template
from markupsafe import Markup

from app.records.record import Finding, Record
from app.web.councils import english_record
from app.web.site import full_address

blueprint = Blueprint("briefing", __name__, url_prefix="/councils")

MOST_QUESTIONS = 6  # a councillor reads one page, and answers few questions
MOST_SOURCES = 4


@blueprint.get("/<slug>/briefing")
def page(slug: str) -> str:
    record = english_record(slug, "briefing.page")
    address = full_address("councils.page", slug=slug)
    return render_template(
        "briefing/page.html",
        record=record,
        questions=_questions(record),
        documents=record.documents[:MOST_SOURCES],
        address=address,
        qr=_qr(address),
    )


def _questions(record: Record) -> list[Finding]:
    """What the council leaves open, the sure gaps first. One place is for asking where the policy is."""
    places = MOST_QUESTIONS if record.rating.standing.published else MOST_QUESTIONS - 1
    return sorted(record.open_questions, key=lambda each: each.answer is None)[:places]


def _qr(address: str) -> Markup:
    """A QR code of an address as SVG, black on white in every colour scheme so that phones can read it."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=4, light="#fff", dark="#000", omitsize=True))  # noqa: S704
