"""A real Redis on loopback, with a password, that can be killed, started again, and made to hang."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

PASSWORD = "spoken-to-nobody"


class RedisServer:
    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"redis://:{PASSWORD}@127.0.0.1:{self.port}"
        self.client = Redis.from_url(self.address)
        self._command = (
            f"{program} --port {self.port} --bind 127.0.0.1 --dir {folder} --appendonly no".split()
        )
        self._command += ["--save", "", "--requirepass", PASSWORD]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        for _ in range(100):
            try:
                self.client.ping()
            except RedisError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("redis-server did not start")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def hang(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)


def running(folder: Path) -> Iterator[RedisServer]:
    """For a fixture. Where redis-server is missing the test is skipped, but never on CI."""
    program = shutil.which("redis-server")
    if program is None:
        reason = "redis-server is not installed (Debian: apt-get install redis-server)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = RedisServer(program, folder)
    yield server
    server.kill()
