"""Visitors who ask all the time, and count whatever fails."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
A_VISIT = 8  # requests on one connection


class Load:
    """`counts` by what came back; `lost` had no whole answer; `wrong` another than asked for."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.lost: list[str] = []
        self.wrong: list[str] = []
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
        try:
            connection.request(method, path, body, FORM if body else {})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            self.lost.append(f"{method} {path} {error!r}")
            return False
        with self._lock:
            self.counts[f"{method} {answer.status}"] += 1
        if answer.status != wanted or words not in content:
            self.wrong.append(f"{method} {path} {answer.status}")
        return True

    def stop(self) -> None:
        self._stop.set()

    @property
    def asked(self) -> int:
        return self.counts.total() + len(self.lost)


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
