"""Which body a slug stands for on a given day: a council, one to come, one that is gone, or a district.

Reorganisation takes effect by its date in the successions table; nobody has to edit anything on the day.
"""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.models import CodeChange, Council, District, Neighbour, Succession
from app.postcodes.areas import Areas
from app.postcodes.areas import Succession as AreaSuccession

CHILDRENS_SERVICES = "childrens_services"
SLUG = re.compile(r"[a-z0-9-]{1,64}")  # what is none is not asked for: PostgreSQL refuses some characters


@dataclass(frozen=True, slots=True)
class Current:
    """A body responsible today. `change` is what may replace it, `before` those it replaced."""

    council: Council
    change: Succession | None
    successors: tuple[Council, ...]
    before: tuple[Succession, ...]
    districts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Future:
    """A council decided on that does not exist yet; `before` are those responsible until then."""

    council: Council
    before: tuple[Council, ...]
    change: Succession


@dataclass(frozen=True, slots=True)
class Former:
    """A body that is gone: those that took over its children's services."""

    name: str
    slug: str
    change: Succession
    successors: tuple[Council, ...]


@dataclass(frozen=True, slots=True)
class NotResponsible:
    """A district: real, and somebody's council, but another body runs children's services there.

    `name` is the council's ("Guildford Borough Council") where we know it, `area` the place's ("Guildford").
    """

    name: str
    area: str
    slug: str
    councils: tuple[Council, ...]
    change: Succession | None


Body = Current | Future | Former | NotResponsible


def english_councils(session: Session, today: date, *among: ColumnElement[bool]) -> list[Council]:
    """Every English council responsible for children's services on a day (153 in 2026), by name.

    With conditions, only those among them.
    """
    slugs = select(Council.slug).where(Council.nation == "England", *among)
    gone = {
        change.old_slug
        for change in session.scalars(select(Succession).where(Succession.old_slug.in_(slugs)))
        if _has_happened(change, today) and change.old_slug not in _successors(change)
    }
    wanted = select(Council).where(Council.nation == "England", *among).order_by(Council.name)
    return [
        council
        for council in session.scalars(wanted)
        if council.slug not in gone and not _still_to_come(council, today)
    ]


def body_of(session: Session, slug: str, today: date) -> Body | None:
    """What a slug stands for on a day, or None if nothing ever had it."""
    if not SLUG.fullmatch(slug):
        return None
    council = session.get(Council, slug)
    change = session.get(Succession, slug)
    if change is not None and slug in _successors(change):
        change = None  # it replaced itself, as Cornwall County Council did: the slug lives on
    if council is not None and _still_to_come(council, today):
        return _future(session, council, today)
    if change is not None and _has_happened(change, today):
        return Former(change.old_name, slug, change, _now_responsible(session, _successors(change), today))
    if council is not None:
        return _current(session, council, change, today)
    district = session.scalar(select(District).where(District.slug == slug))
    if district is None:
        return None
    slugs = [district.council_slug, *filter(None, district.other_council_slugs.split(";"))]
    councils = _now_responsible(session, slugs, today)
    return NotResponsible(change.old_name if change else district.name, district.name, slug, councils, change)


def neighbours_of(session: Session, council: Council) -> list[Council]:
    """The bodies that share postcode sectors with a council, those that share most first."""
    shared = (
        select(Council)
        .join(Neighbour, Neighbour.neighbour_gss == Council.gss)
        .where(Neighbour.gss == council.gss)
        .order_by(Neighbour.postcodes.desc(), Council.slug)
    )
    return list(session.scalars(shared))


def read_areas(session: Session) -> Areas:
    """The tables that lead from area codes to slugs, for the finder."""
    councils = {gss: slug for gss, slug in session.execute(select(Council.gss, Council.slug)) if gss}
    districts = {
        row.gss: row.council_slug for row in session.scalars(select(District)) if row.nation == "England"
    }
    county_of = {row.slug: row.council_slug for row in session.scalars(select(District))}
    changes = session.execute(select(CodeChange.old_gss, CodeChange.new_gss))
    successions = [
        AreaSuccession(row.old_gss, _to_councils(row, county_of), row.effective_date)
        for row in session.scalars(select(Succession).where(Succession.status != "under_consideration"))
    ]
    return Areas.of(councils, districts, [(old, new) for old, new in changes], successions)


def _to_councils(change: Succession, county_of: dict[str, str]) -> tuple[str, ...]:
    """The successors' slugs, a county for each that is itself a district."""
    return tuple(dict.fromkeys(county_of.get(slug, slug) for slug in _successors(change)))


def _has_happened(change: Succession, today: date) -> bool:
    """Whether a replacement has taken effect. One under consideration never does by itself."""
    return change.status != "under_consideration" and change.effective_date <= today


def _successors(change: Succession) -> list[str]:
    return [slug for slug in change.successor_slugs.split(";") if slug]


def _still_to_come(council: Council, today: date) -> bool:
    return council.start_date is not None and council.start_date > today


def _councils(session: Session, slugs: list[str]) -> tuple[Council, ...]:
    found = (session.get(Council, slug) for slug in slugs)
    return tuple(council for council in found if council is not None)


def _predecessors(session: Session, slug: str) -> list[Succession]:
    """Those whose children's services a council takes or took over, and that are gone with it."""
    wanted = select(Succession).where(Succession.tier == CHILDRENS_SERVICES).order_by(Succession.position)
    return [
        each
        for each in session.scalars(wanted)
        if slug in _successors(each) and each.old_slug not in _successors(each)
    ]


def _future(session: Session, council: Council, today: date) -> Future:
    changes = [each for each in _predecessors(session, council.slug) if not _has_happened(each, today)]
    return Future(council, _councils(session, [each.old_slug for each in changes]), changes[0])


def _current(session: Session, council: Council, change: Succession | None, today: date) -> Current:
    successors = _councils(session, _successors(change)) if change else ()
    before = [each for each in _predecessors(session, council.slug) if _has_happened(each, today)]
    names = session.scalars(
        select(District.name).where(District.council_slug == council.slug).order_by(District.name)
    )
    return Current(
        council, change, successors, tuple(before), tuple(names) if council.type == "county" else ()
    )


def _now_responsible(session: Session, slugs: list[str], today: date) -> tuple[Council, ...]:
    """The councils that run children's services today where these bodies do or did."""
    found: dict[str, Council] = {}
    for slug in slugs:
        match body_of(session, slug, today):
            case Current(council=council) | Future(council=council):
                found[council.slug] = council
            case Former(successors=councils) | NotResponsible(councils=councils):
                found.update((council.slug, council) for council in councils)
    return tuple(found.values())
