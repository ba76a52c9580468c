"""A short name for what a record says on a day: it changes when the record does, and not otherwise."""

import hashlib
import json
from typing import Any

from app.models import Row
from app.records.record import Finding, Record
from app.records.tables import columns


def version_of(record: Record) -> str:
    """Sixteen hex digits over every fact of the record and its rating, which may change with the date alone.

    Where a row stands in its file does not count.
    """
    rows = (
        record.council,
        *record.documents,
        *record.contacts,
        *record.searches,
        *filter(None, [record.provider]),
    )
    facts = [
        [_cells(row) for row in rows],
        [_answer(finding) for finding in record.findings],
        [record.rating.standing.value, record.rating.band.value],
    ]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:16]


def _cells(row: Row) -> list[Any]:
    return [row.__tablename__, *(getattr(row, column.name) for column in columns(type(row)))]


def _answer(finding: Finding) -> list[Any]:
    return [
        finding.criterion.key,
        finding.answer,
        finding.note,
        finding.source_url,
        finding.dated,
        finding.checked_on,
        finding.seen_as,
    ]
