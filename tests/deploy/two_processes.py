"""Two processes of the site, each of which can be killed and started again."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.server import free_port, start, wait_for


class TwoProcesses:
    """`ports` to ask them at."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.ports = (free_port(), free_port())
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        for port in self.ports:
            self.start(port)
        for port in self.ports:
            wait_for(port)

    def start(self, port: int) -> None:
        self._running[port] = start(self._environment, port)

    def kill(self, port: int) -> None:
        """With its workers, and with no time to say goodbye."""
        server = self._running.pop(port)
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    def stop(self) -> None:
        for port in list(self._running):
            self.kill(port)


@contextmanager
def two_processes(environment: Mapping[str, str]) -> Iterator[TwoProcesses]:
    processes = TwoProcesses(environment)
    try:
        yield processes
    finally:
        processes.stop()
