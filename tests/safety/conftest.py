"""The site as an attacker meets it: one app for thousands of requests, and one real server with its log."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict

from app import create_app
from tests.pages import addresses
from tests.safety import attacker
from tests.server import serving

# A line for an answer: when, method, route, status, how long. Nothing that anybody sent.
ANSWERED = re.compile(
    r"[\d-]{10} [\d:,]{12} INFO ([A-Z]{3,7}|\(other\)) (/[a-z0-9/<>:.-]*|\(no such page\)) \d{3} \d+ ms"
)


@pytest.fixture(scope="package")
def settings(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("attacked") / "council.sqlite"
    shutil.copyfile(loaded_database, path)
    return {
        "DATABASE_URL": f"sqlite:///{path}",
        "FIND_RATE_LIMIT": "",
        "CONTACT_EMAIL": "put-right@kinship.example",
        "POSTCODE_SOURCES": "index",
    }


@pytest.fixture(scope="package")
def attacked(settings: dict[str, str]) -> Flask:
    """An app that answers as in production, behind one trusted proxy whose headers may lie."""
    return create_app({**settings, "SITE_URL": "https://kinship.example", "TRUSTED_PROXIES": "1"})


class Noting(ImmutableMultiDict[str, str]):
    """Remembers which fields of queries and forms the site asks for."""

    asked_for: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        self.asked_for.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked_for.add(str(key))
        return super().__contains__(key)


@pytest.fixture(scope="package")
def fields(attacked: Flask) -> list[str]:
    """Every field that any route reads, found by asking each of them."""

    class NotingRequest(Request):
        parameter_storage_class = Noting

    usual, attacked.request_class = attacked.request_class, NotingRequest
    client = attacked.test_client()
    for address in addresses(attacked):
        client.get(address)
    for address in addresses(attacked, "POST"):
        client.post(address, data={"words1": "x"})
    attacked.request_class = usual
    found = sorted(Noting.asked_for)
    assert {"postcode", "to", "words4", "gap", "format", "name", "with", "url", "maxwidth", "v"} <= set(found)
    return found


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address, and the file that everything it writes goes to."""

    address: str
    log: Path


@pytest.fixture(scope="package")
def served(settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The real server. At the end, whatever was tried, its log holds a line for each answer and no more."""
    log = tmp_path_factory.mktemp("log") / "server.log"
    with log.open("wb") as file, serving({**os.environ, **settings}, workers=2, log=file) as (address, _):
        yield Served(address, log)
    lines = log.read_text().splitlines()
    assert [line for line in lines if line.endswith("ms") and "GET /healthz 200" in line]
    assert [line for line in lines if not ANSWERED.fullmatch(line)] == []


@pytest.fixture
def site(served: Served) -> str:
    return served.address


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if attacker.asked:
        terminalreporter.write_line(
            f"safety: {attacker.asked} hostile requests to the app, every answer checked"
        )
