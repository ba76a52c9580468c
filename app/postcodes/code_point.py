"""Ordnance Survey's Code-Point Open, read as OS ships it: a zip file, or the folder that was in it.

One file an area of Great Britain, `Data/CSV/ls.csv`, ten columns without a header, Latin-1. The edition is
told by `Doc/metadata.txt`. (OS, “Code-Point Open product guide”.)
"""

import csv
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from app.postcodes.index_file import SLOT_OF_INWARD
from app.postcodes.postcode import AREAS, PLACE_OF_AREA, Malformed, Postcode, read

AREAS_OF_GREAT_BRITAIN = tuple(sorted(AREAS - PLACE_OF_AREA.keys()))
COLUMNS = 10
COUNTY, DISTRICT = 7, 8
VERSION_LINE = re.compile(r"^DATASET VERSION NUMBER:\s*(\S+)", re.MULTILINE)
COPYRIGHT_LINE = re.compile(r"^COPYRIGHT DATE:\s*(\d{8})\s*$", re.MULTILINE)
QUARTERLY = re.compile(r"(\d{4})\.([1-4])\.\d+")


class BuildFailed(Exception):
    """The index was not built, and the old one is untouched. `str()` is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an area file. `postcode` is None if it has no postcode's shape; `authority` "" if none."""

    line: int
    postcode: Postcode | None
    authority: str


class CodePoint:
    """An edition of Code-Point Open, open for reading (use `with`). Any method may raise `BuildFailed`."""

    def __init__(self, source: Path) -> None:
        """Find the file of every area in `source`. Raises `BuildFailed` unless each is there, and once."""
        self._zip: zipfile.ZipFile | None = None
        found: list[Path | zipfile.Path]
        if source.is_dir():
            found = list(source.rglob("*.*"))
        else:
            self._zip = _opened(source)
            found = [zipfile.Path(self._zip, name) for name in self._zip.namelist()]
        self._files = {file.name.lower(): file for file in found}
        times = Counter(file.name.lower() for file in found)
        names = [self._name(area) for area in AREAS_OF_GREAT_BRITAIN]
        if absent := [name for name in names if not times[name]]:
            self.close()
            raise BuildFailed(
                f"{source.name} lacks {_listed(absent)}. Every area of Great Britain has its own file."
            )
        if repeated := [name for name in names if times[name] > 1]:
            self.close()
            raise BuildFailed(
                f"{source.name} has more than one {_listed(repeated)}. Give one edition of Code-Point Open."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the zip file, if it is one."""
        if self._zip:
            self._zip.close()

    def edition(self, told: str | None) -> tuple[str, date]:
        """The edition, "2025.4.0", and OS's copyright date of it.

        Both stand in the metadata. `told` goes before the edition there, and serves alone where the metadata
        is missing: OS publishes in February, May, August and November, so 2025.4.0 is from 2025-11-01.
        """
        metadata = ""
        if "metadata.txt" in self._files:
            with self._text("metadata.txt") as file:
                metadata = file.read()
        version = VERSION_LINE.search(metadata)
        edition = told or (version[1] if version else "")
        if edition and not QUARTERLY.fullmatch(edition):
            raise BuildFailed(f"“{edition}” is not an edition as OS numbers it, like 2025.4.0.")
        on = _copyright_date(metadata) or _date_of_quarter(edition)
        if not edition or not on:
            raise BuildFailed(
                "Nothing says which edition this is: Doc/metadata.txt is missing, or has no number and date. "
                "Give the edition as OS numbers it, like 2025.4.0."
            )
        return edition, on

    def rows(self, area: str) -> Iterator[Row]:
        """Every row of an area, "LS", in the order of its file."""
        name, line = self._name(area), 0
        with self._text(name) as file:
            for line, columns in enumerate(csv.reader(file), 1):
                if len(columns) < COLUMNS:
                    raise BuildFailed(
                        f"Line {line} of {name} has too few columns: {len(columns)} instead of {COLUMNS}."
                    )
                yield Row(line, _postcode(columns[0]), _authority(columns[COUNTY], columns[DISTRICT]))
        if not line:
            raise BuildFailed(f"{name} is empty. Every area of Great Britain has postcodes.")

    @contextmanager
    def _text(self, name: str) -> Iterator[IO[str]]:
        try:
            with self._files[name].open("r", encoding="latin-1", newline="") as file:
                yield file
        except (zipfile.BadZipFile, zlib.error, EOFError, csv.Error, RuntimeError) as error:
            # RuntimeError is how zipfile says that a file is encrypted or packed in a way it does not know.
            raise BuildFailed(f"{name} cannot be read ({error}). Download Code-Point Open again.") from error

    @staticmethod
    def _name(area: str) -> str:
        return f"{area.lower()}.csv"


def _opened(source: Path) -> zipfile.ZipFile:
    if not source.exists():
        raise BuildFailed(f"There is no file or folder {source.name}.")
    try:
        return zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise BuildFailed(
            f"{source.name} is not a zip file. Give Code-Point Open as OS ships it, or the folder from it."
        ) from error


def _copyright_date(metadata: str) -> date | None:
    found = COPYRIGHT_LINE.search(metadata)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError as error:
        raise BuildFailed("Doc/metadata.txt has a copyright date that is not in the calendar.") from error


def _date_of_quarter(edition: str) -> date | None:
    quarter = QUARTERLY.fullmatch(edition)
    return date(int(quarter[1]), int(quarter[2]) * 3 - 1, 1) if quarter else None


def _listed(files: list[str]) -> str:
    if len(files) <= 3:
        return " and ".join(files)
    return f"{', '.join(files[:3])} and {len(files) - 3} more"


def _postcode(padded: str) -> Postcode | None:
    """The postcode in OS's padding, "B1  1AA"; None unless a visitor who typed it would be understood."""
    outward, inward = padded[:-3].rstrip(), padded[-3:]
    return Postcode(outward, inward) if inward in SLOT_OF_INWARD and _is_outward(outward) else None


@cache
def _is_outward(outward: str) -> bool:
    try:
        return read(outward + "1AA") == Postcode(outward, "1AA")
    except Malformed:
        return False


def _authority(county: str, district: str) -> str:
    """The county's code if it has a county (E10…), else the district's: who has children's services."""
    return county if county.startswith("E10") else district
