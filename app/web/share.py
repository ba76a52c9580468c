"""For those who pass a result on: its picture, its embed, oEmbed, and what readers of links look for.

Every address made here is the page's own, under SITE_URL, without a query: nothing that anybody typed can
be in it.
"""

import re
from typing import Any

from flask import Blueprint, Flask, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.models import Council
from app.records.bodies import Former
from app.records.record import Record
from app.records.version import version_of
from app.web.card.drawing import HEIGHT, WIDTH, png_of, svg_of, version_of_picture
from app.web.councils import body_or_404, english_council, english_record, record_of
from app.web.headers import IN_FRAMES, KEEP_A_PAGE, PAGE_AGE
from app.web.site import full_address, settings
from app.web.wording import ANSWER_WORDS, headline

blueprint = Blueprint("share", __name__)

EMBED_WIDTH = 480  # pixels
EMBED_HEIGHT = 340  # holds the longest answer; embed.css drops the quilt where it would not fit
FRAME = Markup(
    '<iframe src="{src}" title="{title}" width="{width}" height="{height}" loading="lazy"'
    ' style="border:0;max-width:100%"></iframe>'
)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        picture_address=picture_address,
        frame=frame,
        structured=structured,
        record_in_words=record_in_words,
    )
    app.jinja_env.get_template("share/card.svg")  # compiled now, not while somebody waits for the first card


@blueprint.get("/councils/<slug>/card.png")
def card(slug: str) -> ResponseReturnValue:
    """The picture, told apart by what it shows and by the record it was drawn from."""
    record = english_record(slug, "share.card")
    svg = svg_of(record, settings())
    picture = Response(mimetype="image/png", headers={"Cache-Control": KEEP_A_PAGE})
    version = version_of_picture(record, svg)
    picture.set_etag(version)
    if not request.if_none_match.contains(version):
        picture.data = png_of(svg)
    return picture.make_conditional(request)


@blueprint.get("/councils/<slug>/embed")
def embed(slug: str) -> ResponseReturnValue:
    """The result in a frame; for a council that several replaced, who they are, so that no frame breaks."""
    body = body_or_404(slug)
    if isinstance(body, Former) and len(body.successors) > 1:
        return render_template("share/moved.html", body=body), IN_FRAMES
    return render_template("share/embed.html", record=english_record(slug, "share.embed")), IN_FRAMES


@blueprint.get("/oembed")
def oembed() -> ResponseReturnValue:
    """oEmbed 1.0 (oembed.com), type "rich": 404 for an address that is no English council's, 501 for XML."""
    if request.args.get("format", "json") != "json":
        abort(501)
    council = _council_at(request.args.get("url", "")) or abort(404)
    most_wide, most_high = (request.args.get(name, type=int) for name in ("maxwidth", "maxheight"))
    width, height = _at_most(EMBED_WIDTH, most_wide), _at_most(EMBED_HEIGHT, most_high)
    record = record_of(council)
    answer = {
        "version": "1.0",
        "type": "rich",
        "title": f"{council.name}: {record.rating.band.value}",
        "provider_name": settings().site_name,
        "provider_url": settings().site_url,
        "cache_age": PAGE_AGE,
        "html": frame(council, width, height),
        "width": width,
        "height": height,
    }
    if _at_most(WIDTH, most_wide) == WIDTH and _at_most(HEIGHT, most_high) == HEIGHT:
        answer["thumbnail_url"] = picture_address(record)
        answer["thumbnail_width"], answer["thumbnail_height"] = WIDTH, HEIGHT
    return answer


def picture_address(record: Record) -> str:
    """Where a record's card is. It changes with the record, so that networks fetch the new one."""
    return full_address("share.card", slug=record.council.slug, v=version_of(record))


def frame(council: Council, width: int = EMBED_WIDTH, height: int = EMBED_HEIGHT) -> str:
    """The HTML that shows a council's result on another site."""
    address = full_address("share.embed", slug=council.slug)
    title = f"{settings().site_name}: {council.name}"
    return str(FRAME.format(src=address, title=title, width=width, height=height))


def record_in_words(record: Record) -> str:
    """What the picture shows, for those who cannot see it."""
    counts = ((record.rating.count(answer), word.lower()) for answer, word in ANSWER_WORDS.items())
    tally = [f"{count} {word}" for count, word in counts if count]
    return f"{headline(record)} {record.rating.band.value}. Our 12 checks: {', '.join(tally)}."


def structured(record: Record) -> dict[str, Any]:
    """The page in the words of schema.org. No rating of theirs: we judge a document, not the council."""
    council = record.council
    about = {"@type": "GovernmentOrganization", "name": council.official_name, "url": council.homepage}
    page = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "url": full_address("councils.page", slug=council.slug),
        "name": f"{council.name}: {record.rating.band.value}",
        "description": headline(record),
        "inLanguage": "en-GB",
        "lastReviewed": record.checked_on.isoformat() if record.checked_on else None,
        "isPartOf": {"@type": "WebSite", "name": settings().site_name, "url": settings().site_url},
        "about": {name: value for name, value in about.items() if value},
        "primaryImageOfPage": {"@type": "ImageObject", "url": picture_address(record)},
    }
    return {name: value for name, value in page.items() if value}


def _council_at(address: str) -> Council | None:
    """The council whose page has this address under SITE_URL, a query or a slash at its end aside."""
    page = re.fullmatch(r"(.+)/councils/([a-z0-9-]{1,64})/?(?:[?#].*)?", address)
    if page is None or page[1] != settings().site_url:
        return None
    return english_council(page[2])


def _at_most(size: int, limit: int | None) -> int:
    """A size within a consumer's limit; a limit that makes no sense is none."""
    return min(size, limit) if limit and limit > 0 else size
