"""What a source says of a postcode, and what the finder makes of it: small immutable answers.

A source (the API, later the index) speaks in area codes; the finder speaks in councils.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Retirement:
    """When Royal Mail stopped using a postcode."""

    year: int
    month: int


@dataclass(frozen=True, slots=True)
class Located:
    """A source knows the postcode: the ONS codes of the areas it lies in, smallest area first."""

    codes: tuple[str, ...]
    retired: Retirement | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A source knows no such postcode, or knows it as retired without a place."""

    retired: Retirement | None = None


class Cause(Enum):
    """Why a source could not say. The value is for operators; visitors read the page's own sentence."""

    REFUSED = "no connection"
    TIMEOUT = "no answer in time"
    BUSY = "too many questions under way"
    LIMITED = "asked us to slow down or go away"
    SERVER_ERROR = "reported a fault of its own"
    REDIRECTED = "sent us to another address"
    TOO_LARGE = "answer too large"
    NOT_JSON = "answer is not JSON"
    UNEXPECTED = "answer has an unexpected shape"
    NO_CODES = "postcode is live but has no area codes"
    UNKNOWN_CODE = "area code is not in our tables"


class SourceFailed(Exception):
    """A source could not say. Carries the cause alone: never the postcode, never the address asked."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Found:
    """The bodies responsible, by slug: one, or several where an old area code cannot tell them apart."""

    slugs: tuple[str, ...]
    retired: bool = False


@dataclass(frozen=True, slots=True)
class NotFound:
    """No such postcode (`exists` false), or a real one that belongs to no council (`exists` true)."""

    exists: bool = False
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No source could answer."""

    cause: Cause
