"""The site on its production server, in processes of its own, for the browser tests and the measurements."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from app.settings import ROOT

# As `make serve` starts it; tests/deploy/test_unit.py compares.
OPTIONS = (
    "--interface wsgi --http 1 --blocking-threads 512 --backpressure 512 --http1-header-read-timeout 10000 "
    "--workers-kill-timeout 5 --respawn-failed-workers --no-access-log --log-level error"
).split()


@contextmanager
def serving(
    environment: Mapping[str, str],
    workers: int = 1,
    threads: int = 4,
    log: IO[bytes] | None = None,
    within: tuple[str, ...] = (),
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start it on a free port; gives its address and its process. Stops it at the end.

    `log` gets its words; `within` is a command that starts it, such as setpriv with its options.
    """
    port = free_port()
    server = start(environment, port, workers, threads, log, within)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait(10)


def start(
    environment: Mapping[str, str],
    port: int,
    workers: int = 1,
    threads: int = 4,
    log: IO[bytes] | None = None,
    within: tuple[str, ...] = (),
) -> subprocess.Popen[bytes]:
    """The server, in a process group of its own with its workers; not yet answering."""
    where = ["--port", str(port), "--workers", str(workers)]
    return subprocess.Popen(
        [*within, sys.executable, "-m", "granian", *OPTIONS, *where, "wsgi:app"],
        cwd=ROOT,
        env={**environment, "WEB_THREADS": str(threads)},
        stdout=log,
        stderr=log or subprocess.DEVNULL,
        start_new_session=True,
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    """Until the site answers there; half a minute at most: the machine may be busy."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the site did not start")
