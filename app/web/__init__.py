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
    find,
    guide,
    headers,
    picture,
    posted,
    service,
    share,
    site,
    sources,
    wording,
)
from app.web.letters import views as letters
from app.web.site import full_address


def init_app(app: Flask, settings: Settings) -> None:
    Compress(app)
    sources.init_app(app, settings)
    find.init_app(app)
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
    for module in (site, posted, errors, headers, assets, answers_log, wording, share):
        module.init_app(app)
