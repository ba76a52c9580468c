"""The list of councils and each council's page, for people and as data."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField, StringField

from app import database
from app.models import AdviceLine, Council, District
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
from app.web.find import FindForm, edition_month

blueprint = Blueprint("councils", __name__, url_prefix="/councils")

OTHER_NATIONS = ("Wales", "Scotland", "Northern Ireland")


class FilterForm(FlaskForm):
    """Which councils to list. Sent by GET, so that a list can be linked to."""

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
    counties = _counties_by_district(name)
    regions = sorted({record.council.region for record in records})
    form.region.choices = [("", "All of England"), *((each, each) for each in (*regions, *OTHER_NATIONS))]
    form.band.choices = [("", "All results"), *((band.slug, band.value) for band in Band)]
    return render_template(
        "councils/every.html",
        form=form,
        find_form=FindForm(formdata=None),
        records=[record for record in records if _matches(record, name, counties, form)],
        others=_other_bodies(name, form),
        total=len(records),
    )


def _matches(record: Record, name: str, counties: set[str], form: FilterForm) -> bool:
    council = record.council
    return (
        (council.slug in counties or _named(name, council.name, council.official_name))
        and form.region.data in (None, "", council.region)
        and form.band.data in (None, "", record.rating.band.slug)
    )


def _named(name: str, *names: str) -> bool:
    return any(name.casefold() in each.casefold() for each in names)


def _counties_by_district(name: str) -> set[str]:
    """The counties with a district of this name: many people know only their district."""
    if not name:
        return set()
    districts = database.session().scalars(select(District).where(District.nation == "England"))
    return {district.council_slug for district in districts if _named(name, district.name)}


def _other_bodies(name: str, form: FilterForm) -> list[Council]:
    """Bodies of the other nations, when one of these is asked for or a name is looked for."""
    if form.band.data or not (name or form.region.data in OTHER_NATIONS):
        return []
    wanted = select(Council).where(Council.nation != "England").order_by(Council.name)
    if form.region.data:
        wanted = wanted.where(Council.region == form.region.data)
    return [
        each for each in database.session().scalars(wanted) if _named(name, each.name, each.official_name)
    ]


@blueprint.get("/<slug>")
def page(slug: str) -> ResponseReturnValue:
    body = _body_or_404(slug)
    match body:
        case Current(council=council) if council.nation == "England":
            return _english_page(body)
        case Current(council=council):
            return render_template(
                "councils/nation.html", council=council, advice=_advice(council.nation), **_border(council)
            )
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
    body = _body_or_404(slug)
    match body:
        case Current(council=council):
            return record_as_data(_record(council), body)
        case Former(successors=(successor,)):
            return redirect(url_for("councils.as_data", slug=successor.slug), 301)
        case _:
            return body_as_data(body)


def _body_or_404(slug: str) -> Body:
    return body_of(database.session(), slug, today()) or abort(404)


def _record(council: Council) -> Record:
    return read_records(database.session(), [council], today())[0]


def _english_page(body: Current) -> str:
    session = database.session()
    inherited = [session.get(Council, change.old_slug) for change in body.before]
    return render_template(
        "councils/council.html",
        record=_record(body.council),
        body=body,
        inherited=read_records(session, [each for each in inherited if each], today()),
        advice=_advice("England"),
        **_border(body.council),
    )


def _border(council: Council) -> dict[str, Any]:
    """For "Not your council?": who else is near, and how old the list of postcodes is."""
    return {"neighbours": neighbours_of(database.session(), council), "edition": edition_month()}


def _advice(nation: str) -> list[AdviceLine]:
    lines = database.session().scalars(select(AdviceLine).order_by(AdviceLine.position))
    return [line for line in lines if nation in line.nations.split(";")]
