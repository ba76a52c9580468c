"""A site on a database file of its own, every address of it, and the commands of `make setup`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from app import create_app
from app.settings import DATA, ROOT
from tests.pages import addresses
from tests.server import serving

SENTENCE = "We can’t show that just now"
FORM = {"postcode": "SE1 2DL"}
# What differs from one answer to the next, or tells of the database itself.
MACHINES = ("/healthz", "/readyz")


def environment(database: Path) -> dict[str, str]:
    """No other site's answers, no network: the index alone says where a postcode is."""
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "POSTCODE_SOURCES": "index",
        "FIND_RATE_LIMIT": "",
        "SITE_URL": "https://kinship.example",
    }


def run(*arguments: str, database: Path, within: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """A command of the project, in a process of its own: run("flask", "data", "load", database=…)."""
    return subprocess.run(
        [*within, sys.executable, "-m", *arguments],
        cwd=ROOT, env=environment(database), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def set_up(database: Path, folder: Path = DATA) -> None:
    """What `make setup` does."""
    for arguments in (("alembic", "upgrade", "head"), ("flask", "data", "load", str(folder))):
        done = run(*arguments, database=database)
        assert done.returncode == 0, done.stderr


def says_plainly(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a command refused with a sentence or two, and showed none of its inside."""
    said = done.stderr.strip().splitlines()
    plain = "Traceback" not in done.stderr and "sqlalche" not in done.stderr and "sqlite3." not in done.stderr
    return done.returncode == 1 and plain and bool(said) and said[-1].endswith(".")


def needs_root() -> None:
    """For what only root may do, such as mounting. On CI it must not be left out where root is there."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk or take rights away from root")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


@dataclass
class Site:
    """The running server, asked everything that it can be asked."""

    address: str
    healthy: Mapping[tuple[str, str], Answer]
    visitor: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, method: str = "GET") -> requests.Response:
        data = FORM if method == "POST" else None
        return self.visitor.request(method, self.address + path, data=data, allow_redirects=False, timeout=30)

    def out_of_order(self) -> int:
        """Ask every address: each is as it should be, or says what is wrong. How many say that?"""
        found = 0
        for (method, path), healthy in self.healthy.items():
            answer = self.get(path, method)
            if answer.status_code == 503 != healthy.status:
                assert_leads_on(answer, path)
                found += 1
            else:
                assert (answer.status_code, answer.content) == (healthy.status, healthy.body), path
        return found

    def ready(self) -> int:
        assert self.get("/healthz").status_code == 200
        return self.get("/readyz").status_code


def assert_leads_on(answer: requests.Response, path: str) -> None:
    """A 503 that says when to come back, and where to go until then."""
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60"), path
    assert answer.headers["Cache-Control"] == "no-store", path
    assert SENTENCE in answer.text, path
    for way_on in ('href="/"', 'href="/councils"', 'href="/help"'):
        assert way_on in answer.text, path


@pytest.fixture(scope="session")
def healthy(loaded_database: Path) -> dict[tuple[str, str], Answer]:
    """Every address of the site, by method, with the answer of a site that wants for nothing."""
    app = create_app(environment(loaded_database))
    client = app.test_client()
    answers = {}
    for method in ("GET", "POST"):
        for path in addresses(app, method):
            answer = client.open(path, method=method, data=FORM if method == "POST" else None)
            if path not in MACHINES:
                answers[method, path] = Answer(answer.status_code, answer.data)
    assert len(answers) > 140
    assert {answer.status for answer in answers.values()} <= {200, 301, 303, 308, 404, 422}
    return answers


@pytest.fixture
def database(loaded_database: Path, tmp_path: Path) -> Path:
    """A database file with the shipped facts in a folder of its own, this test's own."""
    folder = tmp_path / "instance"
    folder.mkdir()
    shutil.copyfile(loaded_database, folder / "council.sqlite")
    return folder / "council.sqlite"


Serve = Callable[..., Site]


@pytest.fixture
def serve(healthy: Mapping[tuple[str, str], Answer]) -> Iterator[Serve]:
    """Start the production server on a database file."""
    running = []

    def start(database: Path, within: tuple[str, ...] = ()) -> Site:
        server = serving(environment(database), threads=8, within=within)
        running.append(server)
        address, _ = server.__enter__()
        return Site(address, healthy)

    yield start
    for server in running:
        server.__exit__(None, None, None)
