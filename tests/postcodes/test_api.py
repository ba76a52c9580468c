"""The client of the postcode API: each answer a typed result, each fault a typed failure."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from app.postcodes.answer import Cause, Located, Place, SourceFailed, Unknown
from app.postcodes.api import PostcodesIO
from app.postcodes.postcode import Postcode
from tests.postcode_api import FAULTS, PostcodeAPI

LIMIT = 0.6  # seconds
SOUTHWARK = Postcode("SE1", "2DL")
CAUSES = {
    "dropping the connection": Cause.REFUSED,
    "hanging": Cause.TIMEOUT,
    "dripping headers": Cause.TIMEOUT,
    "dripping a body": Cause.TIMEOUT,
    "cut short": Cause.REFUSED,
    "500": Cause.SERVER_ERROR,
    "502 as HTML": Cause.SERVER_ERROR,
    "503": Cause.SERVER_ERROR,
    "429": Cause.LIMITED,
    "403": Cause.LIMITED,
    "400 and nothing": Cause.NOT_JSON,
    "404 as HTML": Cause.NOT_JSON,
    "404 of another kind": Cause.UNEXPECTED,
    "HTML": Cause.NOT_JSON,
    "broken JSON": Cause.NOT_JSON,
    "not an object": Cause.UNEXPECTED,
    "deep nesting": Cause.NOT_JSON,
    "bytes that are not UTF-8": Cause.NOT_JSON,
    "no result": Cause.UNEXPECTED,
    "null result": Cause.UNEXPECTED,
    "result of a wrong type": Cause.UNEXPECTED,
    "codes of a wrong type": Cause.UNEXPECTED,
    "codes that are no codes": Cause.UNEXPECTED,
    "codes missing": Cause.UNEXPECTED,
    "null codes": Cause.NO_CODES,
    "too large": Cause.TOO_LARGE,
    "redirecting": Cause.REDIRECTED,
    "retired in an odd way": Cause.UNEXPECTED,
}


class Source:
    """The client with the tests' time limit."""

    def __init__(self, url: str) -> None:
        self.client = PostcodesIO(url, "Kinship Council Check (tests)", at_once=3)

    def look_up(self, postcode: Postcode) -> Located | Unknown:
        return self.client.look_up(postcode, time.monotonic() + LIMIT)


@pytest.fixture
def source(api: PostcodeAPI) -> Iterator[Source]:
    source = Source(api.url)
    yield source
    source.client.close()


def test_a_postcode_outside_two_tier_areas_has_its_district_alone(source: Source) -> None:
    assert source.look_up(SOUTHWARK) == Located(("E09000028",))


def test_a_postcode_in_a_two_tier_area_has_its_county_too(source: Source) -> None:
    assert source.look_up(Postcode("BR8", "7RE")) == Located(("E07000111", "E10000016"))


def test_an_unknown_postcode_is_no_fault(source: Source) -> None:
    assert source.look_up(Postcode("ZZ99", "9ZZ")) == Unknown()


def test_a_postcode_the_api_calls_invalid_is_unknown_too(source: Source) -> None:
    assert source.look_up(Postcode("1", "1")) == Unknown()


def test_a_retired_postcode_is_unknown_but_has_a_place(source: Source) -> None:
    place = Place(-2.242851, 57.101474)
    assert source.look_up(Postcode("AB1", "0AA")) == Unknown(retired=True, place=place)
    assert source.client.nearest(place, time.monotonic() + LIMIT) == Located(("S12000033",))


def test_no_postcode_near_a_place(source: Source) -> None:
    assert source.client.nearest(Place(0.0, 0.0), time.monotonic() + LIMIT) == Unknown()


