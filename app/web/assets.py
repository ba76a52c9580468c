"""Addresses of static files with a hash of their content, so that browsers may keep them for a year."""

import hashlib
from pathlib import Path

from flask import Flask, Response, request, url_for

FOREVER = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    hashes = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        for file in Path(app.static_folder or "").iterdir()
    }

    def asset(name: str) -> str:
        """The address of a static file as it is now."""
        return url_for("static", filename=name, v=hashes[name])

    def keep(response: Response) -> Response:
        name = (request.view_args or {}).get("filename") if request.endpoint == "static" else None
        asked = request.args.get("v")
        # Another version than ours, as from a process that was started anew, is given out but not to be kept.
        if name in hashes and asked == hashes[name] and response.status_code in (200, 304):
            response.headers["Cache-Control"] = FOREVER
            response.direct_passthrough = False
            response.make_sequence()  # whole, so that it is compressed once and kept
        return response

    app.jinja_env.globals["asset"] = asset
    app.after_request(keep)
