"""Which body is responsible for children's services in an area, on a given day.

In a two-tier area that is the county, never the district. Codes change and councils are replaced: a former
code leads to today's council, and a planned change takes effect on its day without anybody editing a table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Succession:
    """One body's replacement by others on a day. `old_code` is its ONS code."""

    old_code: str
    successors: tuple[str, ...]
    date: date


@dataclass(frozen=True, slots=True)
class Areas:
    """The tables that lead from an ONS area code to slugs.

    councils: code → slug of the body that has it. districts: code of a district → slug of its county.
    former: former code → the codes that replaced it. successions: those in force or planned.
    """

    councils: Mapping[str, str]
    districts: Mapping[str, str]
    former: Mapping[str, tuple[str, ...]]
    successions: Mapping[str, Succession]

    @classmethod
    def of(
        cls,
        councils: Mapping[str, str],
        districts: Mapping[str, str],
        changes: Iterable[tuple[str, str]],
        successions: Iterable[Succession],
    ) -> "Areas":
        """Build from rows; `changes` are pairs of old and new code, several where an area was split."""
        former: dict[str, tuple[str, ...]] = {}
        for old, new in changes:
            former[old] = (*former.get(old, ()), new)
        return cls(councils, districts, former, {each.old_code: each for each in successions})

    def responsible(self, codes: tuple[str, ...], on: date) -> tuple[str, ...]:
        """The slugs responsible on a day for a place in all of these areas, smallest area first.

        Usually one. Several when an old code covers what is now more than one council; none when no code
        is known. The county decides, and its district tells which part where the county has been divided.
        """
        part, whole = self._bodies(codes[0], on), self._bodies(codes[-1], on)
        return tuple(slug for slug in part if slug in whole) or whole or part

    def _bodies(self, code: str, on: date) -> tuple[str, ...]:
        succession = self.successions.get(code)
        if succession is not None and succession.date <= on:
            return succession.successors
        if code in self.councils:
            return (self.councils[code],)
        if code in self.districts:
            return (self.districts[code],)
        found: dict[str, None] = {}
        for newer in self.former.get(code, ()):
            found.update(dict.fromkeys(self._bodies(newer, on)))
        return tuple(found)
