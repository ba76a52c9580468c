"""From the form to the council's page, through the front door."""

import csv
import io
import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from app.records.load import load
from app.settings import DATA
from tests.conftest import Look
from tests.postcode_api import FAULTS, PostcodeAPI
from tests.records.borsetshire import change

POSTCODES = Path(__file__).parent.parent / "postcodes"
STATUS = {"malformed": 422, "unknown": 404, "unknown_area": 404}


def rows(name: str) -> list[dict[str, str]]:
    with (POSTCODES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def golden() -> list[tuple[str, str]]:
    return [(row["postcode"], row["slug"]) for row in rows("areas.csv") if row["slug"]]


@pytest.mark.parametrize(("postcode", "slug"), golden())
def test_a_councils_own_office_leads_to_its_page(client: FlaskClient, postcode: str, slug: str) -> None:
    answer = client.post("/find", data={"postcode": postcode})
    assert (answer.status_code, answer.location) == (303, f"/councils/{slug}")


@pytest.mark.parametrize(("typed", "expect"), [(row["input"], row["expect"]) for row in rows("cases.csv")])
def test_inputs_people_really_type(client: FlaskClient, typed: str, expect: str) -> None:
    answer = client.post("/find", data={"postcode": typed})
    if expect in STATUS:
        assert answer.status_code == STATUS[expect]
    elif expect == "found_or_unknown":
        assert answer.status_code in (303, 404)
    elif expect == "found":
        assert answer.status_code == 303
        assert answer.location.startswith("/councils/")
        assert client.get(answer.location).status_code == 200
    else:
        assert (answer.status_code, answer.location) == (303, f"/elsewhere/{expect}")
        assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    ("typed", "slug"),
    [("GU2 8HF", "surrey"), ("S70 5JH", "barnsley"), ("CA5 6NT", "cumberland"), ("DY7 5AA", "staffordshire")],
)
def test_counties_new_codes_and_new_councils(client: FlaskClient, typed: str, slug: str) -> None:
    assert client.post("/find", data={"postcode": typed}).location == f"/councils/{slug}"


def test_a_retired_postcode_is_answered_and_said_to_be_old(client: FlaskClient) -> None:
    answer = client.post("/find", data={"postcode": "AB1 0AA"}, follow_redirects=True)
    assert answer.request.path == "/councils/aberdeen"


def test_the_page_says_that_a_postcode_was_old(look: Look) -> None:
    assert "old postcode" in look("/councils/leeds?found=old-postcode").text
    assert "old postcode" not in look("/councils/leeds").text
    assert "old postcode" in look("/councils/aberdeen?found=old-postcode").text


def test_an_error_is_said_in_a_summary_and_at_the_field_and_keeps_what_was_typed(client: FlaskClient) -> None:
    page = BeautifulSoup(client.post("/find", data={"postcode": "BO1 2"}).text, "html.parser")
    assert page.title is not None
    assert page.title.text.startswith("Error:")
    summary = page.select_one("[role=alert] a[href='#postcode']")
    assert summary is not None
    assert summary.text == "Type the whole postcode. “BO1 2” is only the start."
    field = page.select_one("input#postcode")
    assert field is not None
    assert (field["value"], field["aria-invalid"]) == ("BO1 2", "true")
    message = page.select_one(f"#{str(field['aria-describedby']).split()[0]}")
    assert message is not None
    assert summary.text in message.text


def test_the_title_of_an_error_never_holds_what_was_typed(client: FlaskClient) -> None:
    page = BeautifulSoup(client.post("/find", data={"postcode": "ZZ99 9ZZ"}).text, "html.parser")
    assert page.title is not None
    assert "ZZ99" not in page.title.text


def test_markup_typed_in_stays_text(client: FlaskClient) -> None:
    answer = client.post("/find", data={"postcode": '"><script>alert(1)</script>'})
    assert answer.status_code == 422
    assert "<script" not in answer.text


def test_the_form_needs_no_token_and_sets_no_cookie(client: FlaskClient) -> None:
    answer = client.post("/find", data={"postcode": "SE1 2DL"}, headers={"Origin": "https://other.example"})
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"postcode": 123}},
        {"json": [1, 2]},
        {"json": "LS1"},
        {"data": b"\xff\x00", "content_type": "x"},
    ],
)
def test_a_body_that_is_no_form_is_refused(client: FlaskClient, body: dict[str, Any]) -> None:
    answer = client.post("/find", **body)
    assert answer.status_code == 415
    assert "We could not read that" in answer.text


def test_no_body_is_an_empty_form(client: FlaskClient) -> None:
    assert client.post("/find").status_code == 422
    assert client.post("/find", content_type="application/json").status_code == 422


def test_a_file_in_the_field_is_an_empty_form(client: FlaskClient) -> None:
    assert client.post("/find", data={"postcode": (io.BytesIO(b"x"), "x.txt")}).status_code == 422


