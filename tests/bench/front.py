"""What one machine serves: alone, as two processes behind nginx, and with nginx keeping pages."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.bench.row import Row
from tests.bench.speed import loaded, rate
from tests.deploy.front import NAME, in_front
from tests.deploy.two_processes import two_processes
from tests.server import serving

PAGE = "/councils/leeds"
ROUNDS = 3
SECONDS = 5
DAY = 24 * 3600
EASY = 0.3  # the share of its best at which a machine is still at ease
AS_A_BROWSER = ("-H", f"Host: {NAME}", "-H", "Accept-Encoding: gzip, deflate, br")


def rows() -> Iterator[Row]:
    """Three rounds in turn, each with the shipped site file and TLS, as it would be for visitors."""
    nginx, openssl = (
        shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("nginx", "openssl")
    )
    if not (nginx and openssl):
        yield Row("Behind nginx", "not measured", "needs Debian’s nginx-light and openssl")
        return
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        environment = loaded(folder) | {"SITE_URL": f"https://{NAME}", "TRUSTED_PROXIES": "1"}
        alone, _ = running.enter_context(serving(environment, workers=2, threads=16))
        processes = running.enter_context(two_processes(environment))
        addresses = {"The site alone, two workers": alone}
        changes: dict[str, Callable[[str], str]] = {
            "Two processes behind nginx, nothing kept": lambda text: text.replace(
                "proxy_cache kinship;", "proxy_cache off;"
            ),
            "The same as shipped, nginx keeps pages": lambda text: text,
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
                rates[what].append(rate(address + PAGE, SECONDS, *AS_A_BROWSER))
    for what, found in rates.items():
        day = median(found) * EASY * DAY / 1e6
        yield Row(
            f"{what}: pages a second", f"{median(found):,.0f}", f"{EASY:.0%} of it: {day:,.0f} million a day"
        )
