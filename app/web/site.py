"""The site's settings, and its pages' public addresses."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app, url_for

from app.settings import Settings


def init_app(app: Flask) -> None:
    """Take the Host header away at the door: no page may depend on it, and an odd one would break links."""
    answer = app.wsgi_app

    def answer_without_host(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ.pop("HTTP_HOST", None)
        return answer(environ, start_response)

    app.wsgi_app = answer_without_host  # type: ignore[method-assign]


def settings() -> Settings:
    """Those that the running app was made with."""
    found: Settings = current_app.extensions["settings"]
    return found


def full_address(endpoint: str, **values: Any) -> str:
    """The public address of a page under SITE_URL, whatever host it was asked for under."""
    return settings().site_url + url_for(endpoint, **values)
