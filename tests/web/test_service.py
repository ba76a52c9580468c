"""Health, search engines, errors, headers, weight and logs."""

import gzip
import logging
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask, abort
from flask.testing import FlaskClient

from app.settings import ROOT
from tests.conftest import Look
from tests.facts import KEPT
from tests.postcode_api import PostcodeAPI

PAGES = (
    "/map", "/compare", "/compare?with=leeds,kent",
    "/", "/councils", "/councils/leeds", "/councils/cardiff", "/councils/cumbria", "/councils/guildford",
    "/councils/west-surrey", "/councils/leeds/briefing", "/how-we-check", "/about", "/help", "/privacy",
    "/accessibility", "/elsewhere/northern-ireland", "/elsewhere/jersey", "/elsewhere/guernsey",
    "/elsewhere/isle-of-man", "/elsewhere/bfpo", "/elsewhere/overseas", "/elsewhere/non-geographic",
)  # fmt: skip


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"alive": True}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json == {
        "ready": True,
        "database": "answers",
        "data": {"english_councils": 153, "documents": 307},
        "postcodes": {
            "api": "no trouble seen",
            "index": "edition 2025.4.0 of 2025-10-20, 1744805 postcodes",
        },
        "rate_limits": "counted",
    }


def test_readiness_tells_of_a_failing_api_without_giving_up(client: FlaskClient, api: PostcodeAPI) -> None:
    api.fault = "500"
    client.post("/find", data={"postcode": "SE1 2DL"})
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["postcodes"]["api"]) == (
        200,
        "failing: reported a fault of its own",
    )


def test_not_ready_without_tables_and_pages_say_so_kindly(
    make_app: Callable[..., Flask], empty_database: str
) -> None:
    client = make_app(DATABASE_URL=empty_database).test_client()
    assert client.get("/readyz").status_code == 503
    answer = client.get("/councils/leeds")
    assert answer.status_code == 503
    assert "Try again in a few minutes" in answer.text
    assert client.get("/healthz").status_code == 200
    assert client.get("/privacy").status_code == 200


def test_a_file_that_is_no_database_is_said_kindly_too(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    (tmp_path / "broken.sqlite").write_bytes(b"this is no database" * 100)
    client = make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'broken.sqlite'}").test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/councils/leeds").status_code == 503


