"""The client of the postcode API: each answer a typed result, each fault a typed failure."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from app.postcodes.answer import Cause, Located, Retirement, SourceFailed, Unknown
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


@pytest.fixture
def source(api: PostcodeAPI) -> Iterator[PostcodesIO]:
    client = PostcodesIO(api.url, LIMIT, "Kinship Council Check (tests)", at_once=3)
    yield client
    client.close()


def test_a_postcode_outside_two_tier_areas_has_its_district_alone(source: PostcodesIO) -> None:
    assert source.look_up(SOUTHWARK) == Located(("E09000028",))


def test_a_postcode_in_a_two_tier_area_has_its_county_too(source: PostcodesIO) -> None:
    assert source.look_up(Postcode("BR8", "7RE")) == Located(("E07000111", "E10000016"))


def test_an_unknown_postcode_is_no_fault(source: PostcodesIO) -> None:
    assert source.look_up(Postcode("ZZ99", "9ZZ")) == Unknown()


def test_a_postcode_the_api_calls_invalid_is_unknown_too(source: PostcodesIO) -> None:
    assert source.look_up(Postcode("1", "1")) == Unknown()


def test_a_retired_postcode_is_placed_by_the_nearest_live_one(source: PostcodesIO) -> None:
    assert source.look_up(Postcode("AB1", "0AA")) == Located(("S12000033",), Retirement(1996, 6))


def test_the_request_names_the_site_and_encodes_the_postcode(source: PostcodesIO, api: PostcodeAPI) -> None:
    source.look_up(Postcode("SE1/../%zz", "2DL?"))
    assert "Kinship Council Check (tests)" in api.user_agents


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "an unknown code"])
def test_every_fault_has_its_cause_and_keeps_to_the_time_limit(
    fault: str, source: PostcodesIO, api: PostcodeAPI
) -> None:
    api.fault = fault
    start = time.perf_counter()
    with pytest.raises(SourceFailed) as failure:
        source.look_up(SOUTHWARK)
    assert failure.value.cause is CAUSES[fault]
    assert time.perf_counter() - start < LIMIT + 0.3


def test_nobody_listening_is_a_fault() -> None:
    client = PostcodesIO("http://127.0.0.1:9", LIMIT, "tests")
    with pytest.raises(SourceFailed) as failure:
        client.look_up(SOUTHWARK)
    assert failure.value.cause is Cause.REFUSED
    client.close()


def test_an_abandoned_look_up_gives_its_place_back(source: PostcodesIO, api: PostcodeAPI) -> None:
    """Three may be under way; dripping servers would hold them for minutes if connections were not broken."""
    api.fault = "dripping headers"
    for _ in range(6):
        with pytest.raises(SourceFailed) as failure:
            source.look_up(SOUTHWARK)
        assert failure.value.cause is Cause.TIMEOUT
        time.sleep(0.1)
    api.fault = None
    time.sleep(0.2)
    assert source.look_up(SOUTHWARK) == Located(("E09000028",))


def test_more_look_ups_than_allowed_at_once_are_turned_away_at_once(
    source: PostcodesIO, api: PostcodeAPI
) -> None:
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
    source: PostcodesIO, api: PostcodeAPI, caplog: pytest.LogCaptureFixture
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
