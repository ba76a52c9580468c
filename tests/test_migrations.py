"""The tables can be made, and taken away again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from app.database import connect
from app.models import Base
from tests.databases import migrate


@pytest.fixture
def new(empty_database: str) -> Iterator[Engine]:
    engine = connect(empty_database)
    yield engine
    engine.dispose()


def test_up_makes_the_tables_of_the_models(new: Engine) -> None:
    migrate(new)
    with new.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_down_takes_them_all_away_and_up_again_brings_them_back(new: Engine) -> None:
    migrate(new)
    migrate(new, "base")
    assert inspect(new).get_table_names() == ["alembic_version"]
    migrate(new)
    assert set(inspect(new).get_table_names()) == {"alembic_version", *Base.metadata.tables}


def test_sqlite_enforces_foreign_keys_and_writes_ahead(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'deep' / 'er' / 'x.sqlite'}")
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
    engine.dispose()
