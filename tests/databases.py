"""Databases for the tests, on whatever DATABASE_URL names: files of SQLite, or PostgreSQL databases.

A given PostgreSQL database is connected to, never read or written: the tests make databases beside it, each
its own, and drop them. So its user needs the right to make databases (CREATEDB).
"""

import os
import shutil
from itertools import count
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, make_url, text

from app.settings import ROOT, Settings

NUMBERS = count(1)


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring a database's tables up (or down) to a revision."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["engine"] = engine
    (command.downgrade if revision == "base" else command.upgrade)(config, revision)


class Databases(Protocol):
    """Makes databases, each known by its address."""

    def empty(self) -> str:
        """A new one without tables."""

    def copy(self, address: str) -> str:
        """A new one that holds what another does, which nobody may be connected to."""

    def drop(self, address: str) -> None: ...

    def close(self) -> None:
        """Drop all that are left."""


class SqliteFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def empty(self) -> str:
        return f"sqlite:///{self._folder / f'{next(NUMBERS)}.sqlite'}"

    def copy(self, address: str) -> str:
        copied = self.empty()
        shutil.copyfile(_file(address), _file(copied))
        return copied

    def drop(self, address: str) -> None:
        for path in self._folder.glob(f"{_file(address).name}*"):
            path.unlink()

    def close(self) -> None:
        """The folder goes with pytest's others."""


class BesidePostgresql:
    def __init__(self, given: str) -> None:
        self._given = make_url(given)
        self._engine = create_engine(self._given, isolation_level="AUTOCOMMIT")
        self._made: set[str] = set()

    def empty(self) -> str:
        return self._make("")

    def copy(self, address: str) -> str:
        # A copy of files takes half as long as the usual copy through the log.
        return self._make(f'TEMPLATE "{make_url(address).database}" STRATEGY file_copy')

    def _make(self, how: str) -> str:
        name = f"kinship_tests_{os.getpid()}_{next(NUMBERS)}"
        self._run(f'CREATE DATABASE "{name}" {how}')
        address = self._given.set(database=name).render_as_string(hide_password=False)
        self._made.add(address)
        return address

    def drop(self, address: str) -> None:
        """Whoever is still connected is thrown out: apps keep connections until they are collected."""
        self._run(f'DROP DATABASE "{make_url(address).database}" WITH (FORCE)')
        self._made.discard(address)

    def close(self) -> None:
        for address in tuple(self._made):
            self.drop(address)
        self._engine.dispose()

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))


def databases_for(environment: dict[str, str], folder: Path) -> Databases:
    """Where the tests' databases are made: beside the PostgreSQL database that is set, or in a folder."""
    given = Settings.from_environment({"DATABASE_URL": environment.get("DATABASE_URL", "")}).database_url
    return SqliteFiles(folder) if given.startswith("sqlite") else BesidePostgresql(given)


def _file(address: str) -> Path:
    return Path(make_url(address).database or "")