def test_two_proxies_in_front_tell_the_visitors_address(make_app: Callable[..., Flask]) -> None:
    client = make_app(FIND_RATE_LIMIT="1 per minute", TRUSTED_PROXIES="2").test_client()

    def status(forwarded: str) -> int:
        return client.post(
            "/find", data={"postcode": "x"}, headers={"X-Forwarded-For": forwarded}
        ).status_code

    assert status("192.0.2.1, 198.51.100.1") == 422
    assert status("192.0.2.2, 198.51.100.1") == 422
    assert status("203.0.113.9, 192.0.2.1, 198.51.100.1") == 429


def test_newly_loaded_areas_are_used_without_a_new_start(app: Flask, tmp_path: Path) -> None:
    client = app.test_client()
    assert client.post("/find", data={"postcode": "BR8 7RE"}).location == "/councils/kent"
    shutil.copytree(DATA, tmp_path / "data")
    change(tmp_path / "data", "councils.csv", "kent,E10000016", "kent,E10000096")
    change(tmp_path / "data", "neighbours.csv", "E10000016", "E10000096")
    change(tmp_path / "data", "councils.csv", "medway,E06000035", "medway,E10000016")
    change(tmp_path / "data", "neighbours.csv", "E06000035", "E10000016")
    load(app.extensions["engine"], tmp_path / "data", "tests", date(2026, 11, 21))
    assert client.post("/find", data={"postcode": "BR8 7RE"}).location == "/councils/medway"


@pytest.mark.parametrize("name", ["Kinship Check – Leeds", "Ymweld â"])
def test_any_name_of_the_site_can_be_told_to_the_api(
    make_app: Callable[..., Flask], api: PostcodeAPI, name: str
) -> None:
    client = make_app(SITE_NAME=name).test_client()
    assert client.post("/find", data={"postcode": "SE1 2DL"}).status_code == 303
    assert "kinship.example" in api.headers[0]["User-Agent"]
    assert name in client.get("/").text


@pytest.mark.parametrize("data", [{}, {"postcode": ""}, {"other": "x"}])
def test_an_empty_form_is_asked_again(client: FlaskClient, data: dict[str, str]) -> None:
    answer = client.post("/find", data=data)
    assert answer.status_code == 422
    assert "Type your postcode" in answer.text


@pytest.mark.alone
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "null codes"])
def test_whatever_the_api_does_the_visitor_gets_a_kind_page_in_time(
    make_app: Callable[..., Flask], api: PostcodeAPI, fault: str
) -> None:
    client = make_app(POSTCODES_API_TIMEOUT="0.5", POSTCODE_SOURCES="api").test_client()
    api.fault = fault
    start = time.perf_counter()
    answer = client.post("/find", data={"postcode": "SE1 2DL"})
    assert time.perf_counter() - start < 0.5 + 1.0  # seconds to spare: the machine may be busy
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("[role=alert]") is not None
    assert page.select_one("a[href='/councils']") is not None
    field = page.select_one("input#postcode")
    assert field is not None
    assert field["value"] == "SE1 2DL"


def test_a_live_postcode_without_codes_is_said_to_belong_to_no_council(client: FlaskClient) -> None:
    answer = client.post("/find", data={"postcode": "AB43 1AJ"})
    assert answer.status_code == 404
    assert "belongs to no council" in answer.text


def test_too_many_tries_are_slowed_down_for_that_address_alone(make_app: Callable[..., Flask]) -> None:
    client = make_app(FIND_RATE_LIMIT="3 per minute", TRUSTED_PROXIES="1").test_client()

    def status(address: str) -> int:
        sent = {"X-Forwarded-For": address}
        return client.post("/find", data={"postcode": "SE1 2DL"}, headers=sent).status_code

    assert [status("192.0.2.1") for _ in range(4)] == [303, 303, 303, 429]
    assert status("192.0.2.2") == 303
    assert client.get("/").status_code == 200


def test_a_visitors_own_header_does_not_change_their_address(make_app: Callable[..., Flask]) -> None:
    client = make_app(FIND_RATE_LIMIT="1 per minute").test_client()
    statuses = [
        client.post("/find", data={"postcode": "x"}, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(3)
    ]
    assert statuses == [422, 429, 429]


def test_the_home_page_asks_one_thing(look: Look) -> None:
    page = look("/")
    forms = page.select("form")
    assert len(forms) == 1
    assert (forms[0]["method"], forms[0]["action"]) == ("post", "/find")
    assert [field["name"] for field in forms[0].select("input")] == ["postcode"]
    assert len(forms[0].select("button")) == 1
    label = page.select_one("label[for=postcode]")
    assert label is not None
    assert page.select_one(".links a[href='/councils']") is not None
    figures = [int(b.text) for b in page.select(".figures b")]
    assert figures == [85, 14, 68]
    assert sum(int(b.text) for b in page.select(".legend b")) == 153


def test_an_unknown_place_elsewhere_is_no_page(look: Look) -> None:
    look("/elsewhere/atlantis", 404)
