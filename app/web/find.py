"""From a postcode to a council's page: the home page, the form, and the pages of places elsewhere."""

from typing import Any

from flask import (
    Blueprint,
    Flask,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import FlaskForm
from redis.backoff import NoBackoff
from redis.retry import Retry
from wtforms import StringField
from wtforms.validators import ValidationError

from app import database
from app.models import Council
from app.postcodes.answer import Certainty, Found, NotFound, OneOf, Unavailable
from app.postcodes.postcode import Elsewhere, Malformed, Postcode, read
from app.records.advice import advice_lines
from app.records.picture import picture_of
from app.records.record import english_records
from app.web.clock import today
from app.web.site import settings
from app.web.sources import edition_month, finder

blueprint = Blueprint("find", __name__)
# Where Redis counts for all workers, it may hold up a visitor this long and no longer. While it does not
# answer, each worker counts for itself; Flask-Limiter asks Redis again after 1 to 32 seconds. A request that
# fails beside the one that noticed goes uncounted: better than turned away.
REDIS_TIMEOUT = 0.5  # seconds
REDIS: dict[str, Any] = {
    "socket_timeout": REDIS_TIMEOUT,
    "socket_connect_timeout": REDIS_TIMEOUT,
    "retry": Retry(NoBackoff(), 0),
}
limiter = Limiter(
    get_remote_address, in_memory_fallback_enabled=True, swallow_errors=True, storage_options=REDIS
)

PLACES = {"northern-ireland", "jersey", "guernsey", "isle-of-man", "bfpo", "overseas", "non-geographic"}
NO_SUCH_POSTCODE = "We can’t find that postcode. Check it and type it again."
OLD_POSTCODE = (
    "That is an old postcode. Royal Mail stopped using it, and we can’t tell which council it was in."
)
NO_COUNCIL = (
    "That postcode is real, but it belongs to no council. It may be a PO box. Try the postcode of your home."
)
NO_ANSWER = "We can’t look up postcodes just now. Try again in a few minutes, or find your council by name."


class FindForm(FlaskForm):
    """One field. No token: it changes nothing, and other sites may host it."""

    class Meta:
        csrf = False

    postcode = StringField()
    place: Postcode | Elsewhere

    def validate_postcode(self, field: StringField) -> None:
        try:
            self.place = read(field.data or "")
        except Malformed as error:
            raise ValidationError(str(error)) from None


def init_app(app: Flask) -> None:
    limiter.init_app(app)


def state_of_limits() -> str:
    """For /readyz."""
    return "counted" if limiter.storage.check() else "store does not answer: each worker counts for itself"


def _rate() -> str:
    return settings().find_rate_limit


@blueprint.get("/")
def home() -> str:
    session = database.session()
    return render_template(
        "find/home.html",
        form=FindForm(formdata=None),
        picture=picture_of(english_records(session, today())),
        advice=advice_lines(session, "England"),
    )


@blueprint.post("/find")
@limiter.limit(_rate, exempt_when=lambda: not _rate())
def find() -> ResponseReturnValue:
    form = FindForm(request.form)
    if not form.validate():
        return ask_again(form, 422)
    outcome = form.place if isinstance(form.place, Elsewhere) else finder().find(form.place, today())
    match outcome:
        case Elsewhere(place=place):
            return redirect(url_for("find.elsewhere", place=place), 303)
        case Found(slug=slug, certainty=certainty, retired=retired):
            note = "old-postcode" if retired else "likely" if certainty is Certainty.LIKELY else None
            return redirect(url_for("councils.page", slug=slug, found=note), 303)
        case OneOf(slugs=slugs, why=why):
            return render_template(
                "find/choose.html", councils=_councils(slugs), why=why.name, edition=edition_month()
            )
        case NotFound(exists=True):
            return ask_again(form, 404, NO_COUNCIL)
        case NotFound(retired=retired):
            return ask_again(form, 404, OLD_POSTCODE if retired else NO_SUCH_POSTCODE, outcome)
        case Unavailable():
            return ask_again(form, 503, NO_ANSWER)


def ask_again(
    form: FindForm, status: int, sentence: str = "", not_found: NotFound | None = None
) -> ResponseReturnValue:
    """The form with what is wrong said twice, in a summary and at the field, and what was typed kept.

    Suggestions are buttons that post, never links: a link would carry a postcode.
    """
    page = render_template(
        "find/again.html",
        form=form,
        sentence=sentence or str(form.postcode.errors[0]),
        not_found=not_found,
        near=_councils(not_found.near) if not_found else [],
        edition=edition_month(),
    )
    response = make_response(page, status)
    if status == 503:
        response.headers["Retry-After"] = "60"
    return response


def _councils(slugs: tuple[str, ...]) -> list[Council]:
    return [database.session().get_one(Council, slug) for slug in slugs]


@blueprint.get("/elsewhere/<place>")
def elsewhere(place: str) -> str:
    if place not in PLACES:
        abort(404)
    return render_template(f"elsewhere/{place}.html")
