"""Finding every fault in the CSV files before they are loaded: one sentence each, with file and line."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Column, Date, Integer, String

from app.models import Row
from app.records.consistency import inconsistencies
from app.records.rating import earliest
from app.records.tables import (
    MODELS,
    Key,
    Line,
    Unreadable,
    columns,
    file_name,
    in_our_form,
    key_of,
    read_lines,
    value_of,
)

PARTIAL_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
AREA_CODE = re.compile(r"[EWSN]\d{8}|95[A-Z]")  # 95…: Northern Irish districts before 2015
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAY_BE_EMPTY = {
    "gss", "homepage", "dfe_code", "wikidata", "start_date", "effective_date", "other_council_slugs",
    "old_gss", "successor_slugs", "note", "dated", "dated_basis", "phone", "email", "hours",
}  # fmt: skip
CHOICES = {
    "type": {
        "county", "unitary", "metropolitan", "london_borough", "city_corporation", "sui_generis",
        "welsh_unitary", "scottish_unitary", "hsc_trust",
    },
    "nation": {"England", "Wales", "Scotland", "Northern Ireland"},
    "tier": {"childrens_services", "district", "ni_district"},
    "status": {"in_force", "planned", "under_consideration"},
    "confidence": {"high", "medium", "low"},
    "seen_as": {"archived copy", "live page"},
    "answer": {"yes", "no"},
}  # fmt: skip
KINDS = {
    "documents": {
        "local_offer", "policy", "procedures_manual", "third_party_copy", "web_page", "leaflet",
        "committee_report", "special_guardianship",
    },
    "code_changes": {"recode", "merge", "split"},
    "searches": {"search", "person"},
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong at a line of a file; a warning does not stop a load."""

    file: str
    line: int
    sentence: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'warning: ' if self.warning else ''}{self.sentence}"


@dataclass(frozen=True, slots=True)
class Files:
    """Every file read: rows by model, and the faults met while reading."""

    lines: Mapping[type[Row], list[Line]]
    faults: list[Fault]


def read_files(folder: Path) -> Files:
    """Read every table of a folder as far as it can be read."""
    lines: dict[type[Row], list[Line]] = {}
    faults = []
    for model in MODELS:
        name, lines[model] = file_name(model), []
        try:
            for line in read_lines(folder / name, model):
                if isinstance(line, Line):
                    lines[model].append(line)
                else:
                    faults.append(Fault(name, line.number, line.sentence))
            if (folder / name).read_bytes() != in_our_form(model, [line.cells for line in lines[model]]):
                sentence = "not quite in this project’s form: an export will quote or end lines differently"
                faults.append(Fault(name, 1, sentence, warning=True))
        except Unreadable as error:
            faults.append(Fault(name, error.line, str(error)))
    return Files(lines, faults)


def check(files: Files, today: date) -> list[Fault]:
    """Every fault of the files, in order of file and line. `today` is the last day a check can have been."""
    known = _Known.of(files, today)
    faults = list(files.faults)
    for model, number, sentence in inconsistencies(files.lines):
        faults.append(Fault(file_name(model), number, sentence))
    for model, lines in files.lines.items():
        seen: dict[Key, int] = {}
        for line in lines:
            for sentence in _cell_faults(model, line, known):
                faults.append(Fault(file_name(model), line.number, sentence))
            key = key_of(model, line.cells)
            if (first := seen.setdefault(key, line.number)) != line.number:
                sentence = f"duplicate: line {first} has {' / '.join(key)} already"
                faults.append(Fault(file_name(model), line.number, sentence))
            faults.extend(
                Fault(file_name(model), line.number, sentence, warning=True)
                for sentence in _warnings(line, known)
            )
    return sorted(faults)


@dataclass(frozen=True, slots=True)
class _Known:
    """What cells are judged by."""

    https_hosts: frozenset[str]
    today: date

    @classmethod
    def of(cls, files: Files, today: date) -> "_Known":
        addresses = (cell for lines in files.lines.values() for line in lines for cell in line.cells.values())
        return cls(frozenset(_host(cell) for cell in addresses if cell.startswith("https://")), today)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _cell_faults(model: type[Row], line: Line, known: _Known) -> Iterator[str]:
    for column in columns(model):
        cell = line.cells[column.name]
        if cell == "":
            if column.name in ("source_url", "url") or (column.name == "checked_on"):
                yield f"missing source: {column.name} is empty"
            elif column.name not in MAY_BE_EMPTY or not (column.nullable or isinstance(column.type, String)):
                yield f"{column.name} is empty"
            continue
        if cell != cell.strip() or not cell.isprintable():
            yield f"{column.name} has spaces at an end, or characters that do not print"
        choices = KINDS.get(model.__tablename__) if column.name == "kind" else CHOICES.get(column.name)
        if choices and cell not in choices:
            yield f"{column.name} is “{cell}”; it must be {_list(choices)}"
        elif sentence := _value_fault(column, cell, known):
            yield sentence


def _value_fault(column: Column[Any], cell: str, known: _Known) -> str:
    name = column.name
    if isinstance(column.type, (Date, Integer)):
        try:
            value = value_of(column, cell)
            if isinstance(value, int) and not 0 <= value < 10_000_000:
                raise ValueError
        except ValueError:
            wanted = "a small number" if isinstance(column.type, Integer) else "a date like 2026-11-21"
            return f"{name} is “{cell}”, not {wanted}"
        if name == "checked_on" and value > known.today:
            return f"checked_on is {cell}, which is still to come"
    if isinstance(column.type, String) and column.type.length and len(cell) > column.type.length:
        return f"{name} has {len(cell)} characters; {column.type.length} is the most"
    return CELL_RULES[name](cell) if name in CELL_RULES else ""


def _partial_date_fault(cell: str) -> str:
    try:
        if not PARTIAL_DATE.fullmatch(cell):
            raise ValueError
        earliest(cell)
    except ValueError:
        return f"dated is “{cell}”, not a year, month or day like 2024, 2024-10 or 2024-10-11"
    return ""


def _address_fault(cell: str) -> str:
    good = cell.startswith(("http://", "https://")) and _host(cell) and " " not in cell
    return "" if good else f"“{cell}” is not a web address"


def _fits(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    return lambda cell: "" if pattern.fullmatch(cell) else f"“{cell}” is not {what}"


CELL_RULES: Mapping[str, Callable[[str], str]] = {
    "slug": _fits(SLUG, "a short name in small letters with hyphens"),
    "old_slug": _fits(SLUG, "a short name in small letters with hyphens"),
    "gss": _fits(AREA_CODE, "an ONS area code"),
    "old_gss": _fits(AREA_CODE, "an ONS area code"),
    "new_gss": _fits(AREA_CODE, "an ONS area code"),
    "neighbour_gss": _fits(AREA_CODE, "an ONS area code"),
    "email": _fits(re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "an e-mail address"),
    "dated": _partial_date_fault,
    "url": _address_fault,
    "source_url": _address_fault,
    "homepage": _address_fault,
}


def _warnings(line: Line, known: _Known) -> Iterator[str]:
    for name, cell in line.cells.items():
        if cell.startswith("http://") and _host(cell) in known.https_hosts:
            yield f"{name} is an http address, but {_host(cell)} answers over https elsewhere in the tables"


def _list(choices: set[str]) -> str:
    return (
        " or ".join([", ".join(sorted(choices)[:-1]), sorted(choices)[-1]])
        if len(choices) > 1
        else next(iter(choices))
    )
