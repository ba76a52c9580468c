"""The pages that explain: how we check, about, help, privacy, accessibility."""

from flask import Blueprint, render_template

from app import database
from app.records.advice import advice_lines
from app.records.criteria import criteria, keys
from app.records.rating import Band, Standing, band_of, settled_band
from app.web.sources import finder

blueprint = Blueprint("guide", __name__)

# The worked example: an invented council with a local offer; six questions yes, one no, five not seen.
EXAMPLE: dict[str, str | None] = {
    **dict.fromkeys(("approach", "money", "wellbeing", "education", "contact", "current"), "yes"),
    "housing": "no",
    **dict.fromkeys(("family_time", "legal", "accountable", "involved", "complaints"), None),
}


@blueprint.get("/how-we-check")
def how_we_check() -> str:
    standing = Standing.OFFER
    yes = {key for key, answer in EXAMPLE.items() if answer == "yes"}
    return render_template(
        "guide/how-we-check.html",
        criteria=criteria(),
        law=keys("law"),
        bands=list(Band),
        example=EXAMPLE,
        low=settled_band(yes, standing),
        high=settled_band({key for key, answer in EXAMPLE.items() if answer != "no"}, standing),
        published=band_of(standing, EXAMPLE),
    )


@blueprint.get("/about")
def about() -> str:
    index = finder().index
    attribution = index.attribution if index else ""
    return render_template("guide/about.html", attribution=attribution)


@blueprint.get("/help")
def get_help() -> str:
    return render_template("guide/help.html", advice=advice_lines(database.session()))


@blueprint.get("/privacy")
def privacy() -> str:
    return render_template("guide/privacy.html")


@blueprint.get("/accessibility")
def accessibility() -> str:
    return render_template("guide/accessibility.html")
