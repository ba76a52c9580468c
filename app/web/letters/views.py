"""The pages where letters are written: to a council's lead member, to an MP, for an ask of the campaign."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.models import Council
from app.records.bodies import Current, Former, Future, NotResponsible
from app.records.record import Finding, Record
from app.web.clock import today
from app.web.councils import body_or_404, record_of
from app.web.find import FindForm
from app.web.letters import finding
from app.web.letters.asks import Prompt, ask_of, asks
from app.web.letters.files import download
from app.web.letters.form import LetterForm
from app.web.letters.letter import ENDING, Letter, compose, greet_councillor, greet_mp
from app.web.rates import refuse_too_many
from app.web.site import full_address, settings
from app.web.wording import the

blueprint = Blueprint("letters", __name__)

LETTER_BYTES = 1024 * 1024  # for the forms of these pages alone; see LONGEST_ANSWER
LETTER_RATE = "60 per minute"
LETTERS = re.compile(r"/councils/[^/]+/write(/mp)?/?|/act/[^/]+/?")  # where they are posted to
COUNCIL_ASK = "council-support"  # the ask whose prompts serve the letters about a council


@blueprint.url_value_preprocessor  # comes before the check in app/web/posted.py
def allow_long_letters(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    request.max_content_length = request.max_form_memory_size = LETTER_BYTES


@blueprint.before_request
def refuse_too_many_letters() -> None:
    if request.method == "POST" and settings().find_rate_limit:
        refuse_too_many("write", LETTER_RATE)


@blueprint.route("/councils/<slug>/write", methods=["GET", "POST"])
def to_councillor(slug: str) -> ResponseReturnValue:
    return _about_council(slug, finding.requests_to_councillor, mp=False)


@blueprint.route("/councils/<slug>/write/mp", methods=["GET", "POST"])
def to_mp(slug: str) -> ResponseReturnValue:
    return _about_council(slug, finding.requests_to_mp, mp=True)


def _about_council(
    slug: str, requests_for: Callable[[Record, list[Finding]], list[finding.Request]], mp: bool
) -> ResponseReturnValue:
    record = _record_or_way_on(slug)
    if not isinstance(record, Record):
        return record
    form, gaps, prompts = _form(), record.open_questions, _council_prompts()
    raised = form.raised(gaps)
    requests = requests_for(record, raised)
    letter = compose(
        greet_mp if mp else greet_councillor,
        f"Help for kinship families in {the(record.council.name)}",
        prompts,
        form.written(prompts),
        [
            _finding(record, raised),
            finding.needs(record, raised) if mp else finding.questions(raised),
            f"{finding.DUTY} {form.asked(requests)}",
        ],
    )
    context = {"record": record, "gaps": gaps, "requests": requests, "mp": mp}
    return _answer("letters/council.html", form, letter, record.council.slug, prompts, **context)


@blueprint.get("/act")
def act() -> str:
    return render_template("act/every.html", asks=asks(), find_form=FindForm(formdata=None))


@blueprint.route("/act/<slug>", methods=["GET", "POST"])
def for_ask(slug: str) -> ResponseReturnValue:
    ask = ask_of(slug) or abort(404)
    if ask.to == "council":
        return render_template("act/council.html", ask=ask, find_form=FindForm(formdata=None))
    form = _form()
    letter = compose(greet_mp, ask.title, ask.prompts, form.written(ask.prompts), [ask.request])
    return _answer("act/ask.html", form, letter, slug, ask.prompts, ask=ask)


def _form() -> LetterForm:
    """As it was posted; empty for anybody who only looks."""
    return LetterForm(request.form if request.method == "POST" else None)


def _answer(
    page: str, form: LetterForm, letter: Letter, name: str, prompts: Sequence[Prompt], **context: Any
) -> ResponseReturnValue:
    """The form; after a POST also the letter, or the letter alone as a file or a sheet to print."""
    posted = request.method == "POST"
    good = posted and form.validate()
    kind = request.form.get("format") if good else None
    if kind in ("docx", "txt"):
        return download(letter, kind, name)
    if kind == "print":
        return render_template("letters/print.html", letter=letter)
    context |= {"boxes": form.boxes(prompts), "ending": ENDING, "nothing": form.written(prompts).nothing}
    return make_response(
        render_template(page, form=form, letter=letter if good else None, **context),
        200 if good or not posted else 422,
    )


def _record_or_way_on(slug: str) -> Record | ResponseReturnValue:
    """The record of the council to write about; for any other body the page that leads on.

    A former council with one successor redirects; a POST keeps its method, so that nothing typed is lost.
    """
    match body_or_404(slug):
        case Current(council=council) if council.nation == "England":
            return record_of(council)
        case Current(council=council):
            return render_template("letters/nation.html", council=council)
        case Former(successors=(council,)):
            address = url_for(str(request.endpoint), slug=council.slug)
            return redirect(address, 301 if request.method in ("GET", "HEAD") else 308)
        case Future(council=Council(name=name), before=councils):
            return render_template("letters/way_on.html", name=name, councils=councils)
        case Former(name=name, successors=councils) | NotResponsible(name=name, councils=councils):
            return render_template("letters/way_on.html", name=name, councils=councils)


def _council_prompts() -> tuple[Prompt, ...]:
    ask = ask_of(COUNCIL_ASK) or abort(503)
    return ask.prompts


def _finding(record: Record, raised: Sequence[Finding]) -> str:
    link = full_address("councils.page", slug=record.council.slug)
    return finding.finding(record, raised, settings().site_name, link, today())
