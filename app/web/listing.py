"""Which councils a list shows: those that match a name, a region and a result. For the page and its file."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField

from app.models import Council, District
from app.records.bodies import Former, NotResponsible, body_of
from app.records.rating import Band
from app.records.record import Record, english_records

OTHER_NATIONS = ("Wales", "Scotland", "Northern Ireland")


class FilterForm(FlaskForm):
    """Which councils to list. Sent by GET, so that a list can be linked to."""

    class Meta:
        csrf = False

    name = StringField()
    region = SelectField(validate_choice=False)
    band = SelectField(validate_choice=False)

    @property
    def wanted_name(self) -> str:
        return (self.name.data or "").strip()

    @property
    def holds_postcode(self) -> bool:
        """Whether a postcode was typed as a name: no council has a digit in its name."""
        return any(c.isdigit() for c in self.wanted_name)


@dataclass(frozen=True, slots=True)
class Listing:
    """The councils that match, out of `every` English one, and bodies of other nations if asked for.

    `districts` are those that the name matched, by the slug of who is responsible.
    """

    every: list[Record]
    matching: list[Record]
    others: list[Council]
    districts: dict[str, list[str]]


def list_councils(session: Session, form: FilterForm, today: date) -> Listing:
    """Read what the form asks for, and give its fields their choices."""
    records = english_records(session, today)
    districts = _districts_named(session, form.wanted_name, today)
    regions = sorted({record.council.region for record in records})
    form.region.choices = [("", "All of England"), *((each, each) for each in (*regions, *OTHER_NATIONS))]
    form.band.choices = [("", "All results"), *((band.slug, band.value) for band in Band)]
    matching = [record for record in records if _matches(record, form, districts)]
    return Listing(records, matching, _other_bodies(session, form), districts)


def _matches(record: Record, form: FilterForm, districts: Container[str]) -> bool:
    council = record.council
    return (
        (council.slug in districts or _named(form.wanted_name, council.name, council.official_name))
        and form.region.data in (None, "", council.region)
        and form.band.data in (None, "", record.rating.band.slug)
    )


def _named(name: str, *names: str) -> bool:
    return any(name.casefold() in each.casefold() for each in names)


def _districts_named(session: Session, name: str, today: date) -> dict[str, list[str]]:
    """The districts of this name by the slug of who is responsible: many people know only their district."""
    found: dict[str, list[str]] = {}
    districts = session.scalars(select(District).where(District.nation == "England")) if name else ()
    for district in districts:
        if _named(name, district.name):
            match body_of(session, district.slug, today):
                case NotResponsible(councils=councils) | Former(successors=councils):
                    for council in councils:
                        found.setdefault(council.slug, []).append(district.name)
    return found


def _other_bodies(session: Session, form: FilterForm) -> list[Council]:
    """Bodies of the other nations, when one of these is asked for or a name is looked for."""
    name = form.wanted_name
    if form.band.data or not (name or form.region.data in OTHER_NATIONS):
        return []
    wanted = select(Council).where(Council.nation != "England").order_by(Council.name)
    return [
        each
        for each in session.scalars(wanted)
        if form.region.data in (None, "", each.region) and _named(name, each.name, each.official_name)
    ]
