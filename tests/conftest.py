"""What the tests share: the site on a database of its own, with the shipped facts or invented ones."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app import create_app
from app.database import connect
from app.records.load import load
from app.settings import DATA, ROOT
from tests import postcode_api
from tests.postcode_api import PostcodeAPI
from tests.records import borsetshire

TODAY = date(2026, 11, 21)


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring a database's tables up (or down) to a revision."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["engine"] = engine
    (command.downgrade if revision == "base" else command.upgrade)(config, revision)


@pytest.fixture(scope="session")
def loaded_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the shipped facts, to be copied, not used."""
    path = tmp_path_factory.mktemp("database") / "facts.sqlite"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    load(engine, DATA, "the tests", date.today())  # noqa: DTZ011 - any day will do
    engine.dispose()
    return path


@pytest.fixture
def database_url(loaded_database: Path, tmp_path: Path) -> str:
    """A database with the shipped facts, this test's own."""
    path = tmp_path / "council.sqlite"
    shutil.copyfile(loaded_database, path)
    return f"sqlite:///{path}"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database with its tables made."""
    engine = connect(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    migrate(engine)
    yield engine
    engine.dispose()


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
def make_app(database_url: str, api: PostcodeAPI) -> Callable[..., Flask]:
    """Make the site with further settings."""

    def make(**settings: str) -> Flask:
        environment = {
            "DATABASE_URL": database_url,
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
def invented(tmp_path: Path, make_app: Callable[..., Flask]) -> FlaskClient:
    """The site with Borsetshire's facts alone."""
    address = f"sqlite:///{tmp_path / 'invented.sqlite'}"
    engine = connect(address)
    migrate(engine)
    load(engine, borsetshire.write(tmp_path / "data"), "tests", TODAY)
    return make_app(DATABASE_URL=address).test_client()


Look = Callable[..., BeautifulSoup]


@pytest.fixture
def look(client: FlaskClient) -> Look:
    """Get a page, its status checked, parsed."""

    def get(address: str, status: int = 200) -> BeautifulSoup:
        answer = client.get(address)
        assert answer.status_code == status, f"{address} answered {answer.status_code}"
        return BeautifulSoup(answer.text, "html.parser")

    return get
