"""For machines: is the site alive, is it ready, what may search engines read."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import database
from app.models import Council, Document
from app.records.bodies import english_councils
from app.web.clock import today
from app.web.rates import rates
from app.web.site import full_address
from app.web.sources import finder, state_of_sources

blueprint = Blueprint("service", __name__)
UNKEPT = {"Cache-Control": "no-store"}


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"alive": True}, 200, UNKEPT


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Ready when the database answers and holds councils, and there is a source of postcodes to ask.

    An API or a store of rate limits that fails for now is told of, no more: pages work without them.
    """
    state = {"postcodes": state_of_sources(), "rate_limits": rates().state}
    try:
        session = database.session()
        councils = len(english_councils(session, today()))
        documents = session.scalar(select(func.count()).select_from(Document))
    except SQLAlchemyError as error:
        return {"ready": False, "database": type(error).__name__, **state}, 503, UNKEPT
    ready = councils > 0 and (finder().api is not None or finder().index is not None)
    data = {"english_councils": councils, "documents": documents}
    return {"ready": ready, "database": "answers", "data": data, **state}, 200 if ready else 503, UNKEPT


@blueprint.get("/robots.txt")
def robots() -> Response:
    text = f"User-agent: *\nAllow: /\nSitemap: {full_address('service.sitemap')}\n"
    return Response(text, mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    slugs = database.session().scalars(select(Council.slug).order_by(Council.slug))
    text = render_template("service/sitemap.xml", slugs=list(slugs))
    return Response(text, mimetype="application/xml")
