"""The pages that explain: how we check, about, help, privacy, accessibility."""

from flask import Blueprint, render_template
from sqlalchemy import select

from app import database
from app.models import AdviceLine
from app.records.criteria import criteria, keys
from app.records.rating import Band, Standing, band_of, settled_band

blueprint = Blueprint("guide", __name__)

# The worked example: an invented council whose manual is not the only document, seven questions seen.
EXAMPLE: dict[str, str | None] = {
    **dict.fromkeys(("approach", "money", "wellbeing", "education", "contact", "current"), "yes"),
    "housing": "no",
    **dict.fromkeys(("family_time", "legal", "accountable", "involved", "complaints"), None),
}


def advice_for(nation: str) -> list[AdviceLine]:
    """The national advice services for people in a nation."""
    lines = database.session().scalars(select(AdviceLine).order_by(AdviceLine.position))
    return [line for line in lines if nation in line.nations.split(";")]


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
    return render_template("guide/about.html")


@blueprint.get("/help")
def get_help() -> str:
    lines = list(database.session().scalars(select(AdviceLine).order_by(AdviceLine.position)))
    return render_template("guide/help.html", advice=lines)


@blueprint.get("/privacy")
def privacy() -> str:
    return render_template("guide/privacy.html")


@blueprint.get("/accessibility")
def accessibility() -> str:
    return render_template("guide/accessibility.html")
