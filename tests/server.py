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


@contextmanager
def serving(
    environment: Mapping[str, str], workers: int = 1, threads: int = 4, log: IO[bytes] | None = None
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start it on a free port; gives its address and the server's process. Stops it at the end.

    What it writes goes to `log`, if there is one.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-access-log"]
    options = ["--workers", str(workers), "--blocking-threads", str(threads), "--log-level", "error"]
    server = subprocess.Popen(
        [*command, *options, "wsgi:app"],
        cwd=ROOT,
        env=dict(environment),
        stdout=log,
        stderr=log or subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address)
        yield address, server
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the site did not start")
