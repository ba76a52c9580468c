"""The whole country: the map, and the figures as files."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import database
from app.records.cartogram import cartogram
from app.records.picture import audits, picture_of
from app.records.rating import Band
from app.records.record import english_records, read_records
from app.web.as_csv import COUNCIL_COLUMNS, council_cells, csv_file
from app.web.clock import today
from app.web.listing import FilterForm, list_councils

blueprint = Blueprint("picture", __name__)

REGION_COLUMNS = (
    "place", "councils", "published", "own", "not_found_or_still_looking",
    *(band.slug.replace("-", "_") for band in Band), "as_at",
)  # fmt: skip


@blueprint.get("/map")
def show_map() -> str:
    session = database.session()
    records = english_records(session, today())
    return render_template(
        "picture/map.html",
        picture=picture_of(records),
        records=records,
        map=cartogram(session, records),
        audits=audits(session),
    )


@blueprint.get("/map.csv")
def map_as_csv() -> Response:
    """Every English council as in /councils.csv, with its cell on the map if it has one."""
    session = database.session()
    records = english_records(session, today())
    drawn = cartogram(session, records)
    cells = {placed.record.council.slug: (placed.col, placed.row) for placed in drawn.tiles}
    rows = ([*council_cells(each), *cells.get(each.council.slug, (None, None))] for each in records)
    return csv_file("map", (*COUNCIL_COLUMNS, "col", "row"), rows)


@blueprint.get("/councils.csv")
def councils_as_csv() -> ResponseReturnValue:
    """The councils that /councils lists for the same query."""
    form = FilterForm(request.args)
    if form.holds_postcode:
        return redirect(url_for("councils.every", typed="postcode"), 303)
    session = database.session()
    listing = list_councils(session, form, today())
    others = read_records(session, listing.others, today())
    return csv_file("councils", COUNCIL_COLUMNS, map(council_cells, [*listing.matching, *others]))


@blueprint.get("/regions.csv")
def regions_as_csv() -> Response:
    """The counts by region, and for England as a whole in the last row."""
    picture = picture_of(english_records(database.session(), today()))
    rows = (
        (
            each.place,
            each.councils,
            each.published,
            each.own,
            each.not_yet,
            *(count for _, count in each.bands),
            picture.checked_on,
        )
        for each in (*picture.regions, picture.england)
    )
    return csv_file("regions", REGION_COLUMNS, rows)
