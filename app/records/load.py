"""Loading the CSV files into the database, all or nothing, and writing them out again.

Every change to a row is kept as a revision: who, when, from what to what. Rows that were only put in another
order have one revision for their table. Of two versions of a row the one that was checked later wins. A row
that the files no longer have is removed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, and_, bindparam, insert, select
from sqlalchemy.orm import Session

from app.models import Revision, Row
from app.records.check import Fault, Files, check, read_files
from app.records.tables import (
    MODELS,
    Key,
    cell_of,
    file_name,
    key_of,
    table_of,
    values_of,
    write_rows,
)

Values = dict[str, Any]


class Faulty(ValueError):
    """The files have faults, so nothing was loaded."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


@dataclass(slots=True)
class Counts:
    """What a load did to the rows of all tables."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        return (
            f"{self.added} added, {self.changed} changed, {self.removed} removed, {self.unchanged} unchanged"
        )


def load(engine: Engine, folder: Path, by: str, today: date) -> Counts:
    """Make the tables hold what the folder's files hold, in one transaction. Raises `Faulty`."""
    files = read_files(folder)
    with Session(engine) as session:
        faults = [
            fault for fault in check(files, _never_before_the_last(session, today)) if not fault.warning
        ]
        if faults:
            raise Faulty(faults)
        loads = _plan(session, files)
    if any(each.does_something for each in loads):
        with Session(engine.execution_options(writes=True)) as session, session.begin():
            loads = _plan(session, files)  # anew: another load may just have ended
            _carry_out(session, loads, by)
    return Counts(
        added=sum(len(each.added) for each in loads),
        changed=sum(len(each.changed) for each in loads),
        removed=sum(len(each.removed) for each in loads),
        unchanged=sum(each.unchanged for each in loads),
    )


def _never_before_the_last(session: Session, today: date) -> date:
    """Today, or the day of the last load if the clock was set back since: then its facts are not to come."""
    last = session.scalar(select(Revision.at).order_by(Revision.id.desc()).limit(1))
    return max(today, last.date()) if last else today


def _plan(session: Session, files: Files) -> list["_TableLoad"]:
    return [_TableLoad.plan(session, model, files) for model in MODELS]


def _carry_out(session: Session, loads: list["_TableLoad"], by: str) -> None:
    for each in loads:
        each.add_and_change(session)
    for each in reversed(loads):
        each.remove(session)
    revisions = [revision for each in loads for revision in each.revisions(by)]
    if revisions:
        session.execute(insert(Revision), revisions)


@dataclass(frozen=True, slots=True)
class _TableLoad:
    """What has to be done to one table. `moved` rows only changed their place in the file."""

    model: type[Row]
    added: list[Values]
    changed: list[tuple[Values, Values]]
    removed: list[Values]
    moved: list[Values]
    unchanged: int

    @classmethod
    def plan(cls, session: Session, model: type[Row], files: Files) -> "_TableLoad":
        stored = stored_rows(session, model)
        added, changed, moved, unchanged = [], [], [], 0
        for position, line in enumerate(files.lines[model]):
            new = {**values_of(model, line), "position": position}
            old = stored.pop(key_of(model, new), None)
            if old is None:
                added.append(new)
            elif _differs(old, new) and not _checked_later(old, new):
                changed.append((old, new))
            else:
                unchanged += 1
                if old["position"] != position:
                    moved.append({**old, "position": position})
        return cls(model, added, changed, list(stored.values()), moved, unchanged)

    @property
    def does_something(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.moved)

    def remove(self, session: Session) -> None:
        table = table_of(self.model)
        for row in self.removed:
            session.execute(
                table.delete().where(and_(*(c == row[c.name] for c in table.primary_key.columns)))
            )

    def add_and_change(self, session: Session) -> None:
        table = table_of(self.model)
        if self.added:
            session.execute(insert(table), self.added)
        rows = [new for _, new in self.changed] + self.moved
        if rows:
            same_key = and_(*(c == bindparam(f"key_{c.name}") for c in table.primary_key.columns))
            keys = [{f"key_{c.name}": row[c.name] for c in table.primary_key.columns} for row in rows]
            session.connection().execute(
                table.update().where(same_key), [{**row, **key} for row, key in zip(rows, keys, strict=True)]
            )

    def revisions(self, by: str) -> list[Values]:
        changes: list[tuple[str, Values | None, Values | None]] = [
            *(("added", None, row) for row in self.added),
            *(("removed", row, None) for row in self.removed),
        ]
        for old, new in self.changed:
            differing = {name for name in new if new[name] != old[name]} - {"position"}
            changes.append(("changed", _only(old, differing), _only(new, differing)))
        whole_rows = [*self.added, *self.removed, *(new for _, new in self.changed)]
        keys = [" | ".join(map(cell_of, key_of(self.model, row))) for row in whole_rows]
        if self.moved and not self.added and not self.removed:
            # Nothing else may tell of a new order, and pages are kept until there is a revision.
            changes.append(("moved", None, {"rows": len(self.moved)}))
            keys.append("")
        now = datetime.now(UTC)
        return [
            {
                "at": now,
                "by": by,
                "table_name": self.model.__tablename__,
                "row_key": key,
                "action": action,
                "before": before and _as_text(before),
                "after": after and _as_text(after),
            }
            for (action, before, after), key in zip(changes, keys, strict=True)
        ]


def stored_rows(session: Session, model: type[Row]) -> dict[Key, Values]:
    """Every row of a table by its key, in the order of its file."""
    table = table_of(model)
    rows = [dict(row) for row in session.execute(select(table).order_by(table.c.position)).mappings()]
    return {key_of(model, row): row for row in rows}


def export(engine: Engine, folder: Path) -> None:
    """Write every table to `folder` as it was loaded: the same bytes, for files in this project's form."""
    folder.mkdir(parents=True, exist_ok=True)
    with Session(engine) as session:
        for model in MODELS:
            write_rows(folder / file_name(model), model, stored_rows(session, model).values())


def _differs(old: Values, new: Values) -> bool:
    return any(old[name] != new[name] for name in new if name != "position")


def _checked_later(old: Values, new: Values) -> bool:
    return "checked_on" in old and old["checked_on"] > new["checked_on"]


def _only(row: Values, names: set[str]) -> Values:
    return {name: row[name] for name in row if name in names}


def _as_text(row: Mapping[str, Any]) -> Values:
    return {name: cell_of(value) for name, value in row.items() if name != "position"}
