"""The public postcode API (postcodes.io): a `Postcode` in, `Located`, `Unknown` or `SourceFailed` out.

How the API behaves was read off version 18.0.1: see data/README.md, "The postcode API".
"""

import json
import logging
import re
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import Any
from urllib.parse import quote

import requests
import urllib3
from requests.adapters import HTTPAdapter

from app.postcodes.answer import Cause, Located, Retirement, SourceFailed, Unknown
from app.postcodes.connection import Call, abortable_pools
from app.postcodes.postcode import Postcode

LARGEST_ANSWER = 64 * 1024  # bytes; a real answer takes about 3 kB
AREA_CODE = re.compile(r"[EWSNLM]\d{8}")
COUNTY = "E10"  # only counties of two-tier areas start so; elsewhere the API gives a pseudo code
PSEUDO_CODE = "99999999"
# A kept-alive connection may turn out closed when it is used again: that, and only that, is tried once more.
RETRIES = urllib3.Retry(total=1, connect=0, read=1, redirect=0, status=0, other=0)
NOT_A_POSTCODE_TO_THE_API = {"Postcode not found", "Invalid postcode"}

# urllib3 writes the addresses it asks, and so postcodes, into its warnings: none of them may reach a log.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


class PostcodesIO:
    """A client with one pooled session. Safe to share between threads; close it when done.

    `timeout` is the limit in seconds for a whole look-up, which may take two requests; `at_once` bounds
    how many look-ups may be under way, so that a hanging API never holds every worker of the site.
    """

    def __init__(self, base_url: str, timeout: float, user_agent: str, at_once: int = 8) -> None:
        self._base = base_url.rstrip("/")
        self._timeout = timeout
        self._free = threading.BoundedSemaphore(at_once)
        self._callers = ThreadPoolExecutor(at_once, thread_name_prefix="postcode-api")
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": user_agent, "Accept": "application/json"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=at_once, max_retries=RETRIES)
        adapter.poolmanager.pool_classes_by_scheme = abortable_pools()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def close(self) -> None:
        self._session.close()
        self._callers.shutdown(wait=False, cancel_futures=True)

    def look_up(self, postcode: Postcode) -> Located | Unknown:
        """Ask for one postcode, within the time limit. Raises `SourceFailed` for every kind of fault."""
        if not self._free.acquire(blocking=False):
            raise SourceFailed(Cause.BUSY)
        call = Call(monotonic() + self._timeout)
        try:
            answer = self._callers.submit(self._ask, postcode, call)
        except BaseException:
            self._free.release()
            raise
        answer.add_done_callback(lambda _: self._free.release())
        return _wait_for(answer, call)

    def _ask(self, postcode: Postcode, call: Call) -> Located | Unknown:
        status, body = self._get("/postcodes/" + quote(str(postcode), safe=""), call)
        if status == 200:
            return Located(_codes(body.get("result")))
        if status == 404 and body.get("error") in NOT_A_POSTCODE_TO_THE_API:
            terminated = body.get("terminated")
            return Unknown() if terminated is None else self._retired(terminated, call)
        raise SourceFailed(Cause.UNEXPECTED)

    def _retired(self, terminated: Any, call: Call) -> Located | Unknown:
        """A retired postcode carries only a location: the nearest live postcode tells the areas."""
        try:
            retired = Retirement(int(terminated["year_terminated"]), int(terminated["month_terminated"]))
            lon, lat = terminated["longitude"], terminated["latitude"]
            if lon is None or lat is None:
                return Unknown(retired)
            place = f"?lon={float(lon)}&lat={float(lat)}&limit=1"
        except (KeyError, TypeError, ValueError):
            raise SourceFailed(Cause.UNEXPECTED) from None
        status, body = self._get("/postcodes" + place, call)
        nearest = body.get("result")
        if status != 200 or not (nearest is None or isinstance(nearest, list)):
            raise SourceFailed(Cause.UNEXPECTED)
        return Located(_codes(nearest[0]), retired) if nearest else Unknown(retired)

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


def _wait_for(answer: "Future[Located | Unknown]", call: Call) -> Located | Unknown:
    try:
        return answer.result(timeout=call.time_left())
    except TimeoutError:
        call.abort()
        answer.cancel()
        raise SourceFailed(Cause.TIMEOUT) from None


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
