"""A line of the table that `make bench` prints."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, the result with its unit, and the aim (empty if none)."""

    measure: str
    result: str
    aim: str
