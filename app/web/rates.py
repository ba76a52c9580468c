"""How often one internet address may post: counted in Redis for all workers, or by each worker for itself.

When Redis does not answer, each worker counts for itself until it does: nobody is turned away for that.
"""

import logging
from functools import cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network
from threading import Lock
from time import monotonic

from cachetools import TTLCache
from flask import Flask, current_app, request
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import RedisStorage
from werkzeug.exceptions import TooManyRequests

from app.settings import Settings

log = logging.getLogger("kinship.rates")

ADDRESSES = 50_000  # that each worker counts at most; after that the oldest counts go
PATIENCE = 0.5  # seconds for Redis to answer
PAUSE = 10.0  # seconds to leave it alone when it did not
# IPv4 addresses written as IPv6: mapped (RFC 4291, 2.5.5.2) and translated (RFC 6052, 2.1).
IPV4_WITHIN = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


class OwnCounts:
    """The counts of one worker, by a clock that nobody can set back. Each ends `seconds` after its first."""

    def __init__(self) -> None:
        self._counts: dict[int, TTLCache[str, list[int]]] = {}
        self._lock = Lock()

    def incr(self, key: str, seconds: int) -> int:
        """One more for the key; how many there are now."""
        with self._lock:
            if seconds not in self._counts:
                self._counts[seconds] = TTLCache(ADDRESSES, seconds)
            count = self._counts[seconds].setdefault(key, [0])
            count[0] += 1
            return count[0]


class Rates:
    """Counts what addresses do, against the rates they may do it at."""

    def __init__(self, storage_uri: str) -> None:
        self._own = OwnCounts()
        self._redis: RedisStorage | None = None
        self._leave_alone_until = 0.0
        if not storage_uri.startswith("memory:"):
            self._redis = _open_redis(storage_uri)

    @property
    def state(self) -> str:
        """Whether all is counted where it should be, for operators. Asks Redis."""
        if self._redis is None or self._redis.check():
            return "counted"
        return "Redis does not answer: each worker counts for itself"

    def exceeded(self, rate: str, what: str, address: str) -> RateLimitItem | None:
        """Count one more; the first limit of the rate, such as "60 per minute", that this goes beyond."""
        whose = line_of(address)
        return next((each for each in _limits(rate) if self.count(each, what, whose) > each.amount), None)

    def count(self, rate: RateLimitItem, what: str, address: str) -> int:
        """Count one more; how many there are now in this stretch of time."""
        key, seconds = rate.key_for(what, address), rate.get_expiry()
        if self._redis and monotonic() >= self._leave_alone_until:
            try:
                return self._redis.incr(key, seconds)
            except StorageError as error:
                self._leave_alone_until = monotonic() + PAUSE
                log.error(
                    "Redis does not answer (%s); each worker counts", type(error.storage_error).__name__
                )
        return self._own.incr(key, seconds)


def line_of(address: str) -> str:
    """What to count under: in IPv6 the first 64 bits, as whoever has a line chooses the rest at will.

    An IPv4 address written as IPv6 counts as itself.
    """
    if ":" not in address:
        return address
    try:
        given = IPv6Address(address)
    except AddressValueError:
        return address
    if any(given in network for network in IPV4_WITHIN):
        return str(IPv4Address(int(given) & 0xFFFFFFFF))
    return str(IPv6Address(int(given) >> 64 << 64))


@cache
def _limits(rate: str) -> list[RateLimitItem]:
    return parse_many(rate) if rate else []


def _open_redis(uri: str) -> RedisStorage:
    from redis.backoff import NoBackoff  # 6 MB that most sites need not load
    from redis.retry import Retry

    return RedisStorage(
        uri,
        wrap_exceptions=True,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
    )


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["rates"] = Rates(settings.ratelimit_storage_uri)


def rates() -> Rates:
    found: Rates = current_app.extensions["rates"]
    return found


def refuse_too_many(what: str, rate: str) -> None:
    """Raise 429 if this request's address does `what` more often than `rate`; an empty rate allows all."""
    if exceeded := rates().exceeded(rate, what, request.remote_addr or ""):
        raise TooManyRequests(retry_after=exceeded.get_expiry())
