"""What people see: a blueprint for each purpose a visitor comes with."""

from flask import Flask
from flask_compress import Compress

from app.settings import Settings
from app.web import (
    answers_log,
    assets,
    councils,
    errors,
    find,
    guide,
    headers,
    service,
    share,
    sources,
    wording,
)


def init_app(app: Flask, settings: Settings) -> None:
    Compress(app)
    sources.init_app(app, settings)
    find.init_app(app)
    app.jinja_env.globals["site"] = settings
    for blueprint in (
        find.blueprint,
        councils.blueprint,
        guide.blueprint,
        share.blueprint,
        service.blueprint,
    ):
        app.register_blueprint(blueprint)
    for module in (errors, headers, assets, answers_log, wording, share):
        module.init_app(app)
