"""The site's settings, and its pages' public addresses."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from urllib.parse import quote_from_bytes

from flask import Flask, current_app, url_for

from app.settings import Settings

OF_A_BODY = ("CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "wsgi.input_terminated")
RAW = "%&=+;/?:@!$'()*,#"  # what stays as it is


def init_app(app: Flask) -> None:
    """Mend at the door what would break pages: odd Host headers, raw bytes in queries, bodies of a GET."""
    answer = app.wsgi_app

    def answer_mended(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ.pop("HTTP_HOST", None)  # no page may depend on it: SITE_URL counts
        if (
            environ["REQUEST_METHOD"] != "POST"
        ):  # what a GET brings must never fill in a page, nor be waited for
            environ["wsgi.input"] = BytesIO()
            for name in OF_A_BODY:
                environ.pop(name, None)
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
