"""A campaign's file of postcodes: the council of each row, found in the index alone, on this machine.

A row's own text is kept as it stands, whatever its quoting, and the new cells are put behind it. So nothing
of a row can be lost, and a file that is not quite CSV comes out no worse.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.postcodes.index import Index
from app.postcodes.postcode import Elsewhere, Malformed, read
from app.postcodes.rows import Record, Rows, Text, Unresolvable
from app.whole_file import replacing

NEW_COLUMNS = ("council_slug", "council_name", "gss", "band", "certainty")
Key = tuple[str, tuple[str, ...]]  # a certainty of the index, and the authorities it names
ONLY_THE_OWNER = 0o600  # may read a new file: it may hold supporters' addresses


@dataclass(frozen=True, slots=True)
class Body:
    """A council as it stands in a resolved file."""

    slug: str
    name: str
    gss: str
    band: str


class Resolver:
    """Adds the council columns to rows.

    `councils` gives the bodies responsible for an authority's code: one, or several where it was divided.
    Afterwards `counts` says how many rows had each certainty, and `warnings` what was odd about the file.
    """

    def __init__(self, index: Index, councils: Callable[[str], tuple[Body, ...]]) -> None:
        self._index = index
        self._councils = councils
        self._certainty: dict[Key, str] = {}
        self._long: list[int] = []
        self._stray: list[int] = []
        self.counts: Counter[str] = Counter()

    def resolve(self, lines: Iterable[str], column: str) -> Iterator[str]:
        """The lines of a file with the new columns. Raises `Unresolvable` if the header does not serve."""
        rows = Rows(iter(lines))
        self._stray = rows.stray_quotes
        records = iter(rows)
        header = next(records, None)
        if header is None:
            raise Unresolvable("The file is empty.")
        place = _place(header.cells, column)
        layout = _Layout.of(header, rows.delimiter)
        yield rows.before + layout.with_cells(header, layout.joined(NEW_COLUMNS))
        joined: dict[Key, str] = {}
        for record in records:
            if not record.cells:
                yield record.text  # a blank line
                continue
            if len(record.cells) > layout.width:
                self._long.append(record.line)
            cell = record.cells[place] if place < len(record.cells) else ""
            key = self._looked_up(cell)
            if key not in joined:
                joined[key] = layout.joined(self._new_cells(*key))
            self.counts[self._certainty[key]] += 1
            yield layout.with_cells(record, joined[key])

    def warnings(self) -> Iterator[str]:
        """A sentence for everything that whoever uses the file should look at."""
        if self._long:
            yield (
                f"{len(self._long)} rows have more cells than the header, so their new cells stand further "
                f"right. The first is on line {self._long[0]}."
            )
        for line in self._stray:
            yield f"A quote that opens on line {line} is never closed; each line after it was read alone."

    def _looked_up(self, cell: str) -> Key:
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
        """The five cells of all rows that the index answers alike."""
        listed = (certainty, authorities)
        bodies = list(dict.fromkeys(body for code in authorities for body in self._councils(code)))
        if len(bodies) > 1:
            certainty = "shared"
        elif authorities and not bodies:
            certainty = "unknown"
        self._certainty[listed] = certainty
        return (
            ";".join(body.slug for body in bodies),
            ";".join(body.name for body in bodies),
            ";".join(body.gss for body in bodies),
            bodies[0].band if len(bodies) == 1 else "",
            certainty,
        )


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the file's header is written; new cells follow it."""

    width: int
    delimiter: str
    quoted: bool
    end: str

    @classmethod
    def of(cls, header: Record, delimiter: str) -> "_Layout":
        body = header.text.rstrip("\r\n")
        quoted = body.startswith('"') and body.endswith('"')
        return cls(len(header.cells), delimiter, quoted, header.text[len(body) :] or "\n")

    def joined(self, new: tuple[str, ...]) -> str:
        """New cells as they stand behind a row."""
        cells = (f'"{cell}"' if self.quoted or self.delimiter in cell else cell for cell in new)
        return self.delimiter + self.delimiter.join(cells)

    def with_cells(self, record: Record, joined: str) -> str:
        """The row with new cells behind it, in line with the header's even if the row is short."""
        body = record.text.rstrip("\r\n")
        missing = self.delimiter * (self.width - len(record.cells))
        return body + missing + joined + (record.text[len(body) :] or self.end)


def _place(header: list[str], column: str) -> int:
    """Which column holds the postcodes."""
    names = [name.strip().casefold() for name in header]
    wanted = column.strip().casefold()
    if wanted not in names:
        raise Unresolvable(f"There is no column “{column}”. The columns are: {', '.join(header)}.")
    if names.count(wanted) > 1:
        raise Unresolvable(f"There is more than one column “{column}”.")
    if taken := set(NEW_COLUMNS) & set(names):
        raise Unresolvable(f"The file has a column {sorted(taken)[0]} already.")
    return names.index(wanted)


def write_resolved(target: Path, written_as: Text, lines: Iterable[str]) -> None:
    """Write lines to a file, whole or not at all, or to standard output for "-", as the source was written.

    A file that is overwritten keeps its permissions. Raises `Unresolvable` if it is not an ordinary file.
    New cells may have a character that cp1252 lacks; none of today's council names does.
    """
    encoded = (line.encode(written_as.encoding) for line in lines)
    if str(target) == "-":
        _write(sys.stdout.buffer, written_as.mark, encoded)
        return
    if target.exists() and not target.is_file():
        raise Unresolvable(f"{target.name} is not an ordinary file.")
    with replacing(target, ONLY_THE_OWNER) as file:
        _write(file, written_as.mark, encoded)


def _write(file: IO[bytes], mark: bytes, lines: Iterable[bytes]) -> None:
    file.write(mark)
    file.writelines(lines)
    file.flush()
