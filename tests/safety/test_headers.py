"""Every answer of every route has exactly the security headers it needs, found from the route table."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from tests.pages import addresses
from tests.postcode_api import PostcodeAPI
from tests.safety.headers import given, wanted

FORM = "application/x-www-form-urlencoded"
FRAMED = (
    "southwark",
    "bradford",
    "barnet",
    "blackpool",
    "cumbria",
)  # of tests.pages.BODIES, those with an embed


def _has_script(page: str) -> bool:
    return bool(BeautifulSoup(page, "html.parser").select("script[src]"))


def _check(answer: TestResponse, address: str, script: bool = False, framed: bool = False) -> None:
    expected = wanted(address.partition("?")[0], answer.status_code, script, framed)
    assert given(answer.headers.items()) == expected, address


def test_every_page(app: Flask) -> None:
    """Asked for, asked about, and asked for again unchanged: a cache gives a kept page the headers of the 304
    (RFC 9111, section 3.2), so they must be the same.
    """
    client, scripts, frames, unchanged = app.test_client(), [], [], 0
    for address in addresses(app):
        page = client.get(address)
        framed = address.endswith("/embed") and page.status_code == 200
        script = page.mimetype == "text/html" and _has_script(page.text)
        _check(page, address, script, framed)
        _check(client.head(address), address, script, framed)
        if page.status_code == 200 and "ETag" in page.headers:
            again = client.get(address, headers={"If-None-Match": page.headers["ETag"]})
            assert again.status_code == 304, address
            _check(again, address, script, framed)
            unchanged += 1
        scripts += [address] * script
        frames += [address] * framed
    assert frames == sorted(f"/councils/{slug}/embed" for slug in FRAMED)
    assert scripts == sorted(f"/councils/{slug}" for slug in ("southwark", "bradford", "barnet", "blackpool"))
    assert unchanged > 10


@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "TRACE", "SE12DL"])
def test_other_methods_of_every_address(app: Flask, method: str) -> None:
    client = app.test_client()
    for address in addresses(app, "OPTIONS"):
        answer = client.open(address, method=method)
        assert answer.status_code == (200 if method == "OPTIONS" else 405), address
        assert "OPTIONS" in answer.headers["Allow"]
        _check(answer, address)


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"", None, None),
        (b"words1=x&postcode=SE1+2DL", FORM, None),
        (b"postcode=" + b"x" * 2_000_000, FORM, 413),
        (b'{"postcode": "SE1 2DL"}', "application/json", 415),
        (b"postcode=SE1 2DL", "text/plain", 415),
        (b"postcode=SE1 2DL", None, 415),
    ],
)
def test_everything_posted(app: Flask, data: bytes, content_type: str | None, status: int | None) -> None:
    client, posts = app.test_client(), addresses(app, "POST")
    for address in posts:
        answer = client.post(address, data=data, content_type=content_type)
        assert status in (None, answer.status_code), address
        assert answer.status_code < 500
        assert answer.headers["Cache-Control"] == "no-store"
        _check(answer, address)
    others = sorted(set(addresses(app)) - set(posts))
    assert len(others) > 50
    for address in others:
        answer = client.post(address, data=data, content_type=content_type)
        assert (answer.status_code, "GET" in answer.headers["Allow"]) == (405, True), address
        _check(answer, address)


@pytest.mark.parametrize(
    ("status", "method", "address", "options"),
    [
        (301, "GET", "/councils/poole", {}),
        (301, "GET", "/councils/poole/card.png", {}),
        (301, "GET", "/councils/poole/embed", {}),
        (303, "GET", "/councils?name=SE1", {}),
        (303, "POST", "/find", {"data": {"postcode": "SE1 2DL"}}),
        (303, "POST", "/find", {"data": {"postcode": "JE2 3AB"}}),
        (308, "POST", "/councils/poole/write", {"data": {"words1": "x"}}),
        (400, "GET", "/", {"headers": {"Connection": "Upgrade", "Upgrade": "websocket"}}),
        (404, "GET", "/nope", {}),
        (404, "GET", "/councils/nope", {}),
        (404, "GET", "/councils/cardiff/embed", {}),
        (404, "GET", "/static/nope.css", {}),
        (404, "POST", "/find", {"data": {"postcode": "ZZ99 9ZZ"}}),
        (405, "GET", "/find", {}),
        (416, "GET", "/static/style.css", {"headers": {"Range": "bytes=9999999-"}}),
        (422, "POST", "/find", {"data": {"postcode": "nonsense"}}),
        (422, "POST", "/act/paid-leave", {"data": {"words1": "x" * 10_001}}),
        (422, "GET", "/compare?with=nope", {}),
        (422, "GET", "/compare.csv", {}),
        (501, "GET", "/oembed?format=xml", {}),
    ],
)
def test_errors_and_redirects(
    client: FlaskClient, status: int, method: str, address: str, options: dict[str, object]
) -> None:
    answer = client.open(address, method=method, **options)
    assert answer.status_code == status
    _check(answer, address)


def test_too_many_requests(make_app: Callable[..., Flask]) -> None:
    client = make_app(FIND_RATE_LIMIT="1 per minute").test_client()
    assert client.post("/find").status_code == 422
    answer = client.post("/find")
    assert answer.status_code == 429
    _check(answer, "/find")


def test_faults(app: Flask, make_app: Callable[..., Flask], tmp_path: Path, api: PostcodeAPI) -> None:
    app.add_url_rule("/broken", view_func=lambda: 1 / 0)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    _check(answer, "/broken")
    empty = make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'nothing.sqlite'}").test_client()
    for address in ("/", "/councils/leeds", "/councils/leeds/embed", "/councils.csv", "/readyz"):
        answer = empty.get(address)
        assert answer.status_code == 503
        _check(answer, address)
    api.fault = "500"
    answer = make_app(POSTCODE_SOURCES="api").test_client().post("/find", data={"postcode": "SE1 2DL"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    _check(answer, "/find")


def test_the_real_server_adds_its_name_and_nothing_else(make_app: Callable[..., Flask], site: str) -> None:
    """Its site has an http address, so that there must be no promise of https either."""
    app = make_app(SITE_URL="http://127.0.0.1:8000")
    session, client = requests.Session(), app.test_client()
    others = ("/nope", "/find", "/councils/cardiff/embed", "/static/..%2fsettings.py")
    for address in (*addresses(app), *others):
        answer = session.get(site + address, allow_redirects=False)
        script = answer.headers["Content-Type"].startswith("text/html") and _has_script(answer.text)
        framed = address.endswith("/embed") and answer.status_code == 200
        expected = wanted(address.partition("?")[0], answer.status_code, script, framed, https=False)
        assert given(answer.headers) == {**expected, "Server": "granian"}, address
        of_the_app = client.get(address, headers=dict(session.headers))
        assert _names(answer.headers) == _names(of_the_app.headers), address


def _names(headers: Iterable[str] | Headers) -> set[str]:
    """But for the two that a server may add."""
    names = headers.keys() if isinstance(headers, Headers) else headers
    return {name.lower() for name in names} - {"server", "date"}
