"""The site's settings, and its pages' public addresses."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote_from_bytes

from flask import Flask, current_app, url_for

from app.settings import Settings

RAW = "%&=+;/?:@!$'()*,#"  # what stays as it is


def init_app(app: Flask) -> None:
    """Mend at the door what would break pages: an odd Host header, and raw bytes in a query."""
    answer = app.wsgi_app

    def answer_mended(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ.pop("HTTP_HOST", None)  # no page may depend on it: SITE_URL counts
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():  # its characters are bytes (PEP 3333); Werkzeug reads them encoded
            environ["QUERY_STRING"] = quote_from_bytes(query.encode("latin-1"), safe=RAW)
        return answer(environ, start_response)

    app.wsgi_app = answer_mended  # type: ignore[method-assign]


def settings() -> Settings:
    """Those that the running app was made with."""
    found: Settings = current_app.extensions["settings"]
    return found


def full_address(endpoint: str, **values: Any) -> str:
    """The public address of a page under SITE_URL, whatever host it was asked for under."""
    return settings().site_url + url_for(endpoint, **values)
