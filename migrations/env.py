"""Alembic's way in: the database that DATABASE_URL names, the tables of app.models."""

import os
import sys

from alembic import context
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.database import connect, plainly
from app.models import Base
from app.settings import SettingError, Settings


def run_migrations() -> None:
    """Run on an engine handed in (tests) or on a new one; all migrations are one transaction."""
    engine = context.config.attributes.get("engine") or _engine_of_settings()
    with _patient(engine).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transactional_ddl=True,  # SQLite's too: app.database begins every transaction itself
        )
        with context.begin_transaction():
            context.run_migrations()


def _patient(engine: Engine) -> Engine:
    """One that waits for others who write to SQLite, such as a second start, if there is something to do."""
    with engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_heads()
    behind = set(at) != set(context.script.get_heads())
    return engine.execution_options(writes=engine.dialect.name == "sqlite" and behind)


def _engine_of_settings() -> Engine:
    try:
        return connect(Settings.from_environment(os.environ).database_url)
    except SettingError as error:
        sys.exit(f"Cannot start. {error}")


try:
    run_migrations()
except DBAPIError as error:
    sys.exit(plainly(error))
except OSError as error:
    sys.exit(f"{error.filename}: {error.strerror}.")
