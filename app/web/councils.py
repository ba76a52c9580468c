"""The list of councils and each council's page, for people and as data."""

import re
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import database
from app.models import Council
from app.records.advice import advice_lines
from app.records.bodies import (
    Body,
    Current,
    Former,
    Future,
    NotResponsible,
    body_of,
    neighbours_of,
)
from app.records.comparison import suggestions
from app.records.picture import audits, picture_of
from app.records.record import Record, read_records
from app.web.as_data import body_as_data, record_as_data
from app.web.clock import today
from app.web.find import FindForm
from app.web.listing import FilterForm, list_councils
from app.web.sources import edition_month

blueprint = Blueprint("councils", __name__, url_prefix="/councils")


@blueprint.get("")
def every() -> ResponseReturnValue:
    form = FilterForm(request.args)
    if form.holds_postcode:
        # It must not stay in the address bar.
        return redirect(url_for("councils.every", typed="postcode"), 303)
    listing = list_councils(database.session(), form, today())
    return render_template(
        "councils/every.html",
        form=form,
        find_form=FindForm(formdata=None),
        records=listing.matching,
        others=listing.others,
        total=len(listing.every),
        districts=listing.districts,
        picture=picture_of(listing.every),
        audits=audits(database.session()),
    )


@blueprint.get("/<slug>")
def page(slug: str) -> ResponseReturnValue:
    body = body_or_404(slug)
    match body:
        case Current(council=council) if council.nation == "England":
            return _english_page(body)
        case Current(council=council):
            advice = advice_lines(database.session(), council.nation)
            border = _border(council)
            return render_template("councils/nation.html", council=council, advice=advice, **border)
        case Future():
            return render_template("councils/future.html", body=body)
        case Former(successors=(successor,)):
            return redirect(url_for("councils.page", slug=successor.slug), 301)
        case Former():
            old = database.session().get(Council, slug)
            record = _record(old) if old else None
            return render_template("councils/former.html", body=body, record=record)
        case NotResponsible():
            return render_template("councils/district.html", body=body)


@blueprint.get("/<slug>.json")
def as_data(slug: str) -> ResponseReturnValue:
    body = body_or_404(slug)
    match body:
        case Current(council=council):
            return record_as_data(_record(council), body)
        case Former(successors=(successor,)):
            return redirect(url_for("councils.as_data", slug=successor.slug), 301)
        case _:
            return body_as_data(body)


def english_record(slug: str) -> Record | Council:
    """The record of an English council responsible today, or the council to go to instead.

    Answers 404 for all other bodies: nothing is scored there, so there is nothing to print or to send.
    """
    match body_or_404(slug):
        case Current(council=council) if council.nation == "England":
            return _record(council)
        case Former(successors=(successor,)):
            return successor
        case _:
            return abort(404)


def body_or_404(slug: str) -> Body:
    if not re.fullmatch("[a-z0-9-]{1,64}", slug):
        abort(404)
    return body_of(database.session(), slug, today()) or abort(404)


def _record(council: Council) -> Record:
    return read_records(database.session(), [council], today())[0]


def _english_page(body: Current) -> str:
    session = database.session()
    inherited = [session.get(Council, change.old_slug) for change in body.before]
    record, border = _record(body.council), _border(body.council)
    return render_template(
        "councils/council.html",
        record=record,
        late=body.change is not None and body.change.effective_date <= today(),
        body=body,
        inherited=read_records(session, [each for each in inherited if each], today()),
        advice=advice_lines(session, "England"),
        compare=suggestions(session, body.council, border["neighbours"], today()),
        **border,
    )


def _border(council: Council) -> dict[str, Any]:
    """For "Not your council?": who else is near, and how old the list of postcodes is."""
    return {"neighbours": neighbours_of(database.session(), council), "edition": edition_month()}
