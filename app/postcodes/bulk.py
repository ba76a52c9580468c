"""A campaign's file of postcodes: the council of each row, found in the index alone, on this machine.

A row's own text is kept as it stands, whatever its quoting, and the new cells are put behind it. So nothing
of a row can be lost, and a file that is not quite CSV comes out no worse.
"""

import csv
import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.postcodes.index import Index
from app.postcodes.postcode import Elsewhere, Malformed, read

NEW_COLUMNS = ("council_slug", "council_name", "gss", "band", "certainty")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DELIMITERS = ",;\t|"


class Unresolvable(ValueError):
    """The file cannot be worked on. `str()` is a sentence for whoever gave it."""


@dataclass(frozen=True, slots=True)
class Body:
    """A council as it stands in a resolved file."""

    slug: str
    name: str
    gss: str
    band: str


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text and how it was written: the encoding, and a byte order mark or nothing."""

    text: str
    encoding: str
    mark: bytes

    @classmethod
    def of(cls, data: bytes) -> "Text":
        """Read UTF-8, with or without a byte order mark, or else Windows' cp1252."""
        mark = BYTE_ORDER_MARK if data.startswith(BYTE_ORDER_MARK) else b""
        try:
            return cls(data[len(mark) :].decode("utf-8"), "utf-8", mark)
        except UnicodeDecodeError:
            pass
        try:
            return cls(data.decode("cp1252"), "cp1252", b"")
        except UnicodeDecodeError:
            raise Unresolvable("The file is neither UTF-8 nor Windows (cp1252) text.") from None


class Resolver:
    """Adds the council columns to rows. `counts` says how many rows had each certainty.

    `councils` gives the bodies responsible for an authority's code: one, or several where it was divided.
    """

    def __init__(self, index: Index, councils: Callable[[str], tuple[Body, ...]]) -> None:
        self._index = index
        self._councils = councils
        self._cells: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        self.counts: Counter[str] = Counter()

    def resolve(self, lines: Iterable[str], column: str) -> Iterator[str]:
        """The lines of a file with the new columns. Raises `Unresolvable` if the header does not serve."""
        records = _records(iter(lines))
        header = next(records, None)
        if header is None or not header.cells:
            raise Unresolvable("The file is empty.")
        delimiter = header.delimiter
        place = _place(header.cells, column)
        quote = '"' if header.text.startswith('"') and header.text.rstrip("\r\n").endswith('"') else ""
        yield header.with_cells(NEW_COLUMNS, len(header.cells), delimiter, quote)
        width = len(header.cells)
        for record in records:
            if not record.cells:
                yield record.text  # a blank line
                continue
            cell = record.cells[place] if place < len(record.cells) else ""
            yield record.with_cells(self._answer(cell), width, delimiter, quote)

    def _answer(self, cell: str) -> tuple[str, ...]:
        key = self._looked_up(cell)
        cells = self._cells.get(key)
        if cells is None:
            cells = self._cells[key] = self._new_cells(*key)
        self.counts[cells[-1]] += 1
        return cells

    def _looked_up(self, cell: str) -> tuple[str, tuple[str, ...]]:
        """The certainty and the authorities of what stands in a cell."""
        try:
            postcode = read(cell)
        except Malformed:
            return "malformed", ()
        if isinstance(postcode, Elsewhere):
            return "elsewhere", ()
        answer = self._index.look_up(postcode)
        return answer.certainty, answer.authorities

    def _new_cells(self, certainty: str, authorities: tuple[str, ...]) -> tuple[str, ...]:
        bodies = list(dict.fromkeys(body for code in authorities for body in self._councils(code)))
        if len(bodies) > 1:
            certainty = "shared"
        elif authorities and not bodies:
            certainty = "unknown"
        joined = (
            ";".join(body.slug for body in bodies),
            ";".join(body.name for body in bodies),
            ";".join(body.gss for body in bodies),
            bodies[0].band if len(bodies) == 1 else "",
        )
        return (*joined, certainty)


@dataclass(frozen=True, slots=True)
class _Record:
    """One row: its text with its line end, and its cells."""

    text: str
    cells: list[str]
    delimiter: str

    def with_cells(self, new: tuple[str, ...], width: int, delimiter: str, quote: str) -> str:
        """The row with new cells behind it, in line with the header's even if the row is short."""
        body = self.text.rstrip("\r\n")
        end = self.text[len(body) :] or "\n"
        missing = delimiter * max(0, width - len(self.cells))
        if quote:
            return body + missing + "".join(f'{delimiter}"{cell}"' for cell in new) + end
        cells = (f'"{cell}"' if delimiter in cell else cell for cell in new)
        return body + missing + delimiter + delimiter.join(cells) + end


def _records(lines: Iterator[str]) -> Iterator[_Record]:
    """The rows of a CSV text, each with the very text it was written in."""
    first = next(lines, None)
    if first is None:
        return
    delimiter = max(DELIMITERS, key=first.count)
    taken: list[str] = []

    def noted() -> Iterator[str]:
        for line in (line for part in ([first], lines) for line in part):
            taken.append(line)
            yield line

    rows = csv.reader(noted(), delimiter=delimiter)
    csv.field_size_limit(2**31 - 1)
    for cells in rows:
        yield _Record("".join(taken), cells, delimiter)
        taken.clear()


def _place(header: list[str], column: str) -> int:
    """Which column holds the postcodes."""
    names = [name.strip().casefold() for name in header]
    if column.strip().casefold() not in names:
        raise Unresolvable(f"There is no column “{column}”. The columns are: {', '.join(header)}.")
    if taken := set(NEW_COLUMNS) & set(names):
        raise Unresolvable(f"The file has a column {sorted(taken)[0]} already.")
    return names.index(column.strip().casefold())


def lines_of(text: str) -> io.StringIO:
    """The lines of a text, line ends kept as they are."""
    return io.StringIO(text, newline="")


def write_resolved(target: Path, written_as: Text, lines: Iterable[str]) -> None:
    """Write lines to a file, whole or not at all, or to standard output for "-", as the source was written.

    New cells may have a character that cp1252 lacks; none of today's council names does.
    """
    encoded = (line.encode(written_as.encoding) for line in lines)
    if str(target) == "-":
        _write(sys.stdout.buffer, written_as.mark, encoded)
        return
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            _write(file, written_as.mark, encoded)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(file: IO[bytes], mark: bytes, lines: Iterable[bytes]) -> None:
    file.write(mark)
    file.writelines(lines)
    file.flush()
