"""The embedded postcode index: which authority looks after a postcode of Great Britain, with no network.

The authority of a postcode is its county council where there is one, else its district: the body that
provides children's services. Postcodes that Code-Point Open lists without any codes (1,044 in edition
2025.4.0, mostly PO boxes) have no authority, so here they do not exist: they are answered as gaps are,
from the rest of their sector, and never as exact.

    index = Index.open(Path("data/postcodes.index"))
    answer = index.look_up(read("LS1 1AZ"))     # IndexAnswer("exact", ("E08000035",))
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Literal

from app.postcodes.index_file import (
    SLOT_OF_INWARD,
    SLOTS_OF_OUTWARD,
    SLOTS_OF_SECTOR,
    Contents,
    IndexUnusable,
    decode,
)
from app.postcodes.postcode import Postcode
from app.postcodes.slips import one_slip_away

__all__ = ["Index", "IndexAnswer", "IndexUnusable"]

MOST_AUTHORITIES = 5  # more to pick from would not help; no sector of edition 2025.4.0 has more than four
MOST_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class IndexAnswer:
    """Who looks after a postcode (GSS codes), and how sure that is.

    exact    the postcode exists in this edition: one authority
    likely   it does not, but every postcode of its sector has this one authority
    shared   it does not, and its sector is shared by these two to five, most common first
    unknown  no postcode of its sector exists: no authorities
    """

    certainty: Literal["exact", "likely", "shared", "unknown"]
    authorities: tuple[str, ...]


UNKNOWN = IndexAnswer("unknown", ())


class Index:
    """One edition of Code-Point Open, opened once per worker and never changed (so threads may share it).

    `edition` ("2025.4.0"), `date` (OS's copyright date of that edition), `attribution`
    (the sentence the licence asks to show), `authorities` (every GSS code in it, sorted), and the counts
    `postcodes`, `sectors` and `shared_sectors`.
    """

    def __init__(self, contents: Contents) -> None:
        self.edition = contents.edition
        self.date = contents.date
        self.attribution = contents.attribution
        self.authorities = contents.authorities
        self.postcodes = contents.postcodes
        self.sectors = contents.sectors
        self.shared_sectors = contents.shared_sectors
        self._first_slot = {
            outward: order * SLOTS_OF_OUTWARD for order, outward in enumerate(contents.outwards)
        }
        self._run_starts = contents.run_starts
        self._run_authorities = contents.run_authorities
        self._existing = contents.existing
        self._exact = tuple(IndexAnswer("exact", (authority,)) for authority in contents.authorities)

    @classmethod
    def open(cls, path: Path) -> "Index":
        """The index in the file at `path`. Raises `IndexUnusable` unless it is whole and unaltered."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise IndexUnusable(
                f"The postcode index {path.name} cannot be read: {error.strerror}."
            ) from error
        return cls(decode(data))

    def look_up(self, postcode: Postcode) -> IndexAnswer:
        """Who looks after `postcode`, in about a microsecond (a gap takes longer)."""
        slot = self._slot(postcode)
        if slot is None:
            return UNKNOWN
        if self._exists(slot):
            return self._exact[self._run_authorities[bisect_right(self._run_starts, slot) - 1]]
        authorities = self._authorities_around(slot)[:MOST_AUTHORITIES]
        if not authorities:
            return UNKNOWN
        return IndexAnswer("likely" if len(authorities) == 1 else "shared", authorities)

    def suggestions(self, postcode: Postcode) -> tuple[Postcode, ...]:
        """Up to five existing postcodes one likely slip away from `postcode`, likeliest first."""
        existing = (meant for meant in dict.fromkeys(one_slip_away(postcode)) if self._has(meant))
        return tuple(islice(existing, MOST_SUGGESTIONS))

    def _slot(self, postcode: Postcode) -> int | None:
        first = self._first_slot.get(postcode.outward)
        within = SLOT_OF_INWARD.get(postcode.inward)
        return None if first is None or within is None else first + within

    def _exists(self, slot: int) -> int:
        return self._existing[slot >> 3] >> (slot & 7) & 1

    def _has(self, postcode: Postcode) -> bool:
        slot = self._slot(postcode)
        return slot is not None and bool(self._exists(slot))

    def _authorities_around(self, slot: int) -> tuple[str, ...]:
        """The authorities of the sector `slot` is in, most of its postcodes first, then by code."""
        first = slot - slot % SLOTS_OF_SECTOR
        end = first + SLOTS_OF_SECTOR
        existing = int.from_bytes(self._existing[first // 8 : end // 8], "little")
        low = bisect_right(self._run_starts, first) - 1
        high = bisect_left(self._run_starts, end)
        if high - low == 1 and existing:  # by far the most common, and four times faster than counting
            return (self.authorities[self._run_authorities[low]],)
        edges = [first, *self._run_starts[low + 1 : high], end]
        postcodes: Counter[str] = Counter()
        for number, (start, stop) in zip(self._run_authorities[low:high], pairwise(edges), strict=True):
            of_run = existing >> (start - first) & (1 << (stop - start)) - 1
            postcodes[self.authorities[number]] += of_run.bit_count()
        present = +postcodes  # a run may only pass through, its postcodes all in the sectors beside this one
        return tuple(sorted(present, key=lambda authority: (-present[authority], authority)))
