"""The national picture: how many councils are in each band."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.records.rating import Band
from app.records.record import Record


@dataclass(frozen=True, slots=True)
class Picture:
    """Counts over all English councils. `bands` has every band that occurs, in the order of Band.

    `example` is the record with the most to show: of a council's own policy, with the most yes answers.
    """

    councils: int
    published: int
    own: int
    bands: tuple[tuple[Band, int], ...]
    checked_on: date | None
    example: Record | None


def picture_of(records: Iterable[Record]) -> Picture:
    """Count. `published` are those with a policy of any kind; `own` those with one of the council's own."""
    records = list(records)
    bands = Counter(record.rating.band for record in records)
    own = [record for record in records if record.rating.standing.own]
    standings = [record.rating.standing for record in records]
    return Picture(
        councils=len(records),
        published=sum(standing.published for standing in standings),
        own=len(own),
        bands=tuple((band, bands[band]) for band in Band if bands[band]),
        checked_on=max((record.checked_on for record in records if record.checked_on), default=None),
        example=max(own, key=lambda record: record.rating.count("yes"), default=None),
    )