def test_the_sitemap_leads_to_real_pages_under_the_sites_own_address(client: FlaskClient) -> None:
    addresses = re.findall(
        "<loc>(.*?)</loc>", client.get("/sitemap.xml", headers={"Host": "evil.example"}).text
    )
    assert len(addresses) == 9 + 229
    assert all(address.startswith("https://kinship.example/") for address in addresses)
    for address in addresses[:20]:
        assert client.get(address.removeprefix("https://kinship.example")).status_code == 200
    assert "https://kinship.example/sitemap.xml" in client.get("/robots.txt").text


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_one_h1_headings_in_order_and_links_that_work(
    look: Look, client: FlaskClient, address: str
) -> None:
    page = look(address)
    levels = [int(heading.name[1]) for heading in page.select("h1, h2, h3, h4")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for link in page.select("a[href^='/'], link[href^='/']"):
        target, _, fragment = str(link["href"]).partition("#")
        answer = client.get(target)
        assert answer.status_code in (200, 301), target
        if fragment:
            assert f'id="{fragment}"' in answer.text
    for link in page.select("a[href^='#']"):
        assert str(link["href"])[1:] in ids
    for use in page.select("use"):
        assert str(use["href"])[1:] in ids
    assert not page.select("[style], style, iframe, img")
    assert not page.select("script:not([src]):not([type='application/ld+json'])")


@pytest.mark.parametrize("address", PAGES)
def test_no_page_loads_anything_from_another_host(look: Look, address: str) -> None:
    for element in look(address).select("[src], link[rel=stylesheet], link[rel=icon]"):
        assert str(element.get("src") or element.get("href")).startswith("/static/")


def test_strict_headers_everywhere(client: FlaskClient) -> None:
    for answer in (
        client.get("/"),
        client.get("/nope"),
        client.post("/find"),
        client.get("/static/style.css"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "geolocation=()" in answer.headers["Permissions-Policy"]
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert "Set-Cookie" not in answer.headers


def test_pages_may_be_kept_and_answers_to_what_was_typed_may_not(client: FlaskClient) -> None:
    assert client.get("/councils/leeds").headers["Cache-Control"] == KEPT
    for answer in (
        client.post("/find"),
        client.post("/find", data={"postcode": "SE1 2DL"}),
        client.get("/x"),
    ):
        assert answer.headers["Cache-Control"] == "no-store"


def test_static_files_carry_a_hash_and_keep_for_a_year(look: Look, client: FlaskClient) -> None:
    sheet = look("/").select_one("link[rel=stylesheet]")
    assert sheet is not None
    assert re.fullmatch(r"/static/style\.css\?v=[0-9a-f]{12}", str(sheet["href"]))
    assert "immutable" in client.get(str(sheet["href"])).headers["Cache-Control"]


def test_a_first_visit_to_any_council_page_weighs_at_most_14_kb(client: FlaskClient) -> None:
    sent = [(ROOT / "app/static" / name).read_bytes() for name in ("style.css", "share.js")]
    beside = sum(len(gzip.compress(file)) for file in sent)
    assert (ROOT / "app/static/style.css").stat().st_size <= 12 * 1024
    for slug in ("southwark", "hertfordshire", "kent", "devon", "surrey", "camden", "birmingham"):
        page = client.get(f"/councils/{slug}", headers={"Accept-Encoding": "gzip"})
        assert page.headers["Content-Encoding"] == "gzip"
        assert len(page.data) + beside <= 14 * 1024


@pytest.mark.parametrize(
    ("method", "address", "status", "says"),
    [
        ("GET", "/nope", 404, "can’t find that page"),
        ("GET", "/find", 405, "needs the form"),
        ("POST", "/councils/leeds", 405, "needs the form"),
        ("DELETE", "/", 405, "needs the form"),
    ],
)
def test_errors_are_in_the_sites_own_words_with_a_way_on(
    client: FlaskClient, method: str, address: str, status: int, says: str
) -> None:
    answer = client.open(address, method=method)
    assert answer.status_code == status
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.h1 is not None
    assert says in page.h1.text
    assert page.select_one("main a[href='/']") is not None
    assert page.select_one("main a[href='/councils']") is not None


def test_405_says_what_is_allowed(client: FlaskClient) -> None:
    assert "POST" in client.get("/find").headers["Allow"]


def test_too_much_is_refused(client: FlaskClient) -> None:
    answer = client.post("/find", data={"postcode": "x" * 50_000})
    assert answer.status_code == 413
    assert "too much to send" in answer.text


def test_429_has_a_way_on(make_app: Callable[..., Flask]) -> None:
    client = make_app(FIND_RATE_LIMIT="1 per minute").test_client()
    client.post("/find", data={"postcode": "SE1 2DL"})
    answer = client.post("/find", data={"postcode": "SE1 2DL"})
    assert answer.status_code == 429
    assert "Wait a minute" in answer.text
    assert "/councils" in answer.text


def test_a_fault_of_ours_is_a_kind_page_and_a_report_without_its_message(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down() -> None:
        raise RuntimeError("LS1 1UR was typed")

    app.add_url_rule("/broken", view_func=break_down)
    app.add_url_rule("/teapot", view_func=lambda: abort(418))
    with caplog.at_level(logging.INFO):
        answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "It is not your fault" in answer.text
    assert "fault RuntimeError in break_down" in caplog.text
    assert "LS1" not in caplog.text
    assert app.test_client().get("/teapot").status_code == 418


def test_no_log_holds_a_postcode_whatever_is_done_with_it(
    make_app: Callable[..., Flask], api: PostcodeAPI, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = make_app(POSTCODES_API_TIMEOUT="0.3").test_client()
    for fault in (None, "dropping the connection", "500", "hanging", "cut short", "redirecting"):
        api.fault = fault
        client.post("/find", data={"postcode": "SE1 2DL"})
        client.post("/find", data={"postcode": "ZZ99 9ZZ"})
    api.fault = None
    client.get("/find?postcode=SE1+2DL")
    client.get("/councils/SE12DL")
    client.get("/SE12DL")
    client.get("/councils?name=SE1+2DL")
    client.post("/find?postcode=SE12DL", data={"postcode": "SE1"})
    client.open("/", method="SE12DL")
    written = caplog.text.upper().replace("%20", "").replace("+", "").replace(" ", "")
    assert "POST/FIND303" in written
    assert "2DL" not in written
    assert "ZZ99" not in written


@pytest.mark.parametrize("address", ["/councils//leeds?x=SE12DL", "/councils//leeds/write", "/act//SE12DL"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_odd_address_is_never_sent_back_as_one_to_go_to(
    client: FlaskClient, method: str, address: str
) -> None:
    answer = client.open(address, method=method, headers={"Host": "evil.example"})
    assert answer.status_code in (404, 405)
    assert "Location" not in answer.headers
    assert "SE12DL" not in answer.text
    assert "evil" not in answer.text
