"""What the tests share: the site on a database of its own, with the shipped facts or invented ones."""

import gc
import os
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine

from app import create_app
from app.database import connect
from app.records.load import load
from app.settings import DATA
from tests import postcode_api
from tests.databases import Databases, SqliteFiles, databases_for, migrate
from tests.postcode_api import PostcodeAPI
from tests.records import borsetshire
from tests.taking_turns import Turns

TODAY = date(2026, 11, 21)
TURNS = pytest.StashKey[Turns]()
# Parsed pages are many small objects: looking for garbage less often saves a third of the time of parsing.
gc.set_threshold(50_000, 20, 20)


def pytest_configure(config: pytest.Config) -> None:
    """The locks of this run are in a folder of its own, which the first process makes."""
    folder = getattr(config, "workerinput", {}).get("turns")
    if folder is None:
        made = TemporaryDirectory(prefix="turns-")
        config.add_cleanup(made.cleanup)
        folder = made.name
    config.stash[TURNS] = Turns(Path(folder))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The first process tells each of the others."""
    node.workerinput["turns"] = str(node.config.stash[TURNS].folder)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that want to be alone come first: then one process has them all, and the others wait once."""
    items.sort(key=lambda item: not _wants_to_be_alone(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Tests marked `alone` measure time: no other test of this run goes on, nor sets up, meanwhile."""
    turns = item.config.stash[TURNS]
    turns.begin(_wants_to_be_alone(item))
    try:
        return (yield)
    finally:
        turns.end(_wants_to_be_alone(nextitem))


def _wants_to_be_alone(item: pytest.Item | None) -> bool:
    return item is not None and item.get_closest_marker("alone") is not None


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Makes databases for the tests: on SQLite, or beside the PostgreSQL database of DATABASE_URL."""
    made = databases_for(dict(os.environ), tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def tables(databases: Databases) -> str:
    """A database with its tables made, to be copied, not used."""
    return _with_tables(databases)


@pytest.fixture(scope="session")
def facts(databases: Databases, tables: str) -> str:
    """A database with the shipped facts, to be copied, not used."""
    return _with_facts(databases, tables)


@pytest.fixture(scope="session")
def loaded_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the shipped facts, whatever DATABASE_URL says, to be copied, not used."""
    files = SqliteFiles(tmp_path_factory.mktemp("files"))
    return Path(_with_facts(files, _with_tables(files)).removeprefix("sqlite:///"))


def _with_tables(databases: Databases) -> str:
    address = databases.empty()
    engine = connect(address)
    migrate(engine)
    engine.dispose()
    return address


def _with_facts(databases: Databases, tables: str) -> str:
    address = databases.copy(tables)
    engine = connect(address)
    load(engine, DATA, "the tests", date.today())  # noqa: DTZ011 - any day will do
    engine.dispose()
    return address


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[str]:
    """A database without tables, this test's own."""
    address = databases.empty()
    yield address
    databases.drop(address)


@pytest.fixture
def database_with_tables(databases: Databases, tables: str) -> Iterator[str]:
    """A database with its tables made and nothing in them, this test's own."""
    address = databases.copy(tables)
    yield address
    databases.drop(address)


@pytest.fixture
def database_url(databases: Databases, facts: str) -> Iterator[str]:
    """A database with the shipped facts, this test's own."""
    address = databases.copy(facts)
    yield address
    databases.drop(address)


@pytest.fixture
def engine(database_with_tables: str) -> Iterator[Engine]:
    """An empty database with its tables made."""
    engine = connect(database_with_tables)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def shared_limits() -> str:
    """Where requests are counted. Of a Redis each process of the tests takes a database, from number 1."""
    address = os.environ.get("RATELIMIT_STORAGE_URI", "") or "memory://"
    if not address.startswith("redis"):
        return address
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    parts = urlsplit(address)
    return parts._replace(path=f"/{int(worker.removeprefix('gw')) + 1}").geturl()


@pytest.fixture
def limit_store(shared_limits: str) -> str:
    """The same, nothing counted yet."""
    if shared_limits.startswith("redis"):
        Redis.from_url(shared_limits).flushdb()
    return shared_limits


@pytest.fixture(scope="session")
def shared_api() -> Iterator[PostcodeAPI]:
    yield from postcode_api.running()


@pytest.fixture
def api(shared_api: PostcodeAPI) -> Iterator[PostcodeAPI]:
    """The postcode API's stand-in, in good health at the start of each test."""
    shared_api.fault = None
    shared_api.asked = 0
    shared_api.headers.clear()
    shared_api.paths.clear()
    yield shared_api
    shared_api.fault = None


@pytest.fixture
def make_app(database_url: str, limit_store: str, api: PostcodeAPI) -> Callable[..., Flask]:
    """Make the site with further settings."""

    def make(**settings: str) -> Flask:
        environment = {
            "DATABASE_URL": database_url,
            "RATELIMIT_STORAGE_URI": limit_store,
            "POSTCODES_API_URL": api.url,
            "FIND_RATE_LIMIT": "",
            "SITE_URL": "https://kinship.example",
            "CONTACT_EMAIL": "put-right@kinship.example",
        }
        app = create_app(environment | settings)
        app.testing = True
        app.extensions["last_load"].pause = 0  # tests do not wait for what they loaded to show
        return app

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def invented(tmp_path: Path, database_with_tables: str, make_app: Callable[..., Flask]) -> FlaskClient:
    """The site with Borsetshire's facts alone."""
    engine = connect(database_with_tables)
    load(engine, borsetshire.write(tmp_path / "data"), "tests", TODAY)
    engine.dispose()
    return make_app(DATABASE_URL=database_with_tables).test_client()


Look = Callable[..., BeautifulSoup]


@pytest.fixture
def look(client: FlaskClient) -> Look:
    """Get a page, its status checked, parsed."""

    def get(address: str, status: int = 200) -> BeautifulSoup:
        answer = client.get(address)
        assert answer.status_code == status, f"{address} answered {answer.status_code}"
        return _parsed(answer.text)

    return get


@lru_cache(maxsize=400)
def _parsed(text: str) -> BeautifulSoup:
    """Many tests look at the page of each council. Never change what you look at."""
    return BeautifulSoup(text, "html.parser")
