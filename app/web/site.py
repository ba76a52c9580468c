"""The site's settings, and its pages' public addresses."""

from typing import Any

from flask import current_app, url_for

from app.settings import Settings


def settings() -> Settings:
    """Those that the running app was made with."""
    found: Settings = current_app.extensions["settings"]
    return found


def full_address(endpoint: str, **values: Any) -> str:
    """The public address of a page under SITE_URL, whatever host it was asked for under."""
    return settings().site_url + url_for(endpoint, **values)
