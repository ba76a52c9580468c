"""Clients that send, or read, a byte a second, or nothing at all."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HEADERS = b"GET /healthz HTTP/1.1\r\nHost: kinship.example\r\nX-Slow: " + b"x" * 4000
FORM = (
    b"POST /find HTTP/1.1\r\nHost: kinship.example\r\nContent-Length: 4000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\npostcode="
)
PAGE = b"GET /councils/southwark HTTP/1.1\r\nHost: kinship.example\r\n\r\n"

# kind: what is sent at once, and what then follows byte after byte
KINDS = {
    "nothing sent": (b"", b""),
    "headers by the byte": (HEADERS[:5], HEADERS[5:]),
    "a form by the byte": (FORM, b"x" * 4000),
    "a form that never comes": (FORM, b""),
    "a form that never comes, with a GET": (FORM.replace(b"POST /find", b"GET /councils/leeds/write"), b""),
    "an answer read by the byte": (PAGE, b""),
    "an answer never read": (PAGE, b""),
}


class SlowClients(threading.Thread):
    """So many connections of a kind, each fed or read once a second; `cut` counts those the server closed."""

    def __init__(self, kind: str, number: int, connect: Callable[[], socket.socket]) -> None:
        super().__init__(daemon=True)
        self.cut = 0
        self._first, self._rest = KINDS[kind]
        self._reads = kind != "an answer never read"
        self._end = threading.Event()
        self._open = [self._opened(connect) for _ in range(number)]

    def _opened(self, connect: Callable[[], socket.socket]) -> socket.socket:
        client = connect()
        client.sendall(self._first)
        client.setblocking(False)
        return client

    def run(self) -> None:
        position = 0
        while not self._end.wait(1):
            self._open = [client for client in self._open if self._goes_on(client, position)]
            position += 1

    def _goes_on(self, client: socket.socket, position: int) -> bool:
        try:
            if self._rest:
                client.send(self._rest[position : position + 1])
            if self._reads and client.recv(1) == b"":
                raise ConnectionResetError
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            client.close()
            self.cut += 1
            return False
        return True

    def stop(self) -> None:
        self._end.set()
        self.join()
        for client in self._open:
            client.close()


def small(port: int, source: str = "127.0.0.1") -> socket.socket:
    """A connection that takes in little at once."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.settimeout(20)
    client.bind((source, 0))
    client.connect(("127.0.0.1", port))
    return client


@contextmanager
def slow_clients(kind: str, number: int, connect: Callable[[], socket.socket]) -> Iterator[SlowClients]:
    clients = SlowClients(kind, number, connect)
    clients.start()
    try:
        yield clients
    finally:
        clients.stop()


def seconds_of(ask: Callable[[], int], times: int, wanted: int) -> list[float]:
    """How long each of so many requests takes, one after the other, its status checked."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        assert ask() == wanted
        took.append(time.monotonic() - began)
    return sorted(took)
