"""Tables as CSV files for spreadsheets and scripts. README.md, "Data", says what each column means."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response

from app.records.record import Record
from app.web.site import full_address

# A cell that begins so is run as a formula by spreadsheets: OWASP, "CSV Injection". The wide forms too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COUNCIL_COLUMNS = (
    "slug", "gss", "name", "region", "type", "standing", "band", "yes", "no", "not_checked_yet",
    "last_checked", "page",
)  # fmt: skip


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> Response:
    """A file to download. Its name is ours, whatever was asked for. None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="kinship-{name}.csv"'
    return response


def harmless(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def council_cells(record: Record) -> list[Any]:
    """One council, as `COUNCIL_COLUMNS`. Outside England nothing is scored, so those cells stay empty."""
    council, rating = record.council, record.rating
    scores = (
        rating.standing.value,
        rating.band.value,
        *(rating.count(answer) for answer in ("yes", "no", None)),
        record.checked_on,
    )
    return [
        council.slug,
        council.gss,
        council.name,
        council.region,
        council.type,
        *(scores if council.nation == "England" else [None] * len(scores)),
        full_address("councils.page", slug=council.slug),
    ]
