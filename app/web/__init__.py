"""What people see: a blueprint for each purpose a visitor comes with."""

from flask import Flask
from flask_compress import Compress

from app.settings import Settings
from app.web import (
    answers_log,
    assets,
    briefing,
    compare,
    councils,
    errors,
    fast_path,
    find,
    guide,
    headers,
    last_load,
    page_cache,
    picture,
    posted,
    rates,
    service,
    share,
    site,
    slow_clients,
    sources,
    wording,
)
from app.web.letters import views as letters
from app.web.site import full_address


def init_app(app: Flask, settings: Settings) -> None:
    """Wire everything: of two that change answers, the later does so first."""

    def largest_form(path: str) -> int:
        small: int = app.config["MAX_CONTENT_LENGTH"]
        return letters.LETTER_BYTES if letters.LETTERS.fullmatch(path) else small

    answers_log.init_app(app)
    last_load.init_app(app)
    rates.init_app(app, settings)
    sources.init_app(app, settings)
    fast_path.init_app(app, settings)
    page_cache.init_app(app)
    Compress(app)
    app.jinja_env.globals.update(site=settings, full_address=full_address)
    for blueprint in (
        find.blueprint,
        councils.blueprint,
        share.blueprint,
        briefing.blueprint,
        letters.blueprint,
        picture.blueprint,
        compare.blueprint,
        guide.blueprint,
        service.blueprint,
    ):
        app.register_blueprint(blueprint)
    slow_clients.init_app(app, settings, largest_form)
    for module in (site, posted, errors, headers, assets, wording, share):
        module.init_app(app)
