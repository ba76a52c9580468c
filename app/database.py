"""The engine and the session: SQLite by default, PostgreSQL when DATABASE_URL says so.

Every transaction sees the tables as they were at one moment. One that is to write is begun with the option
`writes`, and then has the tables to itself.
"""

import sqlite3
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session

WAIT_TO_READ = 1.0  # seconds; readers wait for nobody but one who locks them out on purpose
WAIT_TO_WRITE = 30  # seconds; a load holds the lock for less than one

SQLITE_CONNECTIONS = 8  # kept open; to open one takes longer than to read a record
SQLITE_CACHE = 256  # kB for each of them; the system keeps the whole file in memory anyway
WAIT_FOR_A_PLACE = 5  # seconds, when more ask at once than there are connections
# A PostgreSQL that does not answer at all must not hold the site up: seconds, then milliseconds.
WHEN_IT_HANGS: dict[str, Any] = {"connect_timeout": 2, "tcp_user_timeout": 5000}
WHEN_A_VISITOR_WAITS = {"options": "-c statement_timeout=5000"}

# What SQLite answers where a WAL file would have to be written beside the database only to read it.
CANNOT_WRITE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR_SHM", "SQLITE_IOERR_WRITE", "SQLITE_FULL")
DAMAGED = (
    "The database is damaged. Move its file away, with those beside it that end in -wal and -shm, and keep "
    "them. Then run make setup, which makes a new one from data/."
)
# How an error's code begins, SQLite's name or PostgreSQL's number; what to tell whoever ran a command.
SENTENCES = {
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_BUSY": "Something else is writing to the database, perhaps another load. Try again in a minute.",
    "SQLITE_READONLY": "The database cannot be written to. See to the permissions of its file and "
    "folder, and to the room on its disk.",
    "SQLITE_CANTOPEN": "The database is missing or cannot be opened. Run make setup first.",
    "SQLITE_FULL": "There is no room left on the disk of the database.",
    "SQLITE_IOERR": "The disk of the database failed, or has no room left.",
    "SQLITE_ERROR": "The database lacks a table or a column. Run make setup first.",
    "42P01": "The database lacks a table. Run make setup first.",
    "53100": "There is no room left on the disk of the database.",
    "55P03": "Something else is writing to the database, perhaps another load. Try again in a minute.",
    "25006": "The database cannot be written to: it is read-only.",
    "08": "The database does not answer. See that it runs, and that DATABASE_URL is right.",
}


def connect(database_url: str, create: bool = True) -> Engine:
    """An engine for the address. Unless it may `create` a database, a missing file stays missing."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return _connect_sqlite(url, create)
    limits = WHEN_IT_HANGS if create else WHEN_IT_HANGS | WHEN_A_VISITOR_WAITS
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=WAIT_FOR_A_PLACE,
        isolation_level="REPEATABLE READ",
        connect_args=limits,
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def plainly(error: DBAPIError) -> str:
    """A sentence for whoever ran a command: what is wrong with the database, and what to do."""
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or "08"
    for start, sentence in SENTENCES.items():
        if code.startswith(start):
            return sentence
    return f"The database refused ({type(error).__name__}, {code})."


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_TO_WRITE}s'")
        connection.exec_driver_sql("LOCK TABLE revisions IN SHARE ROW EXCLUSIVE MODE")


def _connect_sqlite(url: URL, create: bool) -> Engine:
    # No isolation level: Python would begin transactions late, and none for making tables.
    options = {"timeout": WAIT_TO_READ, "isolation_level": None}
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args=options,
        pool_size=SQLITE_CONNECTIONS,
        pool_timeout=WAIT_FOR_A_PLACE,
    )
    event.listen(engine, "begin", _begin_sqlite)
    if url.database and url.database != ":memory:":
        _SQLiteFile(Path(url.database).absolute(), create).watch(engine)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {WAIT_TO_WRITE * 1000}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


class _Damaged(sqlite3.DatabaseError):
    sqlite_errorname = "SQLITE_CORRUPT"


class _SQLiteFile:
    """The file that an engine's connections open: made only if it may be, read where nothing can be written,
    and opened anew once it was replaced, emptied or mended."""

    def __init__(self, path: Path, create: bool) -> None:
        self._path, self._create = path, create
        self._logs = [path.with_name(path.name + end) for end in ("-wal", "-journal")]

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "do_connect", self._open)
        event.listen(engine, "connect", self._remember)
        event.listen(engine, "checkout", self._see_that_it_is_the_same)

    def _open(self, _dialect: Any, record: Any, _args: Any, options: dict[str, Any]) -> sqlite3.Connection:
        record.info["state"] = self._state()
        if self._create and not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            for end in ("-wal", "-shm"):  # left over from a file that is gone, they would spoil a new one
                Path(f"{self._path}{end}").unlink(missing_ok=True)
        try:
            connection = self._connected("mode=rwc" if self._create else "mode=rw", options)
            if self._create:
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not (error.sqlite_errorname.startswith(CANNOT_WRITE) and self._is_all_in_one_file()):
                raise
            connection = self._connected("immutable=1", options)
        return connection

    def _connected(self, how: str, options: dict[str, Any]) -> sqlite3.Connection:
        """A connection to a file that was looked through: a damaged one is refused whole."""
        connection: sqlite3.Connection = sqlite3.connect(f"{self._path.as_uri()}?{how}", uri=True, **options)
        try:
            connection.execute(f"PRAGMA cache_size = -{SQLITE_CACHE}")
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise _Damaged(found)
            for pragma in ("foreign_keys = ON", "synchronous = NORMAL"):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _is_all_in_one_file(self) -> bool:
        return [_size(file) > 0 for file in (self._path, *self._logs)] == [True, False, False]

    def _state(self) -> tuple[object, ...]:
        """What changes when the file is another, or another program wrote to it."""
        try:
            file = self._path.stat()
        except OSError:
            return ()
        return file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns, self._is_all_in_one_file()

    def _remember(self, _connection: Any, record: Any) -> None:
        record.info["new"] = True

    def _see_that_it_is_the_same(self, _connection: Any, record: Any, _proxy: Any) -> None:
        if not record.info.pop("new", False) and record.info["state"] != self._state():
            raise DisconnectionError


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0  # not there, or gone since


def init_app(app: Flask, database_url: str) -> None:
    """Give the app its engine; sessions end with the request."""
    app.extensions["engine"] = connect(database_url, create=False)
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
