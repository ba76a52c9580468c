"""From a postcode to a council: the sources in order, what their answers mean, memory and failure."""

from datetime import date
from time import monotonic
from typing import Any

import pytest

from app.postcodes import finder as finder_module
from app.postcodes.answer import (
    Cause,
    Certainty,
    Found,
    Located,
    NotFound,
    OneOf,
    Place,
    SourceFailed,
    Unavailable,
    Unknown,
    Why,
)
from app.postcodes.areas import Areas
from app.postcodes.finder import Finder
from app.postcodes.index import Index, IndexAnswer
from app.postcodes.postcode import Elsewhere, Postcode

TODAY = date(2026, 11, 21)
AREAS = Areas.of({"E06000901": "felpersham", "E06000902": "ambridge"}, {}, [], [])
POSTCODE = Postcode("BO1", "2AA")
NEARBY = Postcode("BO1", "2AB")
FELPERSHAM = Located(("E06000901",))
PLACE = Place(-2.2, 57.1)


class API:
    """Answers with what it is given, and counts."""

    def __init__(
        self, answer: Located | Unknown | Cause, nearest: Located | Unknown | Cause = Cause.TIMEOUT
    ) -> None:
        self.answer, self.nearest_answer = answer, nearest
        self.asked = 0
        self.deadlines: list[float] = []

    def look_up(self, _postcode: Postcode, deadline: float) -> Located | Unknown:
        self.asked += 1
        self.deadlines.append(deadline)
        return self._say(self.answer)

    def nearest(self, _place: Place, deadline: float) -> Located | Unknown:
        self.deadlines.append(deadline)
        return self._say(self.nearest_answer)

    def _say(self, answer: Located | Unknown | Cause) -> Located | Unknown:
        if isinstance(answer, Cause):
            raise SourceFailed(answer)
        return answer


class List:
    """An index that answers every postcode alike."""

    def __init__(self, certainty: Any, *authorities: str) -> None:
        self.answer = IndexAnswer(certainty, authorities)

    def look_up(self, _postcode: Postcode) -> IndexAnswer:
        return self.answer

    def suggestions(self, _postcode: Postcode) -> tuple[Postcode, ...]:
        return (NEARBY,)


EXACT = List("exact", "E06000902")
LIKELY = List("likely", "E06000902")
SHARED = List("shared", "E06000902", "E06000901")
UNLISTED = List("unknown")


def make(api: API | None, index: List | None, index_first: bool = False) -> Finder:
    return Finder(api, index, lambda: AREAS, 2.0, index_first)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "index", "outcome"),
    [
        (FELPERSHAM, EXACT, Found("felpersham")),  # the API's word comes before the index's
        (Located(("N09000003",)), None, Elsewhere("northern-ireland")),
        (Located(("E06009999",)), None, Unavailable(Cause.UNKNOWN_CODE)),
        (Located(("E06009999",)), EXACT, Found("ambridge")),
        (Unknown(), None, NotFound()),
        (Unknown(), UNLISTED, NotFound(suggestions=(NEARBY,))),
        # the API knows all live postcodes but the newest
        (Unknown(), LIKELY, NotFound(suggestions=(NEARBY,), near=("ambridge",))),
        (Unknown(), SHARED, NotFound(suggestions=(NEARBY,), near=("ambridge", "felpersham"))),
        (Unknown(), EXACT, Found("ambridge")),
        (Unknown(retired=True, place=PLACE), EXACT, Found("ambridge", retired=True)),
        (Unknown(retired=True, place=PLACE), LIKELY, Found("ambridge", Certainty.LIKELY, retired=True)),
        (Unknown(retired=True, place=PLACE), SHARED, OneOf(("ambridge", "felpersham"), Why.RETIRED)),
        (Unknown(retired=True), UNLISTED, NotFound(retired=True, suggestions=(NEARBY,))),
        (Unknown(retired=True), None, NotFound(retired=True)),
        (Cause.NO_CODES, None, NotFound(exists=True)),
        (Cause.NO_CODES, UNLISTED, NotFound(exists=True)),
        (Cause.NO_CODES, LIKELY, Found("ambridge", Certainty.LIKELY)),
        (Cause.TIMEOUT, None, Unavailable(Cause.TIMEOUT)),
        (Cause.TIMEOUT, EXACT, Found("ambridge")),
        (Cause.TIMEOUT, LIKELY, Found("ambridge", Certainty.LIKELY)),
        (Cause.TIMEOUT, SHARED, OneOf(("ambridge", "felpersham"), Why.GAP)),
        (Cause.TIMEOUT, UNLISTED, NotFound(suggestions=(NEARBY,))),
    ],
)
def test_the_api_first_then_the_index(told: Any, index: List | None, outcome: object) -> None:
    assert make(API(told), index).find(POSTCODE, TODAY) == outcome


