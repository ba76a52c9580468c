"""Somebody who sends anything at all, byte by byte, and looks for what must never be in an answer."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from bs4 import BeautifulSoup, Comment
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import create_environ, run_wsgi_app

from tests.safety.headers import given, wanted

MARK = "zzmark"  # in every attack: whatever is made of it is made of what was sent
KINDS = {
    "text/html", "text/plain", "text/csv", "text/css", "text/javascript", "application/json",
    "application/xml", "image/png", "image/svg+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
OWN_PATH = re.compile(r"(/[a-z0-9-]+)+(\.json|/card\.png)?(\?[a-z]+=[a-z0-9,-]*(&[a-z]+=[a-z0-9,-]*)*)?")
TYPED_STAYS = {("input", "value"), ("a", "href")}

asked = 0  # requests so far, for the summary


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def kind(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]


def ask(
    app: Flask,
    method: str,
    path: bytes,
    query: bytes = b"",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    content_type: str = "",
) -> Answer:
    """Send a request with a path and a query as a server hands them over, unmended, and check the answer."""
    global asked
    asked += 1
    environ = create_environ("/", method=method, input_stream=BytesIO(body))
    environ |= {"PATH_INFO": path.decode("latin-1"), "QUERY_STRING": query.decode("latin-1")}
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": True}
    if content_type:
        environ["CONTENT_TYPE"] = content_type
    for name, value in headers:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    parts, status, got = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    answer = Answer(int(status[:3]), got, b"".join(parts))
    check(answer, method, path, query)
    return answer


def check(answer: Answer, method: str, path: bytes, query: bytes) -> None:
    """What holds for every answer of the site, whatever was asked."""
    oembed_as_xml = answer.status == 501 and path == b"/oembed" and b"format=" in query
    assert answer.status < 500 or oembed_as_xml, answer.status
    for name, value in answer.headers:
        assert not re.search("[\r\n\0]", name + value), name
        assert MARK not in (name + value).lower(), name
    expected = wanted(path.decode("latin-1"), answer.status)
    got = given(answer.headers.items())
    assert got | {"Content-Security-Policy": ""} == expected | {"Content-Security-Policy": ""}
    assert "frame-ancestors *" not in got["Content-Security-Policy"] or path.rstrip(b"/").endswith(b"/embed")
    location = answer.headers.get("Location")
    assert (300 <= answer.status < 304 or answer.status == 308) is (location is not None)
    assert location is None or OWN_PATH.fullmatch(location), location
    if answer.status not in (204, 304) and "Content-Encoding" not in answer.headers:
        assert answer.kind in KINDS, answer.kind
        if answer.kind == "text/html":
            check_markup(answer.text)
        elif "Content-Disposition" not in answer.headers:
            assert MARK.encode() not in answer.body.lower()


def check_markup(page: str) -> None:
    """Whatever was sent is text, or the value of a box, or encoded in a link to write an e-mail."""
    if MARK not in page.lower():
        return
    for element in BeautifulSoup(page, "html.parser").find_all(True):
        assert MARK not in element.name
        for name, value in element.attrs.items():
            values = value if isinstance(value, list) else [value]
            assert MARK not in name
            assert not name.startswith("on")
            if any(MARK in each.lower() for each in values):
                assert (element.name, name) in TYPED_STAYS, (element.name, name)
                assert name != "href" or value.startswith("mailto:?subject=")
        if element.name in ("script", "style", "title", "svg"):
            assert MARK not in element.text.lower()
        if element.name == "script":
            assert element.get("type") == "application/ld+json" or str(element["src"]).startswith("/static/")
        assert not any(isinstance(each, Comment) and MARK in each.lower() for each in element.children)
    assert f"49{MARK}" not in page  # the sum of a template's {{ 7 * 7 }}
