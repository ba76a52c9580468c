"""The public postcode API (postcodes.io): a `Postcode` in, `Located` or `Unknown` out, or `SourceFailed`.

How the API behaves was read off version 18.0.1: see data/README.md, "The postcode API".
"""

import json
import logging
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import Any
from urllib.parse import quote

import requests
import urllib3
from circuitbreaker import CircuitBreaker

from app.postcodes.answer import Cause, Located, Place, SourceFailed, Unknown
from app.postcodes.connection import AbortableAdapter, Call
from app.postcodes.postcode import Postcode

log = logging.getLogger("kinship.postcodes")

Ask = Callable[[Call], Located | Unknown]

FAILURES_TO_OPEN = 5  # in a row
REST = 30  # seconds
LARGEST_ANSWER = 64 * 1024  # bytes; a real answer takes about 3 kB
AREA_CODE = re.compile(r"[EWSNLM]\d{8}")
COUNTY = "E10"  # only counties of two-tier areas start so; elsewhere the API gives a pseudo code
PSEUDO_CODE = "99999999"
# A kept-alive connection may turn out closed when it is used again: then it is tried once more on a new one.
RETRIES = urllib3.Retry(total=1, connect=0, read=1, redirect=0, status=0, other=0)
NOT_A_POSTCODE_TO_THE_API = {"Postcode not found", "Invalid postcode"}

# urllib3 writes the addresses it asks, and so postcodes, into its warnings: none of them may reach a log.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


class PostcodesIO:
    """A client with one pooled session. Safe to share between threads; close it when done.

    `concurrency` bounds how many questions may be under way, so that a hanging API never holds every worker
    of the site; whoever finds no place waits for one for `patience` seconds at most. After five failures in
    a row a breaker keeps the API from being asked for half a minute.
    Deadlines are moments of `time.monotonic()`.
    """

    def __init__(self, base_url: str, user_agent: str, concurrency: int = 8, patience: float = 0) -> None:
        self._base = base_url.rstrip("/")
        self._free = threading.BoundedSemaphore(concurrency)
        self._patience = patience
        self._callers = ThreadPoolExecutor(concurrency, thread_name_prefix="postcode-api")
        self._breaker = CircuitBreaker(FAILURES_TO_OPEN, REST, expected_exception=_is_the_apis_fault)
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": user_agent, "Accept": "application/json"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = AbortableAdapter(pool_connections=1, pool_maxsize=concurrency, max_retries=RETRIES)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)
        self.last_failure: Cause | None = None

    def close(self) -> None:
        self._session.close()
        self._callers.shutdown(wait=False, cancel_futures=True)

    @property
    def state(self) -> str:
        """For operators: whether the API answers, and if not why."""
        if self.last_failure is None:
            return "no trouble seen"
        return f"failing: {self.last_failure.value}" + ("; resting" if self._breaker.opened else "")

    def look_up(self, postcode: Postcode, deadline: float) -> Located | Unknown:
        """Ask for one postcode. Raises `SourceFailed` for every kind of fault, by the deadline."""
        return self._guarded(lambda call: self._look_up(postcode, call), deadline)

    def nearest(self, place: Place, deadline: float) -> Located | Unknown:
        """The areas of the live postcode nearest to a place. Raises `SourceFailed` by the deadline."""
        return self._guarded(lambda call: self._nearest(place, call), deadline)

    def _guarded(self, ask: Ask, deadline: float) -> Located | Unknown:
        if self._breaker.opened:
            raise SourceFailed(Cause.RESTING)
        if not self._free.acquire(timeout=min(self._patience, max(0.0, deadline - monotonic()))):
            raise SourceFailed(Cause.BUSY)
        try:
            with self._breaker:
                answer = self._in_time(ask, deadline)
        except SourceFailed as failure:
            if _is_the_apis_fault(SourceFailed, failure):
                self._note(failure.cause)
            raise
        self._note(None)
        return answer

    def _in_time(self, ask: Ask, deadline: float) -> Located | Unknown:
        """Ask in another thread, and at the deadline break the connection and give up."""
        call = Call(deadline)
        asked = self._callers.submit(ask, call)
        asked.add_done_callback(lambda _: self._free.release())
        try:
            return asked.result(timeout=call.time_left())
        except TimeoutError:
            call.abort()
            asked.cancel()
            raise SourceFailed(Cause.TIMEOUT) from None

    def _note(self, cause: Cause | None) -> None:
        """Tell the log when the API begins to fail, is left to rest, and answers again."""
        if cause is None and self.last_failure is not None:
            log.warning("postcode API answers again")
        elif cause is not None and (self.last_failure is None or self._breaker.opened):
            log.warning("postcode API fails: %s%s", cause.value, "; resting" if self._breaker.opened else "")
        self.last_failure = cause

    def _look_up(self, postcode: Postcode, call: Call) -> Located | Unknown:
        status, body = self._get("/postcodes/" + quote(str(postcode), safe=""), call)
        if status == 200:
            return Located(_codes(body.get("result")))
        if status == 404 and str(body.get("error")) in NOT_A_POSTCODE_TO_THE_API:
            terminated = body.get("terminated")
            return Unknown() if terminated is None else Unknown(retired=True, place=_place(terminated))
        raise SourceFailed(Cause.UNEXPECTED)

    def _nearest(self, place: Place, call: Call) -> Located | Unknown:
        query = f"?lon={place.longitude}&lat={place.latitude}&limit=1"
        status, body = self._get("/postcodes" + query, call)
        found = body.get("result")
        if status != 200 or not (found is None or isinstance(found, list)):
            raise SourceFailed(Cause.UNEXPECTED)
        return Located(_codes(found[0])) if found else Unknown()

    def _get(self, path: str, call: Call) -> tuple[int, dict[str, Any]]:
        """One GET: the status (200, 404 or another 4xx) and the JSON object. Raises `SourceFailed`."""
        try:
            with (
                call.under_way(),
                self._session.get(
                    self._base + path, timeout=call.time_left(), allow_redirects=False, stream=True
                ) as response,
            ):
                _refuse_bad_status(response.status_code)
                raw = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
        except (requests.Timeout, TimeoutError, urllib3.exceptions.TimeoutError):
            raise SourceFailed(Cause.TIMEOUT) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
            raise SourceFailed(Cause.REFUSED) from None
        if len(raw) > LARGEST_ANSWER:
            raise SourceFailed(Cause.TOO_LARGE)
        return response.status_code, _json_object(raw)


