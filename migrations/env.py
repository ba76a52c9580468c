"""Alembic's way in: the database that DATABASE_URL names, the tables of app.models."""

import os

from alembic import context

from app.database import connect
from app.models import Base
from app.settings import Settings


def run_migrations() -> None:
    """Run on a connection handed in (tests) or on a new one; each migration is one transaction."""
    handed_in = context.config.attributes.get("engine")
    engine = handed_in or connect(Settings.from_environment(os.environ).database_url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
