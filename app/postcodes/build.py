"""Make the postcode index and the table of neighbours from Ordnance Survey's Code-Point Open.

report = build(Path("codepo_gb.zip"), Path("data/postcodes.index"), Path("data/neighbours.csv"),
               frozenset({"E08000035", …}), None, lambda done, total: None)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.postcodes.code_point import AREAS_OF_GREAT_BRITAIN, BuildFailed, CodePoint
from app.postcodes.gazetteer import Gazetteer
from app.postcodes.index import Index, IndexAnswer, IndexUnusable
from app.postcodes.index_file import Contents, decode, encode
from app.whole_file import replacing

__all__ = ["BuildFailed", "Report", "build"]

SMALLEST_SHARE = 0.9  # of the last edition's postcodes; with fewer, something must be missing
STEPS = 2 * len(AREAS_OF_GREAT_BRITAIN)  # each area is read, and read again for the check


@dataclass(frozen=True, slots=True)
class Report:
    """What was built, and how many rows of the source could not be used. Counts, but for `size` in bytes."""

    edition: str
    date: date
    rows: int
    rows_without_codes: int
    rows_malformed: int
    postcodes: int
    sectors: int
    shared_sectors: int
    authorities: int
    size: int


def build(
    source: Path,
    target: Path,
    neighbours: Path,
    known_authorities: frozenset[str],
    edition: str | None,
    progress: Callable[[int, int], None],
) -> Report:
    """Read Code-Point Open at `source` (zip or folder); write the index `target` and the CSV `neighbours`.

    The same source gives the same bytes. `edition` is needed only where the source does not tell its own.
    `progress` hears how many steps are done, and of how many: each area is read, then read again to look
    every row up in the written file. Only then is each old file replaced, in one go.
    Raises `BuildFailed`, with the old files whole.
    """
    try:
        with CodePoint(source) as code_point:
            edition, on = code_point.edition(edition)
            counts, gazetteer = _gathered(code_point, known_authorities, progress)
            contents = gazetteer.contents(edition, on)
            _refuse_to_shrink(target, contents)
            with replacing(target) as new_index, replacing(neighbours) as new_neighbours:
                size = new_index.write(encode(contents))
                new_neighbours.write(gazetteer.neighbours_csv().encode("ascii"))
                new_index.seek(0)
                _check(new_index.read(), code_point, progress)
    except OSError as error:
        raise BuildFailed(f"{Path(error.filename or target).name}: {error.strerror or error}.") from error
    return Report(
        edition=edition,
        date=on,
        rows=counts.rows,
        rows_without_codes=counts.without_codes,
        rows_malformed=counts.malformed,
        postcodes=contents.postcodes,
        sectors=contents.sectors,
        shared_sectors=contents.shared_sectors,
        authorities=len(contents.authorities),
        size=size,
    )


@dataclass(slots=True)
class _Counts:
    rows: int = 0
    without_codes: int = 0
    malformed: int = 0


def _gathered(
    code_point: CodePoint, known_authorities: frozenset[str], progress: Callable[[int, int], None]
) -> tuple[_Counts, Gazetteer]:
    counts, gazetteer = _Counts(), Gazetteer()
    for done, area in enumerate(AREAS_OF_GREAT_BRITAIN, 1):
        for row in code_point.rows(area):
            counts.rows += 1
            if row.postcode is None:
                counts.malformed += 1
            elif not row.authority:
                counts.without_codes += 1
            elif row.authority in known_authorities:
                gazetteer.add(row.postcode, row.authority)
            else:
                raise BuildFailed(
                    f"Line {row.line} of {area.lower()}.csv names the authority {row.authority}, "
                    "which is not among the councils this site knows."
                )
        progress(done, STEPS)
    if counts.rows == counts.without_codes + counts.malformed:
        raise BuildFailed("Not one row has both a postcode and an authority.")
    return counts, gazetteer


def _refuse_to_shrink(target: Path, new: Contents) -> None:
    try:
        last = Index.open(target)
    except IndexUnusable:
        return  # no last edition to compare with: the first build, or one that mends a damaged file
    if new.postcodes < SMALLEST_SHARE * last.postcodes:
        raise BuildFailed(
            f"Edition {new.edition} has {new.postcodes:,} postcodes with an authority, fewer than 90% of "
            f"the {last.postcodes:,} of the last edition ({last.edition})."
        )


def _check(written: bytes, code_point: CodePoint, progress: Callable[[int, int], None]) -> None:
    """Look every row of the source up in the written file, and see that the file has no postcode besides."""
    contents = decode(written)
    if int.from_bytes(contents.existing, "little").bit_count() != contents.postcodes:
        raise BuildFailed("The new index, read back, has another number of postcodes than was written.")
    index = Index(contents)
    for done, area in enumerate(AREAS_OF_GREAT_BRITAIN, len(AREAS_OF_GREAT_BRITAIN) + 1):
        for row in code_point.rows(area):
            if row.postcode is None:
                continue
            exact = index.look_up(row.postcode) == IndexAnswer("exact", (row.authority,))
            if exact != bool(row.authority):
                raise BuildFailed(
                    f"The new index, read back, does not answer line {row.line} of {area.lower()}.csv as it "
                    "stands there. If that postcode is listed twice, its authorities must agree."
                )
        progress(done, STEPS)