def _is_the_apis_fault(_kind: type, fault: BaseException) -> bool:
    """Whether a failure counts towards leaving the API alone: not when it merely lacks a postcode's codes."""
    return isinstance(fault, SourceFailed) and fault.cause is not Cause.NO_CODES


def _place(terminated: Any) -> Place | None:
    """Where a retired postcode was; None if the API does not say."""
    try:
        longitude, latitude = terminated["longitude"], terminated["latitude"]
        if longitude is None or latitude is None:
            return None
        return Place(float(longitude), float(latitude))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise SourceFailed(Cause.UNEXPECTED) from None


def _refuse_bad_status(status: int) -> None:
    if status in (403, 429):
        raise SourceFailed(Cause.LIMITED)
    if 300 <= status < 400:
        raise SourceFailed(Cause.REDIRECTED)
    if status >= 500:
        raise SourceFailed(Cause.SERVER_ERROR)


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise SourceFailed(Cause.NOT_JSON) from None
    if not isinstance(body, dict):
        raise SourceFailed(Cause.UNEXPECTED)
    return body


def _codes(result: Any) -> tuple[str, ...]:
    """The district's code and, in a two-tier area, the county's. Decided by the codes, never by names."""
    codes = result.get("codes") if isinstance(result, dict) else None
    if not isinstance(codes, dict) or not {"admin_district", "admin_county"} <= codes.keys():
        raise SourceFailed(Cause.UNEXPECTED)
    district, county = codes["admin_district"], codes["admin_county"]
    for code in (district, county):
        if not (code is None or (isinstance(code, str) and AREA_CODE.fullmatch(code))):
            raise SourceFailed(Cause.UNEXPECTED)
    known = [code for code in (district, county) if code and not code.endswith(PSEUDO_CODE)]
    if not known:
        raise SourceFailed(Cause.NO_CODES)
    return tuple(code for code in known if code == district or code.startswith(COUNTY))
