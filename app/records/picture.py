"""The national picture: how many councils have a policy, and how many are in each band, by region too."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Audit
from app.records.rating import Band
from app.records.record import Record


@dataclass(frozen=True, slots=True)
class Count:
    """Councils of one place. `published` have a policy of any kind, `own` one of their own.

    `bands` has every band, in the order of Band, those that nobody has too.
    """

    place: str
    councils: int
    published: int
    own: int
    bands: tuple[tuple[Band, int], ...]

    @property
    def not_yet(self) -> int:
        """Where none was found, or the search is not finished: never to be read as "has none"."""
        return self.councils - self.published


@dataclass(frozen=True, slots=True)
class Picture:
    """Counts over all English councils. `bands` has every band that occurs, in the order of Band.

    `regions` are in alphabetical order: an order by result would be a league table of unfinished answers.
    `example` is the record with the most to show: of a council's own policy, with the most yes answers.
    """

    bands: tuple[tuple[Band, int], ...]
    checked_on: date | None
    example: Record | None
    england: Count
    regions: tuple[Count, ...]


def picture_of(records: Iterable[Record]) -> Picture:
    """Count these records of English councils."""
    records = list(records)
    england = _count("England", records)
    regions = sorted({record.council.region for record in records})
    own = [record for record in records if record.rating.standing.own]
    return Picture(
        bands=tuple((band, count) for band, count in england.bands if count),
        checked_on=max((record.checked_on for record in records if record.checked_on), default=None),
        example=max(own, key=lambda record: record.rating.count("yes"), default=None),
        england=england,
        regions=tuple(
            _count(region, [record for record in records if record.council.region == region])
            for region in regions
        ),
    )


def _count(place: str, records: list[Record]) -> Count:
    bands = Counter(record.rating.band for record in records)
    standings = [record.rating.standing for record in records]
    return Count(
        place=place,
        councils=len(records),
        published=sum(standing.published for standing in standings),
        own=sum(standing.own for standing in standings),
        bands=tuple((band, bands[band]) for band in Band),
    )


def audits(session: Session) -> list[Audit]:
    """What national studies found, oldest first."""
    return list(session.scalars(select(Audit).order_by(Audit.position)))
