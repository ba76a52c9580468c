"""Addresses of static files with a hash of their content, so that browsers may keep them for a year."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for

FOREVER = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    folder = Path(app.static_folder or "")

    @cache
    def content_hash(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        """The address of a static file as it is now."""
        return url_for("static", filename=name, v=content_hash(name))

    def keep(response: Response) -> Response:
        if request.endpoint == "static" and request.args.get("v") and response.status_code in (200, 304):
            response.headers["Cache-Control"] = FOREVER
            response.direct_passthrough = False
            response.make_sequence()  # whole, so that it is compressed once and kept
        return response

    app.jinja_env.globals["asset"] = asset
    app.after_request(keep)
