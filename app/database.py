"""The engine and the session: SQLite by default, PostgreSQL when DATABASE_URL says so."""

from pathlib import Path
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

WAIT_FOR_LOCK = 5.0  # seconds; a load holds SQLite's write lock for less than one


def connect(database_url: str) -> Engine:
    """An engine for the address, its SQLite connections set up: foreign keys on, WAL, patient with locks."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": WAIT_FOR_LOCK})
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def init_app(app: Flask, database_url: str) -> None:
    """Give the app its engine; sessions end with the request."""
    app.extensions["engine"] = connect(database_url)
    app.teardown_appcontext(_close_session)


def engine() -> Engine:
    found: Engine = current_app.extensions["engine"]
    return found


def session() -> Session:
    """The session of this request or command, opened when first asked for."""
    if "session" not in g:
        g.session = Session(engine())
    found: Session = g.session
    return found


def _close_session(_error: BaseException | None) -> None:
    opened: Session | None = g.pop("session", None)
    if opened is not None:
        opened.close()
