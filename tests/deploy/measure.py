"""How many pages a second one machine serves: `.venv/bin/python -m tests.deploy.measure [SECONDS]`.

Three rounds, in turn, of wrk (2 threads, 16 connections, brotli) asking for one council's page: the site
alone with two workers, two processes behind nginx with nothing kept, and the same with the shipped site
file. nginx speaks TLS, as it would to visitors.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from app.settings import ROOT
from tests.deploy.front import NAME, in_front
from tests.deploy.two_processes import two_processes
from tests.server import serving

PAGE = "/councils/leeds"
ROUNDS = 3
DAY = 24 * 3600
EASY = 0.3  # the share of its best at which a machine is still at ease


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    nginx, openssl = (
        shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("nginx", "openssl")
    )
    if not (nginx and openssl and shutil.which("wrk")):
        sys.exit("This needs nginx, openssl and wrk (Debian: apt-get install nginx-light openssl wrk)")
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        environment = _loaded(folder)
        alone, _ = running.enter_context(serving(environment, workers=2, threads=16))
        processes = running.enter_context(two_processes(environment))
        addresses = {"the site alone": alone}
        changes: dict[str, Callable[[str], str]] = {
            "nginx, nothing kept": lambda text: text.replace("proxy_cache kinship;", "proxy_cache off;"),
            "nginx as shipped": lambda text: text,
        }
        for number, (what, change) in enumerate(changes.items()):
            (folder / str(number)).mkdir()
            front = running.enter_context(
                in_front(folder / str(number), nginx, openssl, processes.ports, change)
            )
            addresses[what] = f"https://127.0.0.1:{front.secure}"
        rates: dict[str, list[float]] = {what: [] for what in addresses}
        for _ in range(ROUNDS):
            for what, address in addresses.items():
                rates[what].append(_rate(address, seconds))
    for what, found in rates.items():
        day = median(found) * EASY * DAY / 1e6
        print(f"{what}: {median(found):,.0f} a second {found}; {EASY:.0%} of it: {day:,.1f} million a day")  # noqa: T201


def _loaded(folder: Path) -> dict[str, str]:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite",
        "POSTCODE_SOURCES": "index",
        "SITE_URL": f"https://{NAME}",
        "TRUSTED_PROXIES": "1",
    }
    for command in (["alembic", "upgrade", "head"], ["flask", "data", "load"]):
        subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment, check=True, capture_output=True
        )
    return environment


def _rate(address: str, seconds: int) -> float:
    """Requests a second; an answer other than 2xx or 3xx ends the measurement."""
    headers = ["-H", f"Host: {NAME}", "-H", "Accept-Encoding: gzip, deflate, br"]
    command = ["wrk", "-t2", "-c16", f"-d{seconds}s", *headers, address + PAGE]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if found is None or "Non-2xx" in told:
        sys.exit(told)
    return float(found[1])


if __name__ == "__main__":
    main()
