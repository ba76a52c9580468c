"""Clients that send or read by the byte keep nobody else waiting, with and without nginx in front."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from statistics import median

import pytest

from tests.deploy.front import Front
from tests.deploy.slow import KINDS, SlowClients, seconds_of, slow_clients, small
from tests.server import serving

MANY = 200
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Ask = Callable[[str, str, str | None], int]


@pytest.fixture(scope="module")
def port(environment: dict[str, str]) -> Iterator[int]:
    """The site alone, as `make serve` starts it: two workers of sixteen threads."""
    with serving(environment, workers=2, threads=16) as (address, _):
        yield int(address.rpartition(":")[2])


def asking(connect: Callable[[], HTTPConnection]) -> Ask:
    def ask(method: str, path: str, body: str | None) -> int:
        connection = connect()
        connection.request(method, path, body, FORM if body else {})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    return ask


def answers_quickly(ask: Ask) -> None:
    """Pages and look-ups, within bounds that only a server out of threads misses."""
    pages = seconds_of(lambda: ask("GET", "/councils/southwark", None), 20, 200)
    finds = seconds_of(lambda: ask("POST", "/find", "postcode=SE1+2QH"), 20, 303)
    for took in (pages, finds):
        assert median(took) < 2
        assert took[-1] < 10


@pytest.mark.parametrize("kind", KINDS)
def test_the_site_alone_answers_beside_slow_clients(port: int, kind: str) -> None:
    ask = asking(lambda: HTTPConnection("127.0.0.1", port, timeout=20))
    with slow_clients(kind, MANY, lambda: small(port)):
        time.sleep(2)
        answers_quickly(ask)


def test_the_site_alone_answers_beside_all_kinds_at_once(port: int) -> None:
    with ExitStack() as running:
        for kind in KINDS:
            running.enter_context(slow_clients(kind, MANY // 2, lambda: small(port)))
        time.sleep(2)
        answers_quickly(asking(lambda: HTTPConnection("127.0.0.1", port, timeout=20)))


def test_slow_clients_are_cut_off(port: int) -> None:
    """Headers have ten seconds, a form ten and what its last piece takes."""
    kinds = ("nothing sent", "headers by the byte", "a form by the byte")
    with ExitStack() as running:
        slow = [running.enter_context(slow_clients(kind, 5, lambda: small(port))) for kind in kinds]
        _until_cut(slow, 5, 60)


def _until_cut(slow: list[SlowClients], number: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while any(clients.cut < number for clients in slow):
        assert time.monotonic() < end, f"cut: {[clients.cut for clients in slow]}"
        time.sleep(0.5)


def test_a_form_that_comes_too_slowly_is_told_so(port: int) -> None:
    client = small(port)
    client.sendall(b"POST /find HTTP/1.1\r\nHost: kinship.example\r\nContent-Length: 4000\r\n\r\n")
    client.settimeout(1)
    answer = b""
    for _ in range(60):
        client.sendall(b"x")
        try:
            answer = client.recv(65536)
            break
        except TimeoutError:
            continue
    client.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"cache-control: no-store" in answer


def test_the_server_stops_though_slow_clients_hold_on(environment: dict[str, str]) -> None:
    with serving(environment) as (address, server), ExitStack() as running:
        port = int(address.rpartition(":")[2])
        for kind in KINDS:
            running.enter_context(slow_clients(kind, 10, lambda: small(port)))
        time.sleep(1)
        server.terminate()
        assert server.wait(15) == 0


def test_through_nginx_slow_clients_are_not_felt(front: Front) -> None:
    """From another address: an address that opens more than 200 connections is refused by nginx."""
    with ExitStack() as running:
        for number, kind in enumerate(KINDS, 50):
            running.enter_context(
                slow_clients(
                    kind, 150, lambda number=number: front.secured(small(front.secure, f"127.0.0.{number}"))
                )
            )
        time.sleep(2)
        answers_quickly(asking(front.connection))
