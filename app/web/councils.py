"""The list of councils and each council's page, for people and as data."""

import re
from collections.abc import Container
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField, StringField

from app import database
from app.models import Council, District
from app.records.advice import advice_lines
from app.records.bodies import (
    Body,
    Current,
    Former,
    Future,
    NotResponsible,
    body_of,
    english_councils,
    neighbours_of,
)
from app.records.rating import Band
from app.records.record import Record, read_records
from app.web.as_data import body_as_data, record_as_data
from app.web.clock import today
from app.web.find import FindForm
from app.web.sources import edition_month

blueprint = Blueprint("councils", __name__, url_prefix="/councils")

OTHER_NATIONS = ("Wales", "Scotland", "Northern Ireland")


class FilterForm(FlaskForm):
    """Which councils to list. Sent by GET, so that a list can be linked to."""

    class Meta:
        csrf = False

    name = StringField()
    region = SelectField(validate_choice=False)
    band = SelectField(validate_choice=False)


@blueprint.get("")
def every() -> ResponseReturnValue:
    form = FilterForm(request.args)
    name = (form.name.data or "").strip()
    if any(c.isdigit() for c in name):
        # No council has a digit in its name: this is a postcode, and must not stay in the address bar.
        return redirect(url_for("councils.every", typed="postcode"), 303)
    session = database.session()
    records = read_records(session, english_councils(session, today()), today())
    districts = _districts_named(name)
    regions = sorted({record.council.region for record in records})
    form.region.choices = [("", "All of England"), *((each, each) for each in (*regions, *OTHER_NATIONS))]
    form.band.choices = [("", "All results"), *((band.slug, band.value) for band in Band)]
    return render_template(
        "councils/every.html",
        form=form,
        find_form=FindForm(formdata=None),
        records=[record for record in records if _matches(record, name, form, districts)],
        others=_other_bodies(name, form),
        total=len(records),
        districts=districts,
    )


def _matches(record: Record, name: str, form: FilterForm, districts: Container[str]) -> bool:
    council = record.council
    return (
        (council.slug in districts or _named(name, council.name, council.official_name))
        and form.region.data in (None, "", council.region)
        and form.band.data in (None, "", record.rating.band.slug)
    )


def _named(name: str, *names: str) -> bool:
    return any(name.casefold() in each.casefold() for each in names)


def _districts_named(name: str) -> dict[str, list[str]]:
    """The districts of this name by the slug of who is responsible: many people know only their district."""
    found: dict[str, list[str]] = {}
    session = database.session()
    districts = session.scalars(select(District).where(District.nation == "England")) if name else ()
    for district in districts:
        if _named(name, district.name):
            match body_of(session, district.slug, today()):
                case NotResponsible(councils=councils) | Former(successors=councils):
                    for council in councils:
                        found.setdefault(council.slug, []).append(district.name)
    return found


def _other_bodies(name: str, form: FilterForm) -> list[Council]:
    """Bodies of the other nations, when one of these is asked for or a name is looked for."""
    if form.band.data or not (name or form.region.data in OTHER_NATIONS):
        return []
    wanted = select(Council).where(Council.nation != "England").order_by(Council.name)
    return [
        each
        for each in database.session().scalars(wanted)
        if form.region.data in (None, "", each.region) and _named(name, each.name, each.official_name)
    ]


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


def body_or_404(slug: str) -> Body:
    if not re.fullmatch("[a-z0-9-]{1,64}", slug):
        abort(404)
    return body_of(database.session(), slug, today()) or abort(404)


def _record(council: Council) -> Record:
    return read_records(database.session(), [council], today())[0]


def _english_page(body: Current) -> str:
    session = database.session()
    inherited = [session.get(Council, change.old_slug) for change in body.before]
    record = _record(body.council)
    return render_template(
        "councils/council.html",
        record=record,
        old_since=record.oldest_answer(today()),
        late=body.change is not None and body.change.effective_date <= today(),
        body=body,
        inherited=read_records(session, [each for each in inherited if each], today()),
        advice=advice_lines(session, "England"),
        **_border(body.council),
    )


def _border(council: Council) -> dict[str, Any]:
    """For "Not your council?": who else is near, and how old the list of postcodes is."""
    return {"neighbours": neighbours_of(database.session(), council), "edition": edition_month()}
