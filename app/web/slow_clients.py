"""Slow clients wait outside, so that nobody else waits for them.

A WSGI server gives a request its thread as soon as the headers are there, and a client that then sends its
form a byte at a time keeps that thread. So the server has a thread for every connection it takes (Makefile),
and of those only so many are let into the site at once, each with the whole of what was posted in hand.
"""

import re
from collections.abc import Callable, Iterable
from io import BytesIO
from threading import BoundedSemaphore
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from flask import Flask, abort, request

from app.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATIENCE = 10.0  # seconds for a whole form; phones on a poor line need two or three
PIECE = 16  # bytes; a read returns when it has them all, so few, lest one lasts longer than our patience
GAVE_UP = "kinship.gave_up"  # in the WSGI environment of a request whose form did not come in time


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class TooSlow(Exception):
    """The form did not come in time."""


class Turns:
    """WSGI middleware: read what is posted, then wait for one of the `places` in the site."""

    def __init__(self, site: "WSGIApplication", places: int, largest: Callable[[str], int]) -> None:
        self._site = site
        self._places = BoundedSemaphore(places)
        self._largest = largest

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        in_memory = isinstance(environ["wsgi.input"], BytesIO)  # as from a client in this process
        if environ["REQUEST_METHOD"] == "POST" and not in_memory:
            self._take_form(environ)
        with self._places:
            return _whole(self._site(environ, start_response))

    def _take_form(self, environ: "WSGIEnvironment") -> None:
        """Swap the stream for what it holds. What is announced as too large is left: the site refuses it."""
        announced = environ.get("CONTENT_LENGTH") or ""
        largest = self._largest(environ["PATH_INFO"])
        length = largest + 1
        if announced:
            if not re.fullmatch(r"[0-9]{1,9}", announced) or int(announced) > largest:
                return
            length = int(announced)
        try:
            environ["wsgi.input"] = BytesIO(_read(environ["wsgi.input"], length))
        except TooSlow:
            environ[GAVE_UP] = True


def _whole(answer: Iterable[bytes]) -> list[bytes]:
    """An answer in one piece: the server sends a list at once with its headers, anything else bit by bit."""
    try:
        return [b"".join(answer)]
    finally:
        if close := getattr(answer, "close", None):
            close()


def init_app(app: Flask, settings: Settings, largest: Callable[[str], int]) -> None:
    """`largest` says how many bytes a form may have that is posted to a path."""
    app.wsgi_app = Turns(app.wsgi_app, settings.web_threads, largest)  # type: ignore[method-assign]
    app.before_request(_say_so)


def _read(stream: _Readable, length: int) -> bytes:
    """At most `length` bytes, fewer if the client ends sooner. Raises `TooSlow`."""
    until = monotonic() + PATIENCE
    form = bytearray()
    while length > 0 and (piece := stream.read(min(PIECE, length))):
        form += piece
        length -= len(piece)
        if length > 0 and monotonic() > until:
            raise TooSlow
    return bytes(form)


def _say_so() -> None:
    if request.environ.get(GAVE_UP):
        abort(408)
