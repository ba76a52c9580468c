"""How large the postcode index is, how fast it opens and answers, and how SQLite does on the same postcodes.

`make bench` shows it with the other measurements.
"""

import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.postcodes.api import PostcodesIO
from app.postcodes.bulk import Body, Resolver
from app.postcodes.index import Index
from app.postcodes.index_file import SLOT_OF_INWARD, SLOTS_OF_OUTWARD, decode
from app.postcodes.postcode import Postcode, read
from app.settings import DATA, ROOT
from tests.bench.row import Row
from tests.postcode_api import PostcodeAPI

INDEX = DATA / "postcodes.index"
SAMPLE = 50_000
ROUNDS = 5  # timed in turn, each way's best round counts: a busy machine hurts none of them more
COLD_STARTS = 11
SELECT = "SELECT authority FROM postcodes WHERE postcode = ?"

OPEN_IN_A_NEW_PROCESS = """
import sys, time
from pathlib import Path
from app.postcodes.index import Index
start = time.perf_counter()
index = Index.open(Path(sys.argv[1]))
print((time.perf_counter() - start) * 1e3)
"""
# Started after the modules that any Flask worker has loaded anyway, before those of the index.
MEMORY_OF_A_NEW_PROCESS = """
import sys, tracemalloc, hashlib, json, zlib
from pathlib import Path
from app.postcodes.postcode import read
tracemalloc.start()
from app.postcodes.index import Index
index = Index.open(Path(sys.argv[1]))
print(tracemalloc.get_traced_memory()[0])
"""


def rows(path: Path = INDEX) -> list[Row]:
    """Every measurement of the index at `path`; takes about twenty seconds."""
    index = Index.open(path)
    listed = list(_postcodes(path))
    sample = random.Random(3).sample(listed, SAMPLE)
    opening = statistics.median(_of_new_processes(OPEN_IN_A_NEW_PROCESS, path, COLD_STARTS))
    (memory,) = _of_new_processes(MEMORY_OF_A_NEW_PROCESS, path, 1)
    with tempfile.TemporaryDirectory() as folder:
        file = _sqlite(Path(folder) / "postcodes.sqlite", listed, index)
        usual = sqlite3.connect(file)
        # Told that nobody will ever write to the file, SQLite skips the locks of each look-up: its best case.
        unlocked = sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True)
        ours, theirs, theirs_unlocked = _microseconds_each(
            sample,
            lambda text: index.look_up(read(text)),
            lambda text: usual.execute(SELECT, (read(text).compact,)).fetchone(),
            lambda text: unlocked.execute(SELECT, (read(text).compact,)).fetchone(),
        )
        usual.close()
        unlocked.close()
    return [
        Row("Index: file", f"{path.stat().st_size / 1000:.1f} kB", "at most 320 kB"),
        Row("Index: cold open, median of 11 processes", f"{opening:.1f} ms", "under 10 ms"),
        Row("Index: memory once open", f"{memory / 1e6:.2f} MB", "under 4 MB"),
        Row("Index: look-up with parsing", f"{ours:.2f} µs", "at most 8 µs"),
        Row("SQLite WITHOUT ROWID: look-up with parsing", f"{theirs:.2f} µs", ""),
        Row("SQLite, the same without locks (immutable)", f"{theirs_unlocked:.2f} µs", ""),
        Row("Index against SQLite", f"{theirs / ours:.1f} × faster", "at least 2.5 ×"),
        Row("Index against SQLite without locks", f"{theirs_unlocked / ours:.1f} × faster", ""),
        *_api_rows(ours),
        _bulk_row(index, sample),
    ]


def _api_rows(index_microseconds: float) -> list[Row]:
    """A look-up over loopback, at a stand-in that does next to nothing: the least any API can take."""
    api = PostcodeAPI()
    client = PostcodesIO(api.url, "bench")
    postcode = Postcode("SE1", "2DL")
    times = []
    for _ in range(300):
        start = time.perf_counter()
        client.look_up(postcode, time.monotonic() + 2)
        times.append(time.perf_counter() - start)
    client.close()
    api.close()
    median = statistics.median(times) * 1e6
    return [
        Row("API on loopback: look-up, median", f"{median:.0f} µs", ""),
        Row("Index against the API on loopback", f"{median / index_microseconds:.0f} × faster", ""),
    ]


def _bulk_row(index: Index, sample: list[str]) -> Row:
    """Adding council columns to rows of a supporters' file, best of three."""
    lines = ["name,email,postcode\n", *(f"Ruth Archer,ruth@example.org,{text}\n" for text in sample * 4)]
    best = float("inf")
    for _ in range(3):
        resolver = Resolver(index, lambda code: (Body(code, code, code, ""),))
        start = time.perf_counter()
        sum(map(len, resolver.resolve(lines, "postcode")))
        best = min(best, time.perf_counter() - start)
    return Row("Bulk: rows a second on one core", f"{len(sample) * 4 / best:,.0f}", "at least 100,000")


def _postcodes(path: Path) -> Iterator[str]:
    """Every postcode of the index, so that the measurement needs no Code-Point Open."""
    contents = decode(path.read_bytes())
    for order, outward in enumerate(contents.outwards):
        for inward, within in SLOT_OF_INWARD.items():
            slot = order * SLOTS_OF_OUTWARD + within
            if contents.existing[slot >> 3] >> (slot & 7) & 1:
                yield str(Postcode(outward, inward))


def _of_new_processes(script: str, path: Path, times: int) -> list[float]:
    command = [sys.executable, "-c", script, str(path)]
    runs = (subprocess.run(command, cwd=ROOT, check=True, capture_output=True) for _ in range(times))
    return [float(run.stdout) for run in runs]


def _sqlite(file: Path, listed: list[str], index: Index) -> Path:
    """The same postcodes and authorities in the quickest table SQLite has for them."""
    writing = sqlite3.connect(file)
    writing.execute("CREATE TABLE postcodes (postcode TEXT PRIMARY KEY, authority TEXT) WITHOUT ROWID")
    answers = ((text.replace(" ", ""), index.look_up(read(text)).authorities[0]) for text in listed)
    writing.executemany("INSERT INTO postcodes VALUES (?, ?)", answers)
    writing.commit()
    writing.execute("VACUUM")
    writing.close()
    return file


def _microseconds_each(sample: list[str], *ways: Callable[[str], object]) -> list[float]:
    """The time one look-up takes in each of the ways."""
    best = [float("inf")] * len(ways)
    for _ in range(ROUNDS):
        for number, way in enumerate(ways):
            start = time.perf_counter()
            for text in sample:
                way(text)
            best[number] = min(best[number], (time.perf_counter() - start) / len(sample) * 1e6)
    return best
