"""The site on its production server: what a worker weighs, and how pages do while the API hangs."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from app.settings import ROOT
from tests.bench.row import Row
from tests.bench.speed import loaded
from tests.facts import ENGLISH
from tests.postcode_api import PostcodeAPI
from tests.server import serving

ROUNDS = 3
VISITORS = 40
SECONDS = 8.0
PAGE = "/councils/leeds"
VISIT = """
import sys, threading, time, requests
address, visitors, until = sys.argv[1], int(sys.argv[2]), time.monotonic() + float(sys.argv[3])
def visit(number):
    session = requests.Session()
    while time.monotonic() < until:
        postcode = f"LS{number % 20 + 1} {number % 9 + 1}A{'ABDEFGHJ'[int(time.time() * 8) % 8]}"
        session.post(address + "/find", data={"postcode": postcode}, allow_redirects=False)
        time.sleep(1)
threads = [threading.Thread(target=visit, args=(n,)) for n in range(visitors)]
[t.start() for t in threads]
[t.join() for t in threads]
"""


def rows() -> list[Row]:
    """Every measurement of the running site; takes about a minute. Medians of three rounds, in turn."""
    wells, ills, memory, share, word = [], [], 0.0, 0.0, 0.0
    for _ in range(ROUNDS):
        with _site(None) as (address, server):
            wells.append(_percentile(_page_times(address)))
            _see_pages_and_cards(address)
            memory = max(memory, _heaviest_worker(server.pid, "Rss"))
            share = max(share, _heaviest_worker(server.pid, "Pss"))
            requests.post(f"{address}/councils/leeds/write", data={"format": "docx"}, timeout=30)
            word = max(word, _heaviest_worker(server.pid, "Pss"))
        with _site("hanging") as (address, _):
            ills.append(_percentile(_page_times(address)))
    well, ill = statistics.median(wells), statistics.median(ills)
    return [
        Row("Memory of one worker after visitors, its own share", f"{share:.0f} MB", "under 90 MB"),
        Row("The same with what workers share counted for each", f"{memory:.0f} MB", "under 90 MB"),
        Row("Its own share once it has made a letter for Word", f"{word:.0f} MB", ""),
        Row(f"GET {PAGE}, 99th percentile, {VISITORS} visitors, API well", f"{well:.0f} ms", ""),
        Row(f"GET {PAGE}, 99th percentile, {VISITORS} visitors, API hanging", f"{ill:.0f} ms", ""),
        Row("The same, hanging against well", f"{ill / well:.2f} ×", "at most 2 ×"),
    ]


@contextmanager
def _site(fault: str | None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    api = PostcodeAPI()
    api.fault = fault
    with tempfile.TemporaryDirectory() as folder:
        environment = loaded(Path(folder)) | {
            "POSTCODE_SOURCES": "api,index",
            "POSTCODES_API_URL": api.url,
            "FIND_RATE_LIMIT": "",
        }
        with serving(environment, workers=2, threads=16) as (address, server):
            yield address, server
    api.fault = None
    api.close()


def _see_pages_and_cards(address: str) -> None:
    """Every council's page in two forms, and a quarter of the cards."""
    session = requests.Session()
    for slug in ENGLISH:
        for encoding in ("br", "gzip"):
            session.get(f"{address}/councils/{slug}", headers={"Accept-Encoding": encoding}, timeout=30)
    for slug in ENGLISH[::4]:
        session.get(f"{address}/councils/{slug}/card.png", timeout=30)


def _page_times(address: str) -> list[float]:
    """Milliseconds of each GET, one after the other, while visitors in another process submit postcodes."""
    session = requests.Session()
    for _ in range(20):
        session.get(address + PAGE, timeout=30)
    command = [sys.executable, "-c", VISIT, address, str(VISITORS), str(SECONDS)]
    visitors = subprocess.Popen(command, cwd=ROOT)
    times, until = [], time.monotonic() + SECONDS
    while time.monotonic() < until:
        start = time.perf_counter()
        session.get(address + PAGE, timeout=30)
        times.append((time.perf_counter() - start) * 1000)
        time.sleep(0.005)
    visitors.wait()
    return times


def _percentile(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def _heaviest_worker(pid: int, kind: str) -> float:
    """Memory in MB of the heaviest process under a server: "Rss" whole, "Pss" divided among sharers."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return max(_memory(int(child), kind) for child in children)


def _memory(pid: int, kind: str) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) / 1000
    return 0.0
