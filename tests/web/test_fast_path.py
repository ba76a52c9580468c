"""The quick way for a postcode that the index knows answers exactly as Flask does."""

import csv
import logging
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from app.postcodes.answer import Found
from app.settings import ROOT
from tests.postcode_api import PostcodeAPI
from tests.web.test_find import golden

with (ROOT / "tests" / "postcodes" / "cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = [row["input"] for row in csv.DictReader(file)]
TYPED = [*(postcode for postcode, _ in golden()), *CASES]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def both(make_app: Callable[..., Flask]) -> tuple[Client, Client]:
    """The site as it is served, and Flask alone; postcodes from the index."""
    app = make_app(POSTCODE_SOURCES="index")
    return Client(app), Client(Flask.wsgi_app.__get__(app))


def shown(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    return answer.status_code, sorted(answer.headers), answer.data


def test_both_ways_answer_alike_whatever_is_typed(both: tuple[Client, Client]) -> None:
    quick, plain = both
    redirects = 0
    for typed in TYPED:
        answers = [shown(client.post("/find", data={"postcode": typed})) for client in (quick, quick, plain)]
        assert answers[0] == answers[1] == answers[2], typed
        redirects += answers[0][0] == 303
    assert redirects > 100


@pytest.mark.parametrize(
    "body",
    [
        "", "postcode=", "postcode", "postcode=SE1+2DL&postcode=x", "postcode=SE1+2DL&a=b", "a=SE1+2DL",
        "postcode=%FF%FE", "postcode=SE1%002DL", "postcode=SE1+2DL%0D%0AX:y", "postcode=%ED%A0%80",
        "Postcode=SE1+2DL", "postcode=SE1;2DL", "=SE1+2DL", "&&&&", "postcode=" + "%20" * 20 + "SE12DL",
        "postcode=SE1+2DL&" + "x" * 60,
    ],
)  # fmt: skip
def test_both_ways_answer_alike_whatever_is_sent(both: tuple[Client, Client], body: str) -> None:
    both[0].post("/find", data={"postcode": "SE1 2DL"})
    answers = [shown(client.post("/find", data=body, content_type=FORM)) for client in both]
    assert answers[0] == answers[1]


def test_the_quick_way_is_taken_and_writes_the_same_line(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(POSTCODE_SOURCES="index")
    client = app.test_client()
    client.post("/find", data={"postcode": "SE1 2DL"})
    monkeypatch.setitem(app.view_functions, "find.find", lambda: pytest.fail("Flask was asked"))
    caplog.clear()
    logging.getLogger("kinship").propagate = True
    with caplog.at_level(logging.INFO, "kinship.answers"):
        answer = client.post("/find", data={"postcode": "se15 2ef"})
    assert (answer.status_code, answer.location) == (303, "/councils/southwark")
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("POST /find 303 ")
    assert "se15" not in caplog.text.lower()


def test_a_redirect_is_noted_for_its_own_council_alone(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two look-ups of the first time, a load may change who is responsible."""
    app = make_app(POSTCODE_SOURCES="index")
    client = app.test_client()
    with monkeypatch.context() as changed:
        changed.setattr(app.extensions["finder"], "find", lambda *_: Found("kent"))
        assert client.post("/find", data={"postcode": "SE1 2DL"}).location == "/councils/kent"
    for _ in range(2):
        assert client.post("/find", data={"postcode": "SE1 2DL"}).location == "/councils/southwark"


def test_with_the_api_first_the_api_is_asked(make_app: Callable[..., Flask], api: PostcodeAPI) -> None:
    client = make_app().test_client()
    for _ in range(2):
        client.post("/find", data={"postcode": "SE1 2DL"})
    assert api.asked == 1


@pytest.mark.parametrize("first", ["SE1 2DL", "nonsense"])
def test_each_submission_counts_once_whichever_way_it_takes(
    make_app: Callable[..., Flask], first: str
) -> None:
    client = make_app(POSTCODE_SOURCES="index", FIND_RATE_LIMIT="4 per minute").test_client()
    typed = [first, "SE1 2DL", "nonsense", "SE15 2EF", "SE1 2DL", "nonsense"]
    statuses = [client.post("/find", data=urlencode({"postcode": each}), content_type=FORM) for each in typed]
    assert [answer.status_code < 429 for answer in statuses] == [True] * 4 + [False] * 2
    assert statuses[-1].headers["Retry-After"] == "60"
