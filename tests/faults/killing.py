"""Kill a command of the project again and again, each time at another moment of its real work.

A process that has everything imported forks; the fork runs the command and is killed with SIGKILL. So
the moments fall into the work and not into Python's start.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.settings import ROOT

SEED = 2026
SPREAD = 0.98  # of a whole run's time: the last kill falls just before its end


@dataclass
class Victim:
    """The process that forks, the seconds of its whole runs, and how many were killed before their end."""

    process: subprocess.Popen[str]
    moments: random.Random = field(default_factory=lambda: random.Random(SEED))
    seconds: list[float] = field(default_factory=list)
    killed: int = 0

    def run(self, *arguments: str) -> None:
        """Let a command end by itself."""
        status, seconds = self._ask(arguments, None)
        assert status == 0, f"{arguments} ended with {status}"
        self.seconds.append(seconds)

    def attempts(self, kills: int, enough: Callable[[], bool] = lambda: True) -> Iterator[int]:
        """Numbers, until so many kills met the work and `enough` is true. Fails after three times as many."""
        for attempt in range(3 * kills):
            yield attempt
            if self.killed >= kills and enough():
                return
        raise AssertionError(f"{self.killed} of {3 * kills} kills met the work; enough: {enough()}")

    def kill(self, *arguments: str) -> None:
        """Kill a command at a random moment of its work, which it may have ended already."""
        usual = min(self.seconds[-3:])
        status, seconds = self._ask(arguments, self.moments.random() * usual * SPREAD)
        assert status in (-signal.SIGKILL, 0), f"{arguments} ended by itself with {status}"
        if status == 0:
            self.seconds.append(seconds)  # it is quicker than it was
        self.killed += status != 0

    def _ask(self, arguments: tuple[str, ...], after: float | None) -> tuple[int, float]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps([arguments, after]), file=self.process.stdin, flush=True)
        status, seconds = json.loads(self.process.stdout.readline())
        return int(status), float(seconds)


@contextmanager
def victim(environment: dict[str, str], data: Path | None = None) -> Iterator[Victim]:
    """Start the process that forks. `data` is the folder to build into, in place of the project's own."""
    command = [sys.executable, "-m", "tests.faults.killing", str(data or "")]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Victim(process)


def main(data: str) -> None:
    """Read commands and moments, a line each; answer how each ended and how long it took."""
    import alembic.config
    import alembic.context
    from flask.cli import ScriptInfo

    from app import commands, create_app

    if data:
        commands.DATA, commands.INDEX = Path(data), Path(data) / "postcodes.index"
    app = create_app()
    info = ScriptInfo(create_app=lambda: app)
    for line in sys.stdin:
        (program, *arguments), after = json.loads(line)
        began = time.perf_counter()
        child = os.fork()
        if not child:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            if program == "alembic":
                alembic.config.main(arguments)
            else:
                app.cli.main(arguments, obj=info)
            os._exit(0)
        if after is not None:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        print(json.dumps([ended, time.perf_counter() - began]), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main(sys.argv[1])
