"""A PostgreSQL that takes connections and never answers: the site says so, and stays alive."""

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.server import serving

VISITORS = 40


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that accepts and then says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listening:
        yield listening.getsockname()[1]


def test_pages_say_so_and_the_site_stays_alive(silent: int) -> None:
    address = f"postgresql://nobody@127.0.0.1:{silent}/nothing"
    environment = {**os.environ, "DATABASE_URL": address, "POSTCODE_SOURCES": "index"}
    with serving(environment, workers=1, threads=16) as (site, _), ThreadPoolExecutor(VISITORS) as visitors:
        asked = [
            visitors.submit(requests.get, f"{site}/councils/{number}", timeout=60)
            for number in range(VISITORS)
        ]
        time.sleep(1)
        alive = requests.get(f"{site}/healthz", timeout=20)
        assert alive.status_code == 200
        answers = [each.result() for each in asked]
        assert {answer.status_code for answer in answers} == {503}
        assert all("Try again in a few minutes" in answer.text for answer in answers)
        assert requests.get(f"{site}/readyz", timeout=60).status_code == 503
