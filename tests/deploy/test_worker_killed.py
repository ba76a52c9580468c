"""A worker of `make serve` killed while people ask, with nothing in front."""

import os
import signal
import time
from http.client import HTTPConnection
from pathlib import Path

from tests.deploy.load import Load, visitors
from tests.server import serving

KILLS = 4
# granian gives up when a worker that it started within 5.5 s is lost again
APART = 8.0


def workers_of(pid: int) -> set[int]:
    """The server's processes but for multiprocessing's own tracker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {
        int(child)
        for child in children
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    }


def test_a_killed_worker_comes_back_and_only_its_own_visitors_notice(environment: dict[str, str]) -> None:
    """The other worker answers all the time. What the killed one had in hand is lost, and little more."""
    people = 6
    with serving(environment, workers=2, threads=16) as (address, server):
        port = int(address.rpartition(":")[2])
        with visitors(people, lambda: HTTPConnection("127.0.0.1", port, timeout=20)) as load:
            time.sleep(2)
            for turn in range(KILLS):
                before = workers_of(server.pid)
                assert len(before) == 2
                killed = sorted(before)[turn % 2]
                os.kill(killed, signal.SIGKILL)
                _until_replaced(server.pid, before)
                asked = load.asked
                time.sleep(APART)
                assert load.asked > asked
            _still_answers(load)
        assert server.poll() is None
    print(f"{load.asked} asked, {len(load.lost)} lost in {KILLS} kills: {load.lost}")  # noqa: T201
    assert load.wrong == [], "an answer other than the one asked for"
    assert len(load.lost) <= KILLS * people * 2
    assert set(load.counts) == {"GET 200", "POST 303"}


def _until_replaced(pid: int, before: set[int]) -> None:
    end = time.monotonic() + 30
    while not (len(now := workers_of(pid)) == 2 and now != before):
        assert time.monotonic() < end, "the worker did not come back"
        time.sleep(0.2)


def _still_answers(load: Load) -> None:
    lost, asked = len(load.lost), load.asked
    time.sleep(3)
    assert load.asked > asked
    assert len(load.lost) == lost
