"""Kinship Council Check: a postcode in, the council's kinship care policy out."""

import os
from collections.abc import Mapping

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.settings import ROOT, Settings


def create_app(environment: Mapping[str, str] | None = None) -> Flask:
    """Wire the app from the environment. Raises `SettingError` for a bad setting."""
    # Imported only now: the migrations use this package too, and start sooner without the web pages.
    from app import commands, database, web

    settings = Settings.from_environment(os.environ if environment is None else environment)
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        COMPRESS_ALGORITHM=["br", "gzip"],
        MAX_CONTENT_LENGTH=16 * 1024,  # bytes; the longest form here holds one line
    )
    # Nothing that was asked for is ever sent back as an address to go to: it may hold what somebody typed.
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.extensions["settings"] = settings
    database.init_app(app, settings.database_url)
    web.init_app(app, settings)
    commands.init_app(app)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0)  # type: ignore[method-assign]
    return app
