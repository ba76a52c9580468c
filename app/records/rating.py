"""From what was seen to a band: pure functions, the rule published on /how-we-check.

The band is worked out twice, once taking every question not yet seen as a no and once as a yes. Only when
both agree is it published; so missing evidence never counts against a council, and "Difficult and
unhelpful" needs proof.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Protocol

from app.records.criteria import criteria, keys

OWN = {"local_offer", "policy"}
MANUAL = "procedures_manual"
COPY = "third_party_copy"
POLICY_KINDS = OWN | {MANUAL, COPY}
YEARS_CURRENT = 5  # the 2024 audit by Family Rights Group counts a policy updated within five years
ESSENTIAL = frozenset({"approach", "money", "contact", "current"})


class Standing(Enum):
    """Whether a policy is published, and by whom: what the headline says."""

    OFFER = "local offer"
    POLICY = "policy of its own"
    MANUAL = "manual for social workers"
    COPY = "copy kept elsewhere"
    INFORMATION = "information only"
    NONE_FOUND = "none found"
    NOT_CHECKED = "not checked"

    @property
    def published(self) -> bool:
        return self in {Standing.OFFER, Standing.POLICY, Standing.MANUAL, Standing.COPY}

    @property
    def own(self) -> bool:
        """Whether it is the council's own offer or policy, not a manual or a copy."""
        return self in {Standing.OFFER, Standing.POLICY}


class Band(Enum):
    """How supportive the document is, in the campaign's words. The words are fixed."""

    SUPPORTIVE = "Clear and supportive"
    PARTLY = "Partly supportive"
    UNHELPFUL = "Difficult and unhelpful"
    AT_LEAST_PARTLY = "At least partly supportive – still checking"
    STILL_CHECKING = "Published – still being checked"
    INFORMATION = "Some information – no policy found yet"
    NONE_FOUND = "No policy found"
    NOT_CHECKED = "Not checked yet"

    @property
    def slug(self) -> str:
        """The band in addresses and in data: "partly-supportive"."""
        return "-".join(self.value.lower().replace("–", "").split())


class SeenDocument(Protocol):
    """What rating needs of a document."""

    kind: str
    dated: str
    seen_as: str


class SearchDone(Protocol):
    """What rating needs of a search that found nothing."""

    kind: str
    place: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Rating:
    """The outcome for one council. `answers` has all twelve keys: "yes", "no", or None for not seen."""

    standing: Standing
    band: Band
    answers: Mapping[str, str | None]

    def count(self, answer: str | None) -> int:
        return sum(each == answer for each in self.answers.values())


def rate(
    documents: Iterable[SeenDocument],
    answers: Mapping[str, str],
    searches: Iterable[SearchDone],
    today: date,
) -> Rating:
    """Rate one council on a day, from its documents, its answers ("yes" or "no" by key) and its searches."""
    documents = list(documents)
    standing = standing_of({document.kind for document in documents}, searches)
    whole: dict[str, str | None] = {each.key: answers.get(each.key) for each in criteria()}
    whole["current"] = current(documents, today)
    return Rating(standing, band_of(standing, whole), whole)


def standing_of(kinds: set[str], searches: Iterable[SearchDone]) -> Standing:
    """The headline's state, by the best kind of document seen."""
    if "local_offer" in kinds:
        return Standing.OFFER
    if "policy" in kinds:
        return Standing.POLICY
    if MANUAL in kinds:
        return Standing.MANUAL
    if COPY in kinds:
        return Standing.COPY
    if searched_in_full(searches):
        return Standing.NONE_FOUND
    return Standing.INFORMATION if kinds else Standing.NOT_CHECKED


def searched_in_full(searches: Iterable[SearchDone]) -> bool:
    """Two separate searches and a person's look: only then may "No policy found" be said."""
    done = list(searches)
    separate = {(each.place, each.checked_on) for each in done if each.kind == "search"}
    return len(separate) >= 2 and any(each.kind == "person" for each in done)


def current(documents: Iterable[SeenDocument], today: date) -> str | None:
    """Whether the policy was updated within five years, from the dates its documents show.

    "no" only if every policy document was read live and is surely older: of an archived copy a newer
    version may exist. A date without a month or day must clear the limit whatever that day was.
    """
    policies = [document for document in documents if document.kind in POLICY_KINDS]
    limit = years_before(today, YEARS_CURRENT)
    if any(document.dated and earliest(document.dated) >= limit for document in policies):
        return "yes"
    surely_old = [
        document.dated and latest(document.dated) < limit and document.seen_as == "live page"
        for document in policies
    ]
    return "no" if policies and all(surely_old) else None


def band_of(standing: Standing, answers: Mapping[str, str | None]) -> Band:
    """The band to publish."""
    if standing is Standing.NONE_FOUND:
        return Band.NONE_FOUND
    if standing is Standing.NOT_CHECKED:
        return Band.NOT_CHECKED
    if standing is Standing.INFORMATION:
        return Band.INFORMATION
    low = settled_band({key for key, answer in answers.items() if answer == "yes"}, standing)
    high = settled_band({key for key, answer in answers.items() if answer != "no"}, standing)
    if low is high:
        return low
    return Band.AT_LEAST_PARTLY if low is Band.PARTLY else Band.STILL_CHECKING


def settled_band(yes: set[str], standing: Standing) -> Band:
    """The band when it is known of all twelve whether they are a yes.

    A manual for social workers alone is at most partly supportive: it was not written for families.
    """
    supportive = len(yes) >= 9 and yes >= ESSENTIAL and len(yes & keys("law")) >= 5
    if supportive and standing is not Standing.MANUAL:
        return Band.SUPPORTIVE
    if len(yes) >= 5 and yes & {"approach", "money"}:
        return Band.PARTLY
    return Band.UNHELPFUL


def earliest(dated: str) -> date:
    """The first day that "2024", "2024-10" or "2024-10-11" can mean."""
    return date.fromisoformat((dated + "-01-01")[:10])


def latest(dated: str) -> date:
    """The last day that it can mean."""
    first = earliest(dated)
    if len(dated) == 4:
        return date(first.year, 12, 31)
    if len(dated) == 7:
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first


def years_before(day: date, years: int) -> date:
    """The same day years earlier; 28 February for the 29th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - years)