def test_a_retired_postcode_that_no_list_has_is_placed_by_the_nearest_live_one_within_one_time_limit() -> (
    None
):
    api = API(Unknown(retired=True, place=PLACE), nearest=FELPERSHAM)
    assert make(api, UNLISTED).find(POSTCODE, TODAY) == Found("felpersham", retired=True)
    assert len(set(api.deadlines)) == 1
    assert 1.0 < api.deadlines[0] - monotonic() <= 2.0
    for cause in (Cause.TIMEOUT, Cause.RESTING, Cause.NO_CODES):
        api = API(Unknown(retired=True, place=PLACE), nearest=cause)
        assert make(api, UNLISTED).find(POSTCODE, TODAY) == NotFound(retired=True, suggestions=(NEARBY,))
        assert make(api, None).find(POSTCODE, TODAY) == NotFound(retired=True)
    api = API(Unknown(retired=True, place=PLACE), nearest=Unknown())
    assert make(api, None).find(POSTCODE, TODAY) == NotFound(retired=True)


def test_index_first_sends_only_what_it_lacks() -> None:
    api = API(FELPERSHAM)
    assert make(api, EXACT, index_first=True).find(POSTCODE, TODAY) == Found("ambridge")
    assert api.asked == 0
    assert make(api, LIKELY, index_first=True).find(POSTCODE, TODAY) == Found("felpersham")
    assert api.asked == 1


@pytest.mark.parametrize(
    ("index", "outcome"),
    [
        (EXACT, Found("ambridge")),
        (LIKELY, Found("ambridge", Certainty.LIKELY)),
        (SHARED, OneOf(("ambridge", "felpersham"), Why.GAP)),
        (UNLISTED, NotFound(suggestions=(NEARBY,))),
        (None, Unavailable(Cause.NO_SOURCE)),
    ],
)
def test_the_index_alone(index: List | None, outcome: object) -> None:
    assert make(None, index).find(POSTCODE, TODAY) == outcome


def test_an_authority_that_was_divided_since_leaves_the_choice_to_the_visitor() -> None:
    areas = Areas.of(
        {"E06000901": "felpersham", "E06000902": "ambridge"},
        {},
        [("E10000901", "E06000901"), ("E10000901", "E06000902")],
        [],
    )
    finder = Finder(None, List("exact", "E10000901"), lambda: areas, 2.0)  # type: ignore[arg-type]
    assert finder.find(POSTCODE, TODAY) == OneOf(("felpersham", "ambridge"), Why.DIVIDED)


def test_an_answer_is_remembered_and_a_failure_is_not() -> None:
    api = API(Cause.TIMEOUT)
    finder = make(api, None)
    finder.find(POSTCODE, TODAY)
    api.answer = FELPERSHAM
    assert finder.find(POSTCODE, TODAY) == finder.find(POSTCODE, TODAY) == Found("felpersham")
    assert api.asked == 2


def test_memory_is_bounded_and_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask_for(finder: Finder, *inwards: str) -> None:
        for inward in inwards:
            finder.find(Postcode("BO1", inward), TODAY)

    monkeypatch.setattr(finder_module, "REMEMBERED", 2)
    monkeypatch.setattr(finder_module, "REMEMBERED_FOR", 0.0)
    api = API(Unknown())
    ask_for(make(api, None), "1AA", "1AA", "2AA", "2AA")
    assert api.asked == 4
    monkeypatch.setattr(finder_module, "REMEMBERED_FOR", 60.0)
    api = API(Unknown())
    ask_for(make(api, None), "1AA", "1AA", "2AA", "3AA", "3AA", "1AA")
    assert api.asked == 4


def test_a_real_index_behind_the_finder(index: Index) -> None:
    areas = Areas.of({"E08000901": "east"}, {}, [], [])
    finder = Finder(None, index, lambda: areas, 2.0)
    assert finder.find(Postcode("LS1", "2AB"), TODAY) == Found("east")
    assert finder.find(Postcode("LS1", "2ZA"), TODAY) == Found("east", Certainty.LIKELY)
