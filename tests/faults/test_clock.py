"""The clock set back and forth, by a day and by a year, around the running server (libfaketime)."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import connect
from app.models import Revision
from tests.faults.conftest import environment, run
from tests.faults.test_database import changed_facts
from tests.postcode_api import PostcodeAPI
from tests.server import serving

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
AHEAD = "+365d"
SHIFTS = ("-1d", "+0", "-365d", AHEAD, "+0")

Set = Callable[[str], None]


def end_at_once(server: subprocess.Popen[bytes]) -> None:
    """Under libfaketime a server that is asked to stop may wait for a moment on the clock that was."""
    workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    for process in (server.pid, *map(int, workers)):
        os.kill(process, signal.SIGKILL)


@pytest.fixture
def clock(tmp_path: Path) -> tuple[tuple[str, ...], Set]:
    """A command's beginning that gives it another clock, and how to set that clock while it runs."""
    if LIBRARY is None:
        reason = "libfaketime is not installed (Debian: apt-get install faketime)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    setting = tmp_path / "clock"
    setting.write_text("+0\n")
    within = (
        "env", f"LD_PRELOAD={LIBRARY}", f"FAKETIME_TIMESTAMP_FILE={setting}", "FAKETIME_NO_CACHE=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
    )  # fmt: skip

    def turn(shift: str) -> None:
        setting.with_name("turned").write_text(shift + "\n")
        setting.with_name("turned").replace(setting)

    return within, turn


def test_pages_rate_limits_and_the_breaker_go_on(
    database: Path, api: PostcodeAPI, clock: tuple[tuple[str, ...], Set]
) -> None:
    within, turn = clock
    settings = {
        **environment(database),
        "POSTCODE_SOURCES": "api,index",
        "POSTCODES_API_URL": api.url,
        "FIND_RATE_LIMIT": "5 per second",
    }
    with serving(settings, within=within) as (address, server):

        def find() -> int:
            return requests.post(
                f"{address}/find", data={"postcode": "SE1 2DL"}, allow_redirects=False, timeout=10
            ).status_code

        try:
            for shift in SHIFTS:
                while find() != 429:
                    pass
                api.fault = "500" if shift.startswith("-") else None
                turn(shift)
                for path in ("/", "/councils", "/councils/southwark", "/councils/southwark/card.png", "/map"):
                    assert requests.get(address + path, timeout=10).status_code == 200, (shift, path)
                assert requests.get(f"{address}/readyz", timeout=10).status_code == 200
                time.sleep(2)  # a second is the limit's whole length
                assert find() == 303, f"locked out after {shift}"
                if shift == AHEAD:  # the server's own Date header follows the clock forward only
                    told = parsedate_to_datetime(requests.get(address, timeout=10).headers["Date"])
                    assert told.year > datetime.now(UTC).year, "the clock was not turned"
            assert server.poll() is None
        finally:
            end_at_once(server)


def test_a_load_after_the_clock_was_set_back_is_the_last(
    database: Path, tmp_path: Path, clock: tuple[tuple[str, ...], Set]
) -> None:
    within, turn = clock
    engine = connect(f"sqlite:///{database}")
    turn("-2d")
    done = run("flask", "data", "load", str(changed_facts(tmp_path)), database=database, within=within)
    assert done.returncode == 0, done.stderr
    with Session(engine) as session:
        *_, before, last = session.scalars(select(Revision).order_by(Revision.id))
    assert (last.action, last.table_name) == ("removed", "answers")
    assert last.at < before.at
    assert run("flask", "data", "load", database=database).stdout.startswith("1 added, 0 changed, 0 removed")
    engine.dispose()
