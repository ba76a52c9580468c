"""Postcodes and their authorities while an index is being built, laid out slot by slot."""

from array import array
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import permutations

from app.postcodes.index_file import SLOT_OF_INWARD, SLOTS_OF_OUTWARD, SLOTS_OF_SECTOR, Contents
from app.postcodes.postcode import Postcode

# The words of the Open Government Licence as OS asks for them, with the year of the edition.
ATTRIBUTION = (
    "Contains OS data © Crown copyright and database right {year}. "
    "Contains Royal Mail data © Royal Mail copyright and database right {year}. "
    "Contains National Statistics data © Crown copyright and database right {year}."
)


class Gazetteer:
    """Which authority looks after each postcode added so far. It takes 8 kB for every outward code."""

    def __init__(self) -> None:
        # For each outward code the number of its authority at each slot, 0 where no postcode exists.
        self._slots: dict[str, array[int]] = {}
        self._numbers: dict[str, int] = {}

    def add(self, postcode: Postcode, authority: str) -> None:
        """Put one postcode in; one that is there already gets the new authority."""
        slots = self._slots.get(postcode.outward)
        if slots is None:
            slots = self._slots[postcode.outward] = array("H", [0]) * SLOTS_OF_OUTWARD
        number = self._numbers.setdefault(authority, len(self._numbers) + 1)
        slots[SLOT_OF_INWARD[postcode.inward]] = number

    def contents(self, edition: str, on: date) -> Contents:
        """All that an index file of these postcodes holds, in whatever order they were added."""
        authorities = sorted(self._numbers)
        order = {self._numbers[authority]: place for place, authority in enumerate(authorities)}
        run_starts, run_authorities = array("I"), array("H")
        existing = bytearray(len(self._slots) * SLOTS_OF_OUTWARD // 8)
        postcodes = current = 0
        for slot, number in self._postcodes():
            postcodes += 1
            existing[slot >> 3] |= 1 << (slot & 7)
            if number != current:
                # The first run starts at the first slot of all, so that every slot is in a run.
                run_starts.append(slot if current else 0)
                run_authorities.append(order[number])
                current = number
        sectors = list(self._sectors())
        return Contents(
            edition=edition,
            date=on,
            attribution=ATTRIBUTION.format(year=on.year),
            postcodes=postcodes,
            sectors=len(sectors),
            shared_sectors=sum(len(sector) > 1 for sector in sectors),
            authorities=tuple(authorities),
            outwards=tuple(sorted(self._slots)),
            run_starts=run_starts,
            run_authorities=run_authorities,
            existing=bytes(existing),
        )

    def neighbours_csv(self) -> str:
        """Which authorities share a postcode sector: how many sectors, and how many postcodes are in those.

        Every postcode of a shared sector counts, whichever authority has it, so both ways round are equal.
        """
        sectors: Counter[tuple[str, str]] = Counter()
        postcodes: Counter[tuple[str, str]] = Counter()
        for sector in self._sectors():
            for pair in permutations(sector, 2):
                sectors[pair] += 1
                postcodes[pair] += sector.total()
        lines = [
            f"{gss},{other},{sectors[gss, other]},{postcodes[gss, other]}" for gss, other in sorted(sectors)
        ]
        return "\n".join(["gss,neighbour_gss,sectors,postcodes", *lines, ""])

    def _postcodes(self) -> Iterator[tuple[int, int]]:
        """The slot of every postcode and the number of its authority, in slot order."""
        for order, outward in enumerate(sorted(self._slots)):
            for within, number in enumerate(self._slots[outward]):
                if number:
                    yield order * SLOTS_OF_OUTWARD + within, number

    def _sectors(self) -> Iterator[Counter[str]]:
        """For every sector with a postcode, how many of its postcodes each authority has."""
        authorities = {number: authority for authority, number in self._numbers.items()}
        for slots in self._slots.values():
            for first in range(0, SLOTS_OF_OUTWARD, SLOTS_OF_SECTOR):
                counts = Counter(slots[first : first + SLOTS_OF_SECTOR])
                del counts[0]
                if counts:
                    yield Counter({authorities[number]: count for number, count in counts.items()})
