"""From a postcode to a council: meaning, memory and failure."""

from datetime import date

import pytest

from app.postcodes import finder as finder_module
from app.postcodes.answer import (
    Cause,
    Found,
    Located,
    NotFound,
    Retirement,
    SourceFailed,
    Unavailable,
    Unknown,
)
from app.postcodes.areas import Areas
from app.postcodes.finder import Finder
from app.postcodes.postcode import Elsewhere, Postcode

TODAY = date(2026, 11, 21)
AREAS = Areas.of({"E06000901": "felpersham"}, {}, [], [])
POSTCODE = Postcode("BO1", "2AA")


class Source:
    """Answers with what it is given, and counts."""

    def __init__(self, answer: Located | Unknown | Cause) -> None:
        self.answer = answer
        self.asked = 0

    def look_up(self, _postcode: Postcode) -> Located | Unknown:
        self.asked += 1
        if isinstance(self.answer, Cause):
            raise SourceFailed(self.answer)
        return self.answer


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Located(("E06000901",)), Found(("felpersham",))),
        (Located(("E06000901",), Retirement(1996, 6)), Found(("felpersham",), retired=True)),
        (Located(("N09000003",)), Elsewhere("northern-ireland")),
        (Located(("E06009999",)), Unavailable(Cause.UNKNOWN_CODE)),
        (Unknown(), NotFound()),
        (Unknown(Retirement(1996, 6)), NotFound(retired=True)),
        (Cause.NO_CODES, NotFound(exists=True)),
        (Cause.TIMEOUT, Unavailable(Cause.TIMEOUT)),
    ],
)
def test_what_an_answer_means(answer: Located | Unknown | Cause, outcome: object) -> None:
    assert Finder(Source(answer), lambda: AREAS).find(POSTCODE, TODAY) == outcome


def test_an_answer_is_remembered_and_a_failure_is_not() -> None:
    source = Source(Cause.TIMEOUT)
    finder = Finder(source, lambda: AREAS)
    finder.find(POSTCODE, TODAY)
    assert finder.last_failure is Cause.TIMEOUT
    source.answer = Located(("E06000901",))
    assert finder.find(POSTCODE, TODAY) == finder.find(POSTCODE, TODAY) == Found(("felpersham",))
    assert source.asked == 2
    assert finder.last_failure is None


def test_memory_is_bounded_and_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder_module, "REMEMBERED", 2)
    monkeypatch.setattr(finder_module, "REMEMBERED_FOR", 0.0)
    source = Source(Unknown())
    finder = Finder(source, lambda: AREAS)
    for inward in ("1AA", "2AA", "3AA"):
        finder.find(Postcode("BO1", inward), TODAY)
        finder.find(Postcode("BO1", inward), TODAY)
    assert source.asked == 6
    monkeypatch.setattr(finder_module, "REMEMBERED_FOR", 60.0)
    finder = Finder(source, lambda: AREAS)
    for inward in ("1AA", "2AA", "3AA", "1AA"):
        finder.find(Postcode("BO1", inward), TODAY)
    assert source.asked == 10
