"""What the tables hold: known by the newest revision, which every load that changes something leaves."""

from datetime import datetime
from threading import Lock
from time import monotonic

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from app.models import Revision

PAUSE = 0.5  # seconds between two looks: what was loaded shows within a second

PATIENCE = 1.0  # seconds that others wait for the very first look

Load = tuple[int, datetime] | tuple[()]  # number and time of the newest revision; () for empty tables


class LastLoad:
    """The newest revision, looked for at most twice a second by each worker.

    None until it could be read. While the database does not answer, the last that was read stands.
    """

    def __init__(self, engine: Engine, pause: float = PAUSE) -> None:
        self._engine = engine
        self.pause = pause
        self._known: Load | None = None
        self._looked = -float("inf")
        self._looking = Lock()

    def __call__(self) -> Load | None:
        if self._is_due() and self._looking.acquire(timeout=PATIENCE if self._known is None else 0):
            try:
                if self._is_due():
                    self._known = self._look()
            except SQLAlchemyError:
                pass  # whoever needs the database itself meets the fault, and reports it
            finally:
                self._looked = monotonic()
                self._looking.release()
        return self._known

    def _is_due(self) -> bool:
        return monotonic() - self._looked > self.pause

    def _look(self) -> Load:
        newest = select(Revision.id, Revision.at).order_by(Revision.id.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(newest).first()
        return (row.id, row.at) if row else ()


def init_app(app: Flask) -> None:
    app.extensions["last_load"] = LastLoad(app.extensions["engine"])
