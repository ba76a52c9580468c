"""The list of councils and each council's page, for people and as data."""

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
from app.web.headers import WITH_SCRIPT
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
            record = record_of(old) if old else None
            return render_template("councils/former.html", body=body, record=record)
        case NotResponsible():
            return render_template("councils/district.html", body=body)


@blueprint.get("/<slug>.json")
def as_data(slug: str) -> ResponseReturnValue:
    body = body_or_404(slug)
    match body:
        case Current(council=council):
            return record_as_data(record_of(council), body)
        case Former(successors=(successor,)):
            return redirect(url_for("councils.as_data", slug=successor.slug), 301)
        case _:
            return body_as_data(body)


def english_record(slug: str, endpoint: str) -> Record:
    """The record of an English council responsible today, or an error that leads elsewhere.

    301 to the successor's page of the same kind; 404 where nothing is scored, and so nothing to show.
    """
    council = english_council(slug) or abort(404)
    if council.slug != slug:
        abort(redirect(url_for(endpoint, slug=council.slug), 301))
    return record_of(council)


def english_council(slug: str) -> Council | None:
    """The English council responsible today that a slug stands for: itself, or its one successor."""
    match body_or_404(slug):
        case Current(council=council) | Former(successors=(council,)) if council.nation == "England":
            return council
    return None


def body_or_404(slug: str) -> Body:
    return body_of(database.session(), slug, today()) or abort(404)


def record_of(council: Council) -> Record:
    """What is known of a council today."""
    return read_records(database.session(), [council], today())[0]


def _english_page(body: Current) -> ResponseReturnValue:
    session = database.session()
    inherited = [session.get(Council, change.old_slug) for change in body.before]
    record, border = record_of(body.council), _border(body.council)
    page = render_template(
        "councils/council.html",
        record=record,
        late=body.change is not None and body.change.effective_date <= today(),
        body=body,
        inherited=read_records(session, [each for each in inherited if each], today()),
        advice=advice_lines(session, "England"),
        compare=suggestions(session, body.council, border["neighbours"], today()),
        **border,
    )
    return page, WITH_SCRIPT  # share.js, which it can do without


def _border(council: Council) -> dict[str, Any]:
    """For "Not your council?": who else is near, and how old the list of postcodes is."""
    return {"neighbours": neighbours_of(database.session(), council), "edition": edition_month()}
