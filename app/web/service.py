"""For machines: is the site alive, is it ready, what may search engines read."""

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import database
from app.models import Council, Document
from app.records.bodies import english_councils
from app.web.clock import today
from app.web.find import finder

blueprint = Blueprint("service", __name__)
UNKEPT = {"Cache-Control": "no-store"}


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"alive": True}, 200, UNKEPT


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Ready when the database answers and holds councils. A failing source of postcodes is told of, no more:
    pages still work, and so may the other source.
    """
    state = {"postcodes": _sources()}
    try:
        session = database.session()
        councils = len(english_councils(session, today()))
        documents = session.scalar(select(func.count()).select_from(Document))
    except SQLAlchemyError as error:
        return {"ready": False, "database": type(error).__name__, **state}, 503, UNKEPT
    ready = councils > 0
    data = {"english_councils": councils, "documents": documents}
    return {"ready": ready, "database": "answers", "data": data, **state}, 200 if ready else 503, UNKEPT


def _sources() -> dict[str, str]:
    """How the sources of postcodes are, for those in use."""
    api, index = finder().api, finder().index
    state = {"api": api.state} if api else {}
    if index:
        state["index"] = f"edition {index.edition} of {index.date}, {index.postcodes} postcodes"
    elif unusable := current_app.extensions.get("index_unusable"):
        state["index"] = unusable
    return state


@blueprint.get("/robots.txt")
def robots() -> Response:
    site = current_app.extensions["settings"].site_url
    return Response(f"User-agent: *\nAllow: /\nSitemap: {site}/sitemap.xml\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    slugs = database.session().scalars(select(Council.slug).order_by(Council.slug))
    text = render_template("service/sitemap.xml", slugs=list(slugs))
    return Response(text, mimetype="application/xml")
