"""Postcodes for which nobody need be asked, answered before Flask begins.

The index answers in microseconds; routing, form and headers take fifty times as long. So what Flask answered
for a council is noted, and given again for other postcodes there. Whatever is not that plain goes to Flask.
"""

from collections.abc import Iterable
from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from app.postcodes.answer import Certainty, Found
from app.postcodes.finder import Finder
from app.postcodes.postcode import Malformed, Postcode, read
from app.settings import Settings
from app.web import answers_log
from app.web.clock import today
from app.web.rates import Rates

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FIND = "/find"
FORM = "application/x-www-form-urlencoded"
LONGEST = 40  # bytes of a form that holds a postcode and nothing else

Answer = tuple[str, list[tuple[str, str]], bytes]


class FastPath:
    """The site, with the redirects that it made for postcodes before it."""

    def __init__(self, site: "WSGIApplication", finder: Finder, rates: Rates, rate: str) -> None:
        self._site = site
        self._finder = finder
        self._rates = rates
        self._rate = rate
        self._answers: dict[str, Answer] = {}  # by the council's slug

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] != FIND or environ["REQUEST_METHOD"] != "POST":
            return self._site(environ, start_response)
        started = perf_counter()
        slug = self._council(environ)
        if slug is None:
            return self._site(environ, start_response)
        answer = self._answers.get(slug)
        if answer is None:
            return self._note(slug, environ, start_response)
        if self._rates.exceeded(self._rate, "find", environ.get("REMOTE_ADDR", "")):
            return self._site(environ, start_response)
        status, headers, body = answer
        start_response(status, list(headers))
        answers_log.write("POST", FIND, 303, started)
        return [body]

    def _council(self, environ: "WSGIEnvironment") -> str | None:
        """The slug of the council of the one postcode that a form holds, if that is sure and needs nobody."""
        length = environ.get("CONTENT_LENGTH") or ""
        if environ.get("CONTENT_TYPE") != FORM or not length.isdecimal() or int(length) > LONGEST:
            return None
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = BytesIO(body)  # for Flask, should it have to
        try:
            ((name, typed),) = parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=1)
            place = read(typed) if name == "postcode" else None
            if not isinstance(place, Postcode):
                return None
            outcome = self._finder.known_without_asking(place, today())
        except (ValueError, Malformed, SQLAlchemyError):
            return None
        match outcome:
            case Found(slug=slug, certainty=Certainty.EXACT, retired=False):
                return slug
        return None

    def _note(
        self, slug: str, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        response = Response.from_app(self._site, environ, buffered=True)
        if response.status_code == 303 and response.location == f"/councils/{slug}":
            self._answers[slug] = response.status, list(response.headers), response.get_data()
        return response(environ, start_response)


def init_app(app: Flask, settings: Settings) -> None:
    app.wsgi_app = FastPath(  # type: ignore[method-assign]
        app.wsgi_app, app.extensions["finder"], app.extensions["rates"], settings.find_rate_limit
    )
