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
    took = (perf_counter() - g.started) * 1000 if "started" in g else 0.0
    method = request.method if request.method in METHODS else "(other)"
    log.info("%s %s %d %.0f ms", method, route, response.status_code, took)
    return response


def report(fault: BaseException) -> None:
    """Write where an unforeseen fault happened, in frames of the stack only."""
    frames = traceback.extract_tb(fault.__traceback__)
    where = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
    log.error("fault %s in %s", type(fault).__name__, where)
