"""Rate limits hold across workers where Redis counts, and the site goes on where it does not answer."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import Popen

import pytest
import requests

from tests import redis_server
from tests.redis_server import PASSWORD, RedisServer
from tests.server import serving

LIMIT = 60  # a minute, for one address: what the site comes with
KNOWN = {"postcode": "SE1 2DL"}
TYPED = ("SE1 2DL", "ls1 1ur", "BR87RE", "SEl 2DL", "ZZ99 9ZZ", "JE2 4WD", "SW1A", "<b>M1 1AE</b>")

Serve = Callable[..., AbstractContextManager[tuple[str, Popen[bytes]]]]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    yield from redis_server.running(tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "server.log"


@pytest.fixture
def serve(database_url: str, redis: RedisServer, log: Path) -> Iterator[Serve]:
    """The real server, counting in Redis, what it writes kept."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "POSTCODE_SOURCES": "index",
        "RATELIMIT_STORAGE_URI": redis.address,
    }
    with log.open("wb") as file:
        yield lambda workers=2, **settings: serving(environment | settings, workers=workers, log=file)


def post(site: str, forwarded: str = "", postcode: str = KNOWN["postcode"]) -> int:
    """The status of one submission, on a connection of its own, so that any worker may get it."""
    headers = {"Connection": "close"} | ({"X-Forwarded-For": forwarded} if forwarded else {})
    answer = requests.post(
        f"{site}/find", {"postcode": postcode}, headers=headers, allow_redirects=False, timeout=30
    )
    return answer.status_code


def statuses(site: str, count: int, forwarded: Callable[[int], str] = lambda _: "") -> Counter[int]:
    """What so many submissions by eight visitors at once are answered, within one window of the limit."""
    start = time.monotonic()
    with ThreadPoolExecutor(8) as visitors:
        seen = Counter(visitors.map(lambda number: post(site, forwarded(number)), range(count)))
    assert time.monotonic() - start < 50, "too slow to say anything about a limit for one minute"
    return seen


@pytest.mark.parametrize("workers", [2, 4])
def test_of_200_in_a_minute_60_pass_whichever_worker_gets_them(serve: Serve, workers: int) -> None:
    """And whatever they say of their address: there is no proxy in front that could be believed."""
    with serve(workers) as (site, _):
        assert statuses(site, 200, lambda number: f"192.0.2.{number}") == {303: LIMIT, 429: 200 - LIMIT}


def test_without_redis_each_worker_counts_for_itself(serve: Serve) -> None:
    """Else the test above would prove nothing: the submissions do reach both workers."""
    with serve(2, RATELIMIT_STORAGE_URI="memory://") as (site, _):
        passed = statuses(site, 200)[303]
    assert LIMIT < passed <= 2 * LIMIT


def test_behind_a_proxy_visitors_are_counted_apart_by_what_the_proxy_adds(serve: Serve) -> None:
    with serve(2, TRUSTED_PROXIES="1") as (site, _):
        # What the visitor sends comes first, and changes; the proxy adds the true address at the end.
        for visitor in ("192.0.2.1", "2001:db8::2"):
            seen = statuses(site, 100, lambda number, to=visitor: f"198.51.100.{number}, {to}")
            assert seen == {303: LIMIT, 429: 100 - LIMIT}


def test_redis_holds_no_postcode_and_forgets_within_a_minute(serve: Serve, redis: RedisServer) -> None:
    with serve(2) as (site, _):
        answered = {post(site, postcode=typed) for typed in TYPED}
        letter = requests.post(f"{site}/act/paid-leave", {"words1": "Zebedee"}, timeout=30)
    assert answered >= {303, 404, 422}
    assert letter.status_code == 200
    kept = {key: (redis.client.get(key), redis.client.ttl(key)) for key in redis.client.keys("*")}
    assert len(kept) == 2, "one count of postcodes, one of letters"
    for value, seconds in kept.values():
        assert int(value) in (1, len(TYPED))
        assert 0 < seconds <= 60
    everything = str(kept).upper().replace(" ", "")
    for secret in ("2DL", "1UR", "7RE", "9ZZ", "4WD", "SW1A", "1AE", "ZEBEDEE"):
        assert secret not in everything


def counting(site: str, redis: RedisServer, within: float) -> bool:
    """Whether submissions are counted in Redis, soon enough."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        post(site)
        if redis.client.keys("*"):
            return True
        time.sleep(0.2)
    return False


def test_redis_killed_under_traffic_turns_nobody_away_and_counts_again_once_it_is_back(
    serve: Serve, redis: RedisServer, log: Path
) -> None:
    with serve(2) as (site, _):
        with ThreadPoolExecutor(8) as visitors:
            submitted = [visitors.submit(post, site) for _ in range(LIMIT - 10)]
            redis.kill()
            assert {each.result() for each in submitted} == {303}
        ready = requests.get(f"{site}/readyz", timeout=30)
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert "Redis does not answer" in ready.json()["rate_limits"]
        seen = statuses(site, 200)
        assert set(seen) == {303, 429}, "each worker counts for itself meanwhile"
        redis.start()
        assert counting(site, redis, within=40)
        assert requests.get(f"{site}/readyz", timeout=30).json()["rate_limits"] == "counted"
    written = log.read_text()
    assert "POST /find 303" in written
    for secret in (PASSWORD, str(redis.port), "2DL", "fault"):
        assert secret not in written


def test_without_redis_from_the_start_the_site_serves_and_counts_in_each_worker(
    serve: Serve, redis: RedisServer
) -> None:
    redis.kill()
    with serve(2) as (site, _):
        assert requests.get(f"{site}/councils/leeds", timeout=30).status_code == 200
        assert set(statuses(site, 200)) == {303, 429}
        assert requests.get(f"{site}/readyz", timeout=30).status_code == 200
        redis.start()
        assert counting(site, redis, within=40)


def test_a_redis_that_hangs_holds_a_visitor_up_for_about_a_second_at_most(
    serve: Serve, redis: RedisServer
) -> None:
    with serve(1) as (site, _):
        assert post(site) == 303
        redis.hang()
        times = []
        for _ in range(30):
            start = time.monotonic()
            assert post(site) == 303
            times.append(time.monotonic() - start)
            time.sleep(0.1)
        redis.go_on()
        assert max(times) < 2.5, "a time-out of half a second to connect and one to be answered"
        assert max(times) > 0.4, "it did hang"
        assert sorted(times)[20] < 0.4, "most visitors do not even notice"
        redis.client.flushall()
        assert counting(site, redis, within=40)
