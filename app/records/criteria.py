"""The twelve questions, from data/criteria.csv: the checklist every policy is read against."""

import csv
from dataclasses import dataclass
from functools import cache

from app.settings import DATA


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question. `part` is "law" for the six of section 22H, "good" for the rest; `ask` is for letters.

    `topic` is a word or two that fit after "about", empty where none does.
    """

    key: str
    label: str
    topic: str
    question: str
    why: str
    part: str
    basis: str
    basis_url: str
    ask: str


@cache
def criteria() -> tuple[Criterion, ...]:
    """The twelve, in checklist order."""
    with (DATA / "criteria.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Criterion(**row) for row in csv.DictReader(file))


@cache
def keys(part: str | None = None) -> frozenset[str]:
    """The keys of all twelve, or of one part."""
    return frozenset(each.key for each in criteria() if part in (None, each.part))
