"""The rows of a CSV file as they were written: each one's very text beside its cells."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = ",;\t|"
SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?")  # how some spreadsheets name their delimiter, before the header

csv.field_size_limit(2**31 - 1)


class Unresolvable(ValueError):
    """The file cannot be worked on. `str()` is a sentence for whoever gave it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text and how it was written: the encoding, and a byte order mark or nothing."""

    text: str
    encoding: str
    mark: bytes

    @classmethod
    def of(cls, data: bytes) -> "Text":
        """Read UTF-8, with or without a byte order mark, or else Windows' cp1252."""
        if data.startswith(UTF_16_MARKS):
            raise Unresolvable("The file is UTF-16 text. Save it as CSV UTF-8.")
        mark = BYTE_ORDER_MARK if data.startswith(BYTE_ORDER_MARK) else b""
        try:
            return cls(data[len(mark) :].decode("utf-8"), "utf-8", mark)
        except UnicodeDecodeError:
            pass
        try:
            return cls(data.decode("cp1252"), "cp1252", b"")
        except UnicodeDecodeError:
            raise Unresolvable("The file is neither UTF-8 nor Windows (cp1252) text.") from None

    def lines(self) -> Iterator[str]:
        """The lines, line ends kept as they are."""
        return io.StringIO(self.text, newline="")


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the line it begins on (counted from 1), its text with its line end, and its cells."""

    line: int
    text: str
    cells: list[str]


class Rows:
    """The rows of a file, in order. `before` is what stands before the header, to be kept as it is.

    `stray_quotes` are the lines of quotes that were never closed. From the first of them on each line is read
    as a row of its own, because otherwise all the rest of the file would be one cell.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._next_line = 1
        self.stray_quotes: list[int] = []
        self.before, first = "", ""
        for first in lines:
            if first.strip() and not SEPARATOR_LINE.fullmatch(first):
                break
            self.before += first
            self._next_line += 1
            first = ""
        self._first = first
        told = SEPARATOR_LINE.search(self.before)
        unquoted = re.sub('"[^"]*"', "", first)
        self.delimiter = told[1] if told else max(DELIMITERS, key=unquoted.count)

    def __iter__(self) -> Iterator[Record]:
        if not self._first:
            return
        taken: list[str] = []

        def noted() -> Iterator[str]:
            for line in (line for part in ([self._first], self._lines) for line in part):
                taken.append(line)
                yield line

        for cells in csv.reader(noted(), delimiter=self.delimiter):
            text = "".join(taken)
            if len(taken) > 1 and text.count('"') % 2:
                yield from self._line_by_line(taken)
            else:
                yield Record(self._next_line, text, cells)
                self._next_line += len(taken)
            taken.clear()

    def _line_by_line(self, lines: list[str]) -> Iterator[Record]:
        self.stray_quotes.append(self._next_line)
        for line in lines:
            cells = next(csv.reader([line], delimiter=self.delimiter), [])
            yield Record(self._next_line, line, cells)
            self._next_line += 1
