"""Councils side by side: which may be compared, and which are worth comparing with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from app.models import Council
from app.records.bodies import (
    Current,
    Former,
    Future,
    NotResponsible,
    body_of,
    english_councils,
)
from app.records.record import Record

FEWEST, MOST = 2, 4  # councils at a time: four columns are what a screen holds
SUGGESTED = MOST - 1


@dataclass(frozen=True, slots=True)
class Chosen:
    """What came of the names asked for: the English councils meant, each once, in the order asked.

    `abroad` are bodies of other nations; `changed` are those that several others replaced, or that have not
    begun; `unknown` counts the rest.
    """

    councils: tuple[Council, ...]
    abroad: tuple[str, ...]
    changed: tuple[str, ...]
    unknown: int


def choose(session: Session, slugs: Iterable[str], today: date) -> Chosen:
    """Read slugs. A district stands for its county, a former council for its successor if it has just one."""
    chosen: dict[str, Council] = {}
    abroad, changed, unknown = [], [], 0
    for slug in slugs:
        match body_of(session, slug, today):
            case Current(council=council) if council.nation != "England":
                abroad.append(council.name)
            case (
                Current(council=council) | Former(successors=(council,)) | NotResponsible(councils=(council,))
            ) if council.nation == "England":
                chosen[council.slug] = council
            case Former(name=name) | NotResponsible(name=name) | Future(council=Council(name=name)):
                changed.append(name)
            case _:
                unknown += 1
    return Chosen(tuple(chosen.values()), tuple(abroad), tuple(changed), unknown)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """With whom a council's page offers to compare it: its neighbours, and others of its type and region."""

    neighbours: tuple[Council, ...]
    kin: tuple[Council, ...]


def suggestions(
    session: Session, council: Council, neighbours: Sequence[Council], today: date
) -> Suggestions:
    """At most three of each, nobody twice. `neighbours` are those of any nation and day.

    Kin are those next in the alphabet, going round, so that every council is named by some other, and none
    for how it scores.
    """
    beside = Council.slug.in_([each.slug for each in neighbours])
    of_its_kind = and_(Council.type == council.type, Council.region == council.region)
    english = english_councils(session, today, or_(beside, of_its_kind))
    near = [each for each in neighbours if each in english][:SUGGESTED]
    alike = [each for each in english if (each.type, each.region) == (council.type, council.region)]
    after = [each for each in alike if each.name > council.name]
    before = [each for each in alike if each.name < council.name]
    kin = [each for each in (*after, *before) if each not in near][:SUGGESTED]
    return Suggestions(tuple(near), tuple(kin))


def not_seen(records: Sequence[Record]) -> int:
    """How many answers of these councils nobody has seen yet."""
    return sum(record.rating.count(None) for record in records)
