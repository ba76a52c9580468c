"""Every error in the site's own words, with a way on, and no log that could hold what was typed."""

import logging

from flask import Flask, Response, make_response, render_template
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from app.web.answers_log import report

# status: what happened, and what to do. Neither repeats anything the visitor sent.
WORDS = {
    404: ("We can’t find that page", "The link may be old or have a letter missing."),
    405: ("That link needs the form", "Go to the start and type your postcode there."),
    408: ("Your form did not reach us", "The line may be slow just now. Go back and try again."),
    413: (
        "That was too much to send",
        "Go back, make it shorter and try again. A postcode has 5 to 7 letters and numbers.",
    ),
    415: ("We could not read that", "Go to the start and type your postcode there."),
    429: ("That was a lot of tries", "Wait a minute, then try again. Or find your council by name."),
    500: ("Something went wrong on our side", "It is not your fault. Try again in a few minutes."),
    503: ("We can’t show that just now", "Try again in a few minutes."),
}
OTHERWISE = ("We could not do that", "Go to the start and try again.")
# What stands when even the error page cannot be made. No template, no part of Flask that could fail again.
LAST_RESORT = """<!DOCTYPE html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{heading}</title>
<main>
<h1>{heading}</h1>
<p>{advice}</p>
<p><a href="/">Type a postcode</a> or <a href="/councils">find your council by name</a>.</p>
<p>If a child is in danger now, call 999.</p>
</main>
</html>
"""


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(DBAPIError, show_out_of_order)
    app.register_error_handler(NoFreeConnection, show_out_of_order)
    app.register_error_handler(Exception, show_fault)
    app.logger.addFilter(report_instead)


def show(error: HTTPException) -> Response:
    """The page for an HTTP error, its headers (Allow, Retry-After) kept."""
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]  # a redirect that werkzeug raised
    heading, advice = WORDS.get(error.code, OTHERWISE)
    try:
        page = render_template("error.html", code=error.code, heading=heading, advice=advice)
    except Exception as fault:
        report(fault)
        page = LAST_RESORT.format(heading=heading, advice=advice)
    response = make_response(page, error.code)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def show_out_of_order(error: Exception) -> Response:
    """The database does not answer: say so, and let caches and monitors know that it will pass."""
    report(error)
    return show(ServiceUnavailable(retry_after=60))


def show_fault(error: Exception) -> Response:
    report(error)
    return show(InternalServerError())


def report_instead(record: logging.LogRecord) -> bool:
    """For Flask's own logger, which would write a fault's message and the address asked for."""
    fault = record.exc_info[1] if record.exc_info else None
    if fault is not None:
        report(fault)
    return fault is None
