"""From a `Postcode` to the council responsible: asks the sources, keeps recent answers in memory only."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Protocol

from cachetools import TTLCache

from app.postcodes.answer import Cause, Found, Located, NotFound, SourceFailed, Unavailable, Unknown
from app.postcodes.areas import Areas
from app.postcodes.postcode import Elsewhere, Postcode

REMEMBERED = 10_000  # answers, some 2 MB
REMEMBERED_FOR = 3600.0  # seconds

Outcome = Found | NotFound | Elsewhere | Unavailable


class Source(Protocol):
    """Where postcodes are looked up. Raises `SourceFailed` when it cannot say."""

    def look_up(self, postcode: Postcode) -> Located | Unknown: ...


class Finder:
    """Asks a source, remembers its answers for an hour, and names the council responsible.

    What is remembered are area codes, not councils: so an answer stays right on the day a council is
    replaced. `areas` is asked for at every call, because the tables may be loaded anew at any time.
    """

    def __init__(self, source: Source, areas: Callable[[], Areas]) -> None:
        self._source = source
        self._areas = areas
        self._remembered: TTLCache[str, Located | Unknown] = TTLCache(REMEMBERED, REMEMBERED_FOR)
        self._lock = threading.Lock()
        self.last_failure: Cause | None = None

    def find(self, postcode: Postcode, on: date) -> Outcome:
        """Which body is responsible on a day for where this postcode is."""
        try:
            answer = self._look_up(postcode)
            return self._meaning(answer, on)
        except SourceFailed as failure:
            if failure.cause is Cause.NO_CODES:
                return NotFound(exists=True)
            return Unavailable(failure.cause)

    def _look_up(self, postcode: Postcode) -> Located | Unknown:
        with self._lock:
            remembered = self._remembered.get(postcode.compact)
        if remembered is not None:
            return remembered
        try:
            answer = self._source.look_up(postcode)
        except SourceFailed as failure:
            if failure.cause is not Cause.NO_CODES:
                self.last_failure = failure.cause
            raise
        self.last_failure = None
        with self._lock:
            self._remembered[postcode.compact] = answer
        return answer

    def _meaning(self, answer: Located | Unknown, on: date) -> Outcome:
        if isinstance(answer, Unknown):
            return NotFound(retired=answer.retired is not None)
        if answer.codes[0].startswith("N"):
            return Elsewhere("northern-ireland")
        slugs = self._areas().responsible(answer.codes, on)
        if not slugs:
            raise SourceFailed(Cause.UNKNOWN_CODE)
        return Found(slugs, retired=answer.retired is not None)
