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
    "--interface wsgi --http 1 --blocking-threads 512 --backpressure 512 --http1-buffer-size 32768 "
    "--http1-header-read-timeout 10000 --workers-kill-timeout 5 --respawn-failed-workers --no-access-log "
    "--log-level error"
).split()
MEMORY = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}


@contextmanager
def serving(
    environment: Mapping[str, str],
    workers: int = 1,
    threads: int = 4,
    log: IO[bytes] | None = None,
    within: tuple[str, ...] = (),
    app: str = "wsgi:app",
    ready: str = "/healthz",
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start it on a free port; gives its address and its process. Stops it at the end.

    `log` gets its words; `within` is a command that starts it, such as setpriv with its options; `app` is
    another app to serve, which is up once it has the page `ready`.
    """
    port = free_port()
    server = start(environment, port, workers, threads, log, within, app)
    try:
        wait_for(port, ready)
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
    app: str = "wsgi:app",
) -> subprocess.Popen[bytes]:
    """The server, in a process group of its own with its workers; not yet answering."""
    where = ["--port", str(port), "--workers", str(workers)]
    return subprocess.Popen(
        [*within, sys.executable, "-m", "granian", *OPTIONS, *where, app],
        cwd=ROOT,
        env={**MEMORY, **environment, "WEB_THREADS": str(threads)},
        stdout=log,
        stderr=log or subprocess.DEVNULL,
        start_new_session=True,
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int, path: str = "/healthz") -> None:
    """Until the site answers there; half a minute at most: the machine may be busy."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the site did not start")
