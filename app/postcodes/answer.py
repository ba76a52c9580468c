"""What a source says of a postcode, and what the finder makes of it: small immutable answers.

A source (the API, the index) speaks in area codes; the finder speaks in councils.
"""

from dataclasses import dataclass
from enum import Enum

from app.postcodes.postcode import Elsewhere, Postcode


class Certainty(Enum):
    """How sure it is that a postcode lies in an area."""

    EXACT = "exact"  # the postcode exists and lies there
    LIKELY = "likely"  # it is in no list, but every postcode around it lies there


@dataclass(frozen=True, slots=True)
class Located:
    """A source knows the postcode: the ONS codes of the areas it lies in, smallest area first."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a retired postcode was, in degrees."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """A source knows no such postcode; or knows that it was `retired`, and perhaps where it was."""

    retired: bool = False
    place: Place | None = None


class Cause(Enum):
    """Why a source could not say. The value is for operators; visitors read the page's own sentence."""

    REFUSED = "no connection"
    TIMEOUT = "no answer in time"
    BUSY = "too many questions under way"
    RESTING = "not asked for a while, because it failed again and again"
    LIMITED = "asked us to slow down or go away"
    SERVER_ERROR = "reported a fault of its own"
    REDIRECTED = "sent us to another address"
    TOO_LARGE = "answer too large"
    NOT_JSON = "answer is not JSON"
    UNEXPECTED = "answer has an unexpected shape"
    NO_CODES = "postcode is live but has no area codes"
    UNKNOWN_CODE = "area code is not in our tables"
    NO_SOURCE = "no source can be used"


class SourceFailed(Exception):
    """A source could not say. Carries the cause alone: never the postcode, never the address asked."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Found:
    """The one body responsible, by slug."""

    slug: str
    certainty: Certainty = Certainty.EXACT
    retired: bool = False


class Why(Enum):
    """Why a postcode leaves several bodies to choose from."""

    GAP = "it is in no list, and those around it belong to several"
    DIVIDED = "its council was replaced by several"
    RETIRED = "it is no longer used, and those around it belong to several"


@dataclass(frozen=True, slots=True)
class OneOf:
    """Two or more bodies, by slug, of which one is responsible: only the visitor can tell which."""

    slugs: tuple[str, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class NotFound:
    """No such postcode (`exists` false), or a real one that belongs to no council (`exists` true).

    `suggestions` are existing postcodes that somebody may have meant; `near` the bodies, by slug, that have
    the postcodes around it, in case it is too new for every list.
    """

    exists: bool = False
    retired: bool = False
    suggestions: tuple[Postcode, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No source could answer."""

    cause: Cause


Outcome = Found | OneOf | NotFound | Elsewhere | Unavailable