def test_the_request_names_the_site_and_encodes_the_postcode(source: Source, api: PostcodeAPI) -> None:
    source.look_up(Postcode("SE1/../%zz", "2DL?"))
    assert "Kinship Council Check (tests)" in api.user_agents


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "an unknown code"])
def test_every_fault_has_its_cause_and_keeps_to_the_time_limit(
    fault: str, source: Source, api: PostcodeAPI
) -> None:
    api.fault = fault
    start = time.perf_counter()
    with pytest.raises(SourceFailed) as failure:
        source.look_up(SOUTHWARK)
    assert failure.value.cause is CAUSES[fault]
    assert time.perf_counter() - start < LIMIT + 0.3


def test_nobody_listening_is_a_fault() -> None:
    source = Source("http://127.0.0.1:9")
    with pytest.raises(SourceFailed) as failure:
        source.look_up(SOUTHWARK)
    assert failure.value.cause is Cause.REFUSED
    source.client.close()


def test_an_abandoned_look_up_gives_its_place_back(source: Source, api: PostcodeAPI) -> None:
    """Three may be under way; dripping servers would hold them for minutes if connections were not broken."""
    api.fault = "dripping headers"
    for _ in range(4):
        with pytest.raises(SourceFailed) as failure:
            source.look_up(SOUTHWARK)
        assert failure.value.cause is Cause.TIMEOUT
        time.sleep(0.1)
    api.fault = None
    time.sleep(0.2)
    assert source.look_up(SOUTHWARK) == Located(("E09000028",))


def test_more_look_ups_than_allowed_at_once_are_turned_away_at_once(source: Source, api: PostcodeAPI) -> None:
    api.fault = "hanging"
    causes = []

    def ask() -> None:
        try:
            source.look_up(SOUTHWARK)
        except SourceFailed as failure:
            causes.append(failure.cause)

    visitors = [threading.Thread(target=ask) for _ in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert sorted(cause.name for cause in causes) == ["BUSY"] * 5 + ["TIMEOUT"] * 3


def test_a_failure_carries_neither_postcode_nor_address(
    source: Source, api: PostcodeAPI, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in ("dropping the connection", "cut short", "500", "redirecting"):
        api.fault = fault
        with pytest.raises(SourceFailed) as failure:
            source.look_up(SOUTHWARK)
        assert failure.value.__cause__ is None
        assert failure.value.__suppress_context__ or failure.value.__context__ is None
        assert "2DL" not in str(failure.value)
    assert "2DL" not in caplog.text


def test_after_five_failures_in_a_row_the_api_is_left_alone_and_the_log_says_so(
    source: Source, api: PostcodeAPI, caplog: pytest.LogCaptureFixture
) -> None:
    api.fault = "500"
    causes = []
    for _ in range(7):
        with pytest.raises(SourceFailed) as failure:
            source.look_up(SOUTHWARK)
        causes.append(failure.value.cause)
    assert causes == [Cause.SERVER_ERROR] * 5 + [Cause.RESTING] * 2
    assert api.asked == 5
    assert source.client.state == "failing: reported a fault of its own; resting"
    assert [record.message for record in caplog.records] == [
        "postcode API fails: reported a fault of its own",
        "postcode API fails: reported a fault of its own; resting",
    ]


def test_the_api_is_tried_again_after_a_rest(
    api: PostcodeAPI, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.postcodes.api.REST", 0.2)
    source = Source(api.url)
    api.fault = "500"
    for _ in range(5):
        with pytest.raises(SourceFailed):
            source.look_up(SOUTHWARK)
    api.fault = None
    time.sleep(0.3)
    assert source.look_up(SOUTHWARK) == Located(("E09000028",))
    assert source.client.state == "no trouble seen"
    assert caplog.records[-1].message == "postcode API answers again"
    source.client.close()


def test_postcodes_without_codes_do_not_count_as_failures(source: Source, api: PostcodeAPI) -> None:
    for _ in range(8):
        with pytest.raises(SourceFailed) as failure:
            source.look_up(Postcode("AB43", "1AJ"))
        assert failure.value.cause is Cause.NO_CODES
    assert api.asked == 8
    assert source.client.state == "no trouble seen"
