"""From a `Postcode` to the council responsible: the sources in order, in time, with a memory.

The index is a few microseconds away, so it is read first in any case; the order says whose word counts.
"""

import logging
import threading
from collections.abc import Callable
from datetime import date
from time import monotonic

from cachetools import TTLCache

from app.postcodes.answer import (
    Cause,
    Certainty,
    Found,
    Located,
    NotFound,
    OneOf,
    Outcome,
    Place,
    SourceFailed,
    Unavailable,
    Unknown,
    Why,
)
from app.postcodes.api import PostcodesIO
from app.postcodes.areas import Areas
from app.postcodes.index import Index, IndexAnswer
from app.postcodes.postcode import Elsewhere, Postcode

log = logging.getLogger("kinship.postcodes")

REMEMBERED = 10_000  # answers of the API, some 2 MB
REMEMBERED_FOR = 3600.0  # seconds

NOTHING_LISTED = IndexAnswer("unknown", ())


class Finder:
    """Names the council responsible. Safe to share between threads.

    `api` or `index` may be None: then it is never asked. `index_first` says that a postcode which the index
    has is not sent to the API. `limit` is the time in seconds that all questions to the API may take
    together. `areas` is asked for at every call, because the tables may be loaded anew at any time.
    """

    def __init__(
        self,
        api: PostcodesIO | None,
        index: Index | None,
        areas: Callable[[], Areas],
        limit: float,
        index_first: bool = False,
    ) -> None:
        self.api = api
        self.index = index
        self._areas = areas
        self._limit = limit
        self.index_first = index_first
        self._remembered: TTLCache[str, Located | Unknown] = TTLCache(REMEMBERED, REMEMBERED_FOR)
        self._lock = threading.Lock()

    def find(self, postcode: Postcode, on: date) -> Outcome:
        """Which body is responsible on a day for where this postcode is."""
        listed = self._listed(postcode)
        if self._is_enough(listed):
            return self._by_index(postcode, listed, on, Cause.NO_SOURCE)
        deadline = monotonic() + self._limit
        try:
            told = self._ask(postcode, deadline)
            if isinstance(told, Located):
                return self._by_codes(told, on)
            return self._by_absence(postcode, told, listed, on, deadline)
        except SourceFailed as failure:
            return self._by_index(postcode, listed, on, failure.cause)

    def known_without_asking(self, postcode: Postcode, on: date) -> Outcome | None:
        """The same answer, if nobody else has to be asked for it; otherwise None."""
        listed = self._listed(postcode)
        return self._by_index(postcode, listed, on, Cause.NO_SOURCE) if self._is_enough(listed) else None

    def _listed(self, postcode: Postcode) -> IndexAnswer:
        return self.index.look_up(postcode) if self.index else NOTHING_LISTED

    def _is_enough(self, listed: IndexAnswer) -> bool:
        """Whether what the index says decides, without the API."""
        return self.api is None or (self.index_first and listed.certainty == "exact")

    def _ask(self, postcode: Postcode, deadline: float) -> Located | Unknown:
        """The API's answer, from memory if it is there. Area codes are kept, not councils: those change."""
        assert self.api is not None  # noqa: S101 - tells the type checker
        with self._lock:
            remembered = self._remembered.get(postcode.compact)
        if remembered is not None:
            return remembered
        answer = self.api.look_up(postcode, deadline)
        with self._lock:
            self._remembered[postcode.compact] = answer
        return answer

    def _by_codes(self, told: Located, on: date, retired: bool = False) -> Outcome:
        """What the API's codes mean. Raises `SourceFailed` if they are in none of our tables."""
        if told.codes[0].startswith("N"):
            return Elsewhere("northern-ireland")
        slugs = self._areas().responsible(told.codes, on)
        if not slugs:
            log.warning("the API gave area codes that are in none of our tables: %s", ", ".join(told.codes))
            raise SourceFailed(Cause.UNKNOWN_CODE)
        if len(slugs) > 1:
            return OneOf(slugs, Why.RETIRED if retired else Why.DIVIDED)
        return Found(slugs[0], retired=retired)

    def _by_absence(
        self, postcode: Postcode, told: Unknown, listed: IndexAnswer, on: date, deadline: float
    ) -> Outcome:
        """What it means that the API has no such live postcode: unless it is retired, the index decides."""
        if told.retired and listed.certainty == "unknown":
            return self._by_nearest(told.place, on, deadline) or self._not_found(postcode, retired=True)
        if listed.certainty == "exact" or told.retired:
            return self._by_list(postcode, listed, on, told.retired)
        return self._not_found(postcode, near=self._slugs(listed, on))

    def _by_nearest(self, place: Place | None, on: date, deadline: float) -> Outcome | None:
        """Where a retired postcode was, by the nearest live one; None if that cannot be found out."""
        if place is None or self.api is None:
            return None
        try:
            nearest = self.api.nearest(place, deadline)
            return self._by_codes(nearest, on, retired=True) if isinstance(nearest, Located) else None
        except SourceFailed:
            return None

    def _by_index(self, postcode: Postcode, listed: IndexAnswer, on: date, cause: Cause) -> Outcome:
        """What the index says alone, the API having failed for this cause or not being asked at all."""
        if cause is Cause.NO_CODES and listed.certainty == "unknown":
            return NotFound(exists=True)
        return self._by_list(postcode, listed, on) if self.index else Unavailable(cause)

    def _by_list(self, postcode: Postcode, listed: IndexAnswer, on: date, retired: bool = False) -> Outcome:
        slugs = self._slugs(listed, on)
        if not slugs:
            return self._not_found(postcode, retired)
        if len(slugs) > 1:
            gap = Why.GAP if listed.certainty == "shared" else Why.DIVIDED
            return OneOf(slugs, Why.RETIRED if retired else gap)
        return Found(slugs[0], Certainty.LIKELY if listed.certainty == "likely" else Certainty.EXACT, retired)

    def _slugs(self, listed: IndexAnswer, on: date) -> tuple[str, ...]:
        """The bodies responsible on a day for the authorities that the index names."""
        areas = self._areas() if listed.authorities else None
        found = (areas.responsible((code,), on) for code in listed.authorities) if areas else ()
        return tuple(dict.fromkeys(slug for slugs in found for slug in slugs))

    def _not_found(self, postcode: Postcode, retired: bool = False, near: tuple[str, ...] = ()) -> NotFound:
        suggestions = self.index.suggestions(postcode) if self.index else ()
        return NotFound(retired=retired, suggestions=suggestions, near=near)
