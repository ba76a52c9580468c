"""One log line for each answer, and one report for each fault, that cannot hold what a visitor typed.

The line names the route, never the address: a mistyped address may be a postcode. A fault's report gives
its kind and where it happened, never its message: a message may quote what was typed.
"""

import logging
import sys
import traceback
from time import perf_counter

from flask import Flask, Response, g, request

METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}
log = logging.getLogger("kinship.answers")


def init_app(app: Flask) -> None:
    ours = logging.getLogger("kinship")
    if not ours.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        ours.addHandler(handler)
        ours.setLevel(logging.INFO)
    app.before_request(_start)
    app.after_request(_write)


def _start() -> None:
    g.started = perf_counter()


def _write(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "(no such page)"
    write(request.method, route, response.status_code, g.get("started", perf_counter()))
    return response


def write(method: str, route: str, status: int, started: float) -> None:
    """The line of one answer; `started` is what perf_counter gave when the request came."""
    took = (perf_counter() - started) * 1000
    log.info("%s %s %d %.0f ms", method if method in METHODS else "(other)", route, status, took)


def report(fault: BaseException) -> None:
    """Write where an unforeseen fault happened, in frames of the stack only."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
    log.error("fault %s in %s", type(fault).__name__, where)
