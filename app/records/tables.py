"""The tables of data/ as CSV files: which there are, reading them in, writing them out.

A file has one header row naming the columns; the columns are those of the model in app/models.py, in its
order. An empty cell is an empty text, or nothing at all where the model allows that.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Date, Integer, Table

from app.models import (
    AdviceLine,
    Answer,
    Audit,
    CodeChange,
    Contact,
    Council,
    District,
    Document,
    Neighbour,
    Provider,
    Row,
    Search,
    Succession,
    Tile,
)
from app.whole_file import replacing

# In the order of loading: a table comes after those it refers to.
MODELS: tuple[type[Row], ...] = (
    Council,
    District,
    CodeChange,
    Succession,
    Document,
    Answer,
    Contact,
    Search,
    Provider,
    AdviceLine,
    Neighbour,
    Tile,
    Audit,
)

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file as it stands: where it ends (counted from 1) and its cells by column."""

    number: int
    cells: Mapping[str, str]


class Unreadable(ValueError):
    """A file cannot be read as a table. `line` is where reading stopped."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(frozen=True, slots=True)
class Odd:
    """A row that cannot be read for itself, while those after it can: its line and what is wrong."""

    number: int
    sentence: str


def table_of(model: type[Row]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - tells the type checker; our models have no joins
    return table


def file_name(model: type[Row]) -> str:
    return f"{model.__tablename__}.csv"


def columns(model: type[Row]) -> list[Column[Any]]:
    """The model's columns that stand in its file, in order."""
    return [column for column in table_of(model).columns if column.name != "position"]


def key_of(model: type[Row], values: Mapping[str, Any]) -> Key:
    """The values that make a row one of a kind."""
    return tuple(values[column.name] for column in table_of(model).primary_key.columns)


def read_lines(path: Path, model: type[Row]) -> Iterator[Line | Odd]:
    """The rows of a file, cells not yet judged. Raises `Unreadable`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise Unreadable(1, "the file is missing") from None
    except OSError as error:
        raise Unreadable(1, f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, "this is not UTF-8 text; save the file as UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    wanted = [column.name for column in columns(model)]
    try:
        if (header := next(reader, None)) != wanted:
            raise Unreadable(1, _header_fault(header or [], wanted))
        for cells in reader:
            if len(cells) != len(wanted):
                yield Odd(reader.line_num, f"has {len(cells)} cells; the header has {len(wanted)}")
            else:
                yield Line(reader.line_num, dict(zip(wanted, cells, strict=True)))
    except csv.Error as error:
        raise Unreadable(reader.line_num, f"is not well-formed CSV: {error}") from None


def _header_fault(header: list[str], wanted: list[str]) -> str:
    missing = [name for name in wanted if name not in header]
    extra = [name for name in header if name not in wanted]
    if missing:
        return f"the header lacks {', '.join(missing)}"
    if extra:
        return f"the header has columns we do not know: {', '.join(extra)}"
    return f"the header must read {','.join(wanted)}"


def value_of(column: Column[Any], cell: str) -> Any:
    """A cell as the database wants it. Raises `ValueError` for a date or number that is none.

    One way of writing each: 2026-11-21 and 7, never 20261121 or 07, so that an export gives back the file.
    """
    if cell == "" and column.nullable:
        return None
    if isinstance(column.type, (Date, Integer)):
        value = date.fromisoformat(cell) if isinstance(column.type, Date) else int(cell)
        if str(value) != cell:
            raise ValueError(cell)
        return value
    return cell


def values_of(model: type[Row], line: Line) -> dict[str, Any]:
    return {column.name: value_of(column, line.cells[column.name]) for column in columns(model)}


def cell_of(value: Any) -> str:
    """The reverse of `value_of`."""
    return "" if value is None else str(value)


def write_rows(path: Path, model: type[Row], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a table, whole or not at all, in this project's form."""
    with replacing(path) as file:
        file.write(in_our_form(model, rows))


def in_our_form(model: type[Row], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A table as this project writes it: UTF-8, LF line ends, quotes only where CSV needs them."""
    names = [column.name for column in columns(model)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell_of(row[name]) for name in names] for row in rows)
    return text.getvalue().encode()
