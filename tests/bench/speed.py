"""How the site does beside bare Flask on the same server, how soon it is there, and what a visit weighs."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import requests

from app.database import connect
from app.records.load import load
from app.settings import DATA, ROOT
from app.web.clock import today
from tests.bench.row import Row
from tests.facts import ENGLISH
from tests.server import free_port, serving, start

PAGE = "/councils/southwark"
ROUNDS = 5
SECONDS = 3
STARTS = 5
CONNECTIONS = 16
POST_A_POSTCODE = """
wrk.method = "POST"
wrk.body = "postcode=SE1+2QH"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
"""


def rows() -> Iterator[Row]:
    """Every measurement against bare Flask; takes about two minutes."""
    if shutil.which("wrk") is None:
        sys.exit("make bench needs wrk (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as folder:
        environment = loaded(Path(folder))
        with serving(environment, workers=1, threads=16) as (ours, _):
            yield from _beside_bare_flask(ours, environment, Path(folder))
            yield _unchanged(ours)
            yield from _weights(ours)
        yield _start_up(environment)
        yield _until_shown(environment, Path(folder))


def loaded(folder: Path) -> dict[str, str]:
    """The settings of a site with the facts loaded in a database of its own; postcodes by the index."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite",
        "POSTCODE_SOURCES": "index",
        "FIND_RATE_LIMIT": "1000000 per second",  # counted as ever, refused never
    }
    for command in (["alembic", "upgrade", "head"], ["flask", "data", "load"]):
        subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment, check=True, capture_output=True
        )
    return environment


def rate(address: str, seconds: int = SECONDS, *options: str) -> float:
    """Requests a second by wrk; an answer other than 2xx or 3xx ends the measurement."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *options, address]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if found is None or "Non-2xx" in told:
        sys.exit(told)
    return float(found[1])


def _beside_bare_flask(ours: str, environment: dict[str, str], folder: Path) -> Iterator[Row]:
    """One worker each, in turn; the median of the rounds' ratios."""
    answer = requests.get(ours + PAGE, headers={"Accept-Encoding": "identity"}, timeout=30)
    (folder / "page.html").write_bytes(answer.content)
    (folder / "post.lua").write_text(POST_A_POSTCODE)
    find = ("-s", str(folder / "post.lua"))
    bare_environment = environment | {"BARE_BYTES": str(folder / "page.html")}
    with serving(bare_environment, workers=1, threads=16, app="tests.bench.bare:app", ready=PAGE) as (
        bare,
        _,
    ):
        for what, address, options, aim in (
            (f"GET {PAGE}", PAGE, (), 0.85),
            ("POST /find from the index", "/find", find, 0.7),
        ):
            rounds = [
                (rate(ours + address, SECONDS, *options), rate(bare + address, SECONDS, *options))
                for _ in range(ROUNDS)
            ]
            mine, theirs = (statistics.median(each) for each in zip(*rounds, strict=True))
            ratio = statistics.median(one / other for one, other in rounds)
            yield Row(f"{what}: a second, one worker", f"{mine:,.0f}", "")
            yield Row("Bare Flask, the same bytes: a second", f"{theirs:,.0f}", "")
            yield Row("The site against bare Flask", f"{ratio:.2f} ×", f"at least {aim} ×")


def _unchanged(ours: str) -> Row:
    first = requests.get(ours + PAGE, timeout=30)
    again = requests.get(ours + PAGE, headers={"If-None-Match": first.headers["ETag"]}, timeout=30)
    return Row(
        "A page asked for again, unchanged", f"{again.status_code}, {len(again.content)} B", "304, 0 B"
    )


def _weights(ours: str) -> Iterator[Row]:
    """Compressed bytes of a first visit, as gzip: what a browser is sent at most."""

    def weight(page: str) -> int:
        html = requests.get(ours + page, timeout=30).text
        files = set(re.findall(r'(?:<link rel="stylesheet" href|<script src)="(/static/[^"]+)"', html))
        return _compressed(ours + page) + sum(_compressed(ours + file) for file in files)

    heaviest, slug = max((weight(f"/councils/{slug}"), slug) for slug in ENGLISH)
    yield Row(f"Heaviest council page ({slug}), CSS and script", f"{heaviest / 1000:.1f} kB", "at most 14 kB")
    yield Row("Home page and CSS", f"{weight('/') / 1000:.1f} kB", "at most 10 kB")


def _compressed(address: str) -> int:
    answer = requests.get(address, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=30)
    return len(answer.raw.read(decode_content=False))


def _start_up(environment: dict[str, str]) -> Row:
    """From the command to the first answer, two workers."""
    times = []
    for _ in range(STARTS):
        port = free_port()
        began = time.perf_counter()
        server = start(environment, port, workers=2, threads=16)
        while not _answers(port):
            time.sleep(0.01)
        times.append(time.perf_counter() - began)
        server.terminate()
        server.wait(30)
    return Row(f"Start-up, median of {STARTS}", f"{statistics.median(times):.2f} s", "under 1.5 s")


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok
    except requests.ConnectionError:
        return False


def _until_shown(environment: dict[str, str], folder: Path) -> Row:
    """From the end of a load to the last old page that any of two workers gives out."""
    changed = folder / "data"
    shutil.copytree(DATA, changed)
    councils = changed / "councils.csv"
    councils.write_text(councils.read_text().replace(",Southwark,", ",Southwark Changed,", 1))
    engine = connect(environment["DATABASE_URL"])
    with serving(environment, workers=2, threads=16) as (site, _):
        for _ in range(20):
            requests.get(site + PAGE, timeout=30)
        loading = Thread(target=load, args=(engine, changed, "bench", today()))
        loading.start()
        loaded_at = last_old = 0.0
        while not loaded_at or time.perf_counter() < loaded_at + 3:
            shown = "Southwark Changed" in requests.get(site + PAGE, timeout=30).text
            last_old = last_old if shown else time.perf_counter()
            loaded_at = loaded_at or (0.0 if loading.is_alive() else time.perf_counter())
    engine.dispose()
    return Row(
        "A change shows in every worker after",
        f"{max(0.0, last_old - loaded_at) * 1000:.0f} ms",
        "under 1,000 ms",
    )
