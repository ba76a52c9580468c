"""The client of the postcode API: each answer a typed result, each fault a typed failure."""

import json
import logging
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from app.postcodes.answer import Cause, Located, Place, SourceFailed, Unknown
from app.postcodes.api import PostcodesIO
from app.postcodes.postcode import Postcode
from app.settings import ROOT
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
    "retired nowhere on earth": Cause.UNEXPECTED,
    "an error that is no text": Cause.UNEXPECTED,
}


class Source:
    """The client with the tests' time limit."""

    def __init__(self, url: str) -> None:
        self.client = PostcodesIO(url, "Kinship Council Check (tests)", concurrency=3)

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
    assert api.paths == ["/postcodes/SE1%2F..%2F%25zz%202DL%3F"]
    assert api.headers[0]["User-Agent"] == "Kinship Council Check (tests)"


def test_a_connection_that_the_server_closed_meanwhile_is_opened_anew(
    source: Source, api: PostcodeAPI
) -> None:
    api.fault = "closing quietly"
    assert source.look_up(SOUTHWARK) == source.look_up(SOUTHWARK) == Located(("E09000028",))


def test_a_cookie_of_the_api_is_not_kept(source: Source, api: PostcodeAPI) -> None:
    api.fault = "setting a cookie"
    source.look_up(SOUTHWARK)
    source.look_up(SOUTHWARK)
    assert not any("Cookie" in headers for headers in api.headers)


def test_the_stand_in_answers_like_the_real_api(api: PostcodeAPI) -> None:
    """Against answers recorded from postcodes.io 18.0.1, where they are at hand."""
    recorded = ROOT.parent / "shared" / "postcodes" / "api_examples.json"
    if not recorded.exists():
        pytest.skip("the recorded answers (../shared/postcodes/api_examples.json) are not here")
    examples = json.loads(recorded.read_text(encoding="utf-8"))
    for name, text in {
        "unknown_ZZ99_9ZZ": "ZZ99 9ZZ",
        "retired_AB1_0AA": "AB1 0AA",
        "malformed_SE1": "SE1",
        "found_london_SE1_2DL": "SE1 2DL",
        "found_two_tier_BR8_7RE": "BR8 7RE",
        "live_without_codes_AB43_1AJ": "AB43 1AJ",
    }.items():
        answer = requests.get(f"{api.url}/postcodes/{text}", timeout=5)
        assert answer.status_code == examples[name]["status"]
        if answer.status_code == 404:
            assert answer.json() == examples[name]
        else:
            for code in ("admin_district", "admin_county"):
                told = answer.json()["result"]["codes"][code]
                real = examples[name]["result"]["codes"][code]
                assert told == real or (name.startswith("live_without") and real is None)


def test_asking_for_a_place_waits_in_patience(api: PostcodeAPI) -> None:
    """A burst larger than the number of places is served, if somebody is willing to wait for one."""
    client = PostcodesIO(api.url, "tests", concurrency=2, patience=LIMIT)
    answers = []

    def ask() -> None:
        answers.append(client.look_up(SOUTHWARK, time.monotonic() + LIMIT))

    visitors = [threading.Thread(target=ask) for _ in range(12)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert answers == [Located(("E09000028",))] * 12
    client.close()


@pytest.mark.alone
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "an unknown code"])
def test_every_fault_has_its_cause_and_keeps_to_the_time_limit(
    fault: str, source: Source, api: PostcodeAPI
) -> None:
    api.fault = fault
    start = time.perf_counter()
    with pytest.raises(SourceFailed) as failure:
        source.look_up(SOUTHWARK)
    assert failure.value.cause is CAUSES[fault]
    assert time.perf_counter() - start < LIMIT + 1.0  # seconds to spare: the machine may be busy


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


@pytest.mark.alone
def test_more_look_ups_than_allowed_at_once_are_turned_away_at_once(source: Source, api: PostcodeAPI) -> None:
    api.fault = "hanging"
    causes: list[Cause] = []

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
    time.sleep(0.3)
    assert api.asked == 3  # a connection broken at the deadline is not tried again


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
