"""Pages kept ready: made and compressed once for what the tables hold, dropped when that or the day changes.

Only what anybody may see is kept: whole public answers to a plain GET without a query. They are given out
before Flask begins, with the headers they were made with, and still are while the database does not answer.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from http import HTTPStatus
from threading import Event, Lock
from time import perf_counter
from typing import TYPE_CHECKING

from cachetools import LRUCache
from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags

from app.web import answers_log
from app.web.clock import today
from app.web.last_load import Load

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MEMORY = 3_000_000  # bytes that each worker keeps; beyond that, what was not asked for longest goes
OVERHEAD = 2_500  # bytes of a page’s headers and keys, about
PATIENCE = 2.0  # seconds to wait for a page that another thread is making
ENCODINGS = ("br", "gzip")  # those the site is set to make, the smaller first
WITHOUT = "identity"
FOR_MACHINES = ("/healthz", "/readyz")  # never kept, and not to wait for a database
HASHED = re.compile("v=[0-9a-f]{12}")  # the one query kept: that of a static file
OF_A_BODY = {"Content-Type", "Content-Length", "Content-Encoding"}  # headers that a 304 goes without
TO_KEEP = "kinship.to_keep"  # where a request's environ says what its answer is kept for and as

Key = tuple[str, str]  # path and encoding


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was sent; `etag` without its quotes, `route` for the log."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    route: str


class Shelf:
    """The pages of one worker, all made from the same load on the same day."""

    def __init__(self, last_load: Callable[[], Load | None]) -> None:
        self._last_load = last_load
        self._made_from: tuple[Load, date] | None = None
        self._pages: LRUCache[Key, Kept] = LRUCache(MEMORY, getsizeof=lambda page: len(page.body) + OVERHEAD)
        self._lock = Lock()

    def label(self) -> tuple[Load, date] | None:
        """What a page made from now on is made from; None while that cannot be known."""
        load = self._last_load()
        return None if load is None else (load, today())

    def get(self, label: tuple[Load, date], key: Key) -> Kept | None:
        with self._lock:
            if label != self._made_from:
                self._pages.clear()
                self._made_from = label
            return self._pages.get(key)

    def put(self, label: tuple[Load, date], key: Key, page: Kept) -> None:
        with self._lock:
            if label == self._made_from and len(page.body) + OVERHEAD <= MEMORY:
                self._pages[key] = page


class KeptPages:
    """The site with a shelf of pages before it."""

    def __init__(self, site: "WSGIApplication", shelf: Shelf) -> None:
        self._site = site
        self._shelf = shelf
        self._making: dict[Key, Event] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        label = self._shelf.label() if _may_be_kept(environ) else None
        if label is None:
            return self._site(environ, start_response)
        started = perf_counter()
        encoding = encoding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))
        key = f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}", encoding
        mine = Event()
        page = self._shelf.get(label, key)
        if page is None and (first := self._making.setdefault(key, mine)) is not mine:
            first.wait(PATIENCE)
            page = self._shelf.get(label, key)
        if page is not None:
            return _give(page, environ, start_response, started)
        environ |= {TO_KEEP: (label, key), "HTTP_ACCEPT_ENCODING": encoding}
        try:
            return self._site(environ, start_response)
        finally:
            if self._making.get(key) is mine:
                del self._making[key]
            mine.set()


def init_app(app: Flask) -> None:
    """Must come before anything else that changes answers: what is kept is the answer as it leaves."""
    shelf = Shelf(app.extensions["last_load"])

    def keep(response: Response) -> Response:
        if request.method in ("GET", "HEAD") and _is_whole_and_public(response):
            response.add_etag()
            if request.method == "GET" and TO_KEEP in request.environ:
                label, key = request.environ[TO_KEEP]
                shelf.put(label, key, _page_of(response))
            response.make_conditional(request)
        return response

    app.after_request(keep)
    app.wsgi_app = KeptPages(app.wsgi_app, shelf)  # type: ignore[method-assign]


@lru_cache(256)
def encoding_of(accepted: str) -> str:
    """The encoding to use for an Accept-Encoding header (RFC 9110, 12.5.3)."""
    return parse_accept_header(accepted, Accept).best_match(ENCODINGS, default=WITHOUT) or WITHOUT


def _may_be_kept(environ: "WSGIEnvironment") -> bool:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ["PATH_INFO"] in FOR_MACHINES:
        return False
    query = environ.get("QUERY_STRING")
    return not query or bool(environ["PATH_INFO"].startswith("/static/") and HASHED.fullmatch(query))


def _is_whole_and_public(response: Response) -> bool:
    public = response.headers.get("Cache-Control", "").startswith("public")
    return public and response.status_code == HTTPStatus.OK and not response.is_streamed


def _page_of(response: Response) -> Kept:
    route = request.url_rule.rule if request.url_rule else ""
    headers = [(name, value) for name, value in response.headers if name != "Date"]
    return Kept(response.status, headers, response.get_data(), response.get_etag()[0] or "", route)


def _give(
    page: Kept, environ: "WSGIEnvironment", start_response: "StartResponse", started: float
) -> Iterable[bytes]:
    method, known = environ["REQUEST_METHOD"], environ.get("HTTP_IF_NONE_MATCH")
    if known and parse_etags(known).contains_weak(page.etag):
        headers = [(name, value) for name, value in page.headers if name not in OF_A_BODY]
        start_response("304 NOT MODIFIED", headers)
        answers_log.write(method, page.route, 304, started)
        return []
    start_response(page.status, page.headers)
    answers_log.write(method, page.route, HTTPStatus.OK, started)
    return [] if method == "HEAD" else [page.body]
