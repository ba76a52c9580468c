"""Alembic's way in: the database that DATABASE_URL names, the tables of app.models."""

import os
import sys

from alembic import context
from sqlalchemy import Engine

from app.database import connect
from app.models import Base
from app.settings import SettingError, Settings


def run_migrations() -> None:
    """Run on a connection handed in (tests) or on a new one; each migration is one transaction."""
    engine = context.config.attributes.get("engine") or _engine_of_settings()
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


def _engine_of_settings() -> Engine:
    try:
        return connect(Settings.from_environment(os.environ).database_url)
    except SettingError as error:
        sys.exit(f"Cannot start. {error}")


run_migrations()
