"""Two to four councils side by side, never in an order of merit."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField

from app import database
from app.records.bodies import english_councils
from app.records.comparison import FEWEST, MOST, Chosen, choose, not_seen
from app.records.criteria import criteria
from app.records.record import Record, read_records
from app.web.as_csv import csv_file
from app.web.clock import today
from app.web.site import full_address
from app.web.wording import ANSWER_WORDS, listed

blueprint = Blueprint("compare", __name__)

LONGEST = 8  # names read from one address; more than that nobody typed in good faith
COLUMNS = (
    "slug", "name", "standing", "band", "documents", "criterion", "question", "answer", "note", "source_url",
    "checked_on", "seen_as", "page",
)  # fmt: skip


class CompareForm(FlaskForm):
    """Which councils to compare. Sent by GET, so that a comparison can be linked to."""

    class Meta:
        csrf = False

    councils = SelectMultipleField(name="with", validate_choice=False)

    @property
    def slugs(self) -> list[str]:
        """The names asked for: one field with commas in a link, a field each from the form."""
        asked = chain.from_iterable(value.split(",") for value in self.councils.data or ())
        return list(dict.fromkeys(filter(None, (each.strip().lower() for each in asked))))[:LONGEST]


@blueprint.get("/compare")
def compare() -> ResponseReturnValue:
    chosen = _chosen()
    sentences = faults(chosen)
    if sentences or len(chosen.councils) < FEWEST:
        return _ask(chosen, sentences)
    query = ",".join(council.slug for council in chosen.councils)
    if list(request.args.items(multi=True)) != [("with", query)]:
        # One address for each comparison, made of our own slugs: nothing else that was typed stays in it.
        return redirect(f"{url_for('.compare')}?with={query}", 303)
    records = _records(chosen)
    return render_template(
        "compare/compare.html",
        records=records,
        chosen=list(chosen.councils),
        criteria=criteria(),
        not_seen=not_seen(records),
        councils=english_councils(database.session(), today()),
        query=query,
    )


@blueprint.get("/compare.csv")
def as_csv() -> ResponseReturnValue:
    """A row for each council and question, with its evidence."""
    chosen = _chosen()
    sentences = faults(chosen)
    if sentences or len(chosen.councils) < FEWEST:
        return _ask(chosen, sentences or ["Choose two councils or more."])
    return csv_file("compare", COLUMNS, chain.from_iterable(map(_rows, _records(chosen))))


def faults(chosen: Chosen) -> list[str]:
    """What is wrong with a choice, in sentences for whoever made it. They name councils of ours only."""
    sentences = []
    if chosen.unknown:
        sentences.append("We do not know one of the councils in that link. Choose it from the lists.")
    if chosen.abroad:
        sentences.append(f"We only check councils in England, so we left out {listed(chosen.abroad)}.")
    if chosen.changed:
        sentences.append(
            f"We left out {listed(chosen.changed)}: not a council of today. Choose the one that is."
        )
    if len(chosen.councils) > MOST:
        sentences.append("You can compare four councils at most. We kept the first four.")
    return sentences


def _chosen() -> Chosen:
    return choose(database.session(), CompareForm(request.args).slugs, today())


def _records(chosen: Chosen) -> list[Record]:
    return read_records(database.session(), list(chosen.councils), today())


def _ask(chosen: Chosen, sentences: list[str]) -> ResponseReturnValue:
    """The form, with the councils that we know kept. Nothing typed is repeated."""
    councils = english_councils(database.session(), today())
    kept = list(chosen.councils[:MOST])
    page = render_template("compare/choose.html", chosen=kept, councils=councils, sentences=sentences)
    return page, 422 if sentences else 200


def _rows(record: Record) -> Iterator[list[Any]]:
    council, standing = record.council, record.rating.standing
    for each in record.findings:
        yield [
            council.slug,
            council.name,
            standing.value,
            record.rating.band.value,
            len(record.documents),
            each.criterion.key,
            each.criterion.question,
            ANSWER_WORDS[each.answer].lower(),
            each.note,
            each.source_url,
            each.checked_on,
            each.seen_as,
            full_address("councils.page", slug=council.slug),
        ]
