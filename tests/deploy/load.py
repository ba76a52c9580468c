"""Visitors who ask all the time, and count whatever fails."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
A_VISIT = 8  # requests on one connection


class Load:
    """`counts` by what came back, `failures` in words, `slowest` in seconds."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []
        self.slowest = 0.0
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def visit(self, connect: Callable[[], HTTPConnection]) -> None:
        while not self._stop.is_set():
            connection = connect()
            for turn in range(A_VISIT):
                if self._stop.is_set() or not self._ask(connection, turn):
                    break
            connection.close()

    def _ask(self, connection: HTTPConnection, turn: int) -> bool:
        method, path, body, wanted, words = _request(turn)
        began = time.monotonic()
        try:
            connection.request(method, path, body, FORM if body else {})
            answer = connection.getresponse()
            content = answer.read()
            good = answer.status == wanted and words in content
            came = f"{method} {answer.status}"
        except (OSError, HTTPException) as error:
            good, came = False, f"{method} {path} {error!r}"
        with self._lock:
            self.counts[came] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            if not good:
                self.failures.append(came)
        return good

    def stop(self) -> None:
        self._stop.set()

    @property
    def asked(self) -> int:
        return self.counts.total()


def _request(turn: int) -> tuple[str, str, str | None, int, bytes]:
    """What to ask, and the status and the words that should come back. A query is never kept by nginx."""
    if turn % 2:
        return "POST", "/find", "postcode=SE1+2QH", 303, b""
    if turn % 4:
        return "GET", "/councils?name=southwark", None, 200, b"Southwark"
    return "GET", "/councils/southwark", None, 200, b"Southwark"


@contextmanager
def visitors(number: int, connect: Callable[[], HTTPConnection]) -> Iterator[Load]:
    """That many people who ask without a pause until the end."""
    load = Load()
    threads = [threading.Thread(target=load.visit, args=(connect,)) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop()
        for thread in threads:
            thread.join()
