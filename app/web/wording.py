"""The words of the pages that depend on a record: headlines, band patches, kinds of document, dates."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from app.records.rating import Band, Standing, earliest
from app.records.record import Record
from app.web.clock import today
from app.web.sources import ways_of_looking_up

# The patch (a shape and its colours) of each band; templates/_macros/patches.html draws them.
PATCHES = {
    Band.SUPPORTIVE: "s",
    Band.PARTLY: "p",
    Band.UNHELPFUL: "d",
    Band.AT_LEAST_PARTLY: "a",
    Band.STILL_CHECKING: "c",
    Band.INFORMATION: "i",
    Band.NONE_FOUND: "f",
    Band.NOT_CHECKED: "u",
}
ANSWER_PATCHES = {"yes": "y", "no": "n", None: "u"}
ANSWER_BANDS = {"yes": "s", "no": "d", None: "u"}
ANSWER_WORDS = {"yes": "Yes", "no": "No", None: "Not checked yet"}
HEADLINES = {
    Standing.OFFER: "Yes, {name} has published a kinship local offer.",
    Standing.POLICY: "Yes, {name} has published a family and friends care policy.",
    Standing.MANUAL: "{name} has a policy in its manual for social workers, not written for families.",
    Standing.COPY: "We found a copy of {whose} policy, but not on the council’s own site.",
    Standing.INFORMATION: "{name} has some information, but we have not found a policy yet.",
    Standing.NONE_FOUND: "We could not find a kinship care policy for {name}.",
    Standing.NOT_CHECKED: "We have not checked {name} yet.",
}
WITH_ARTICLE = (
    "Isle",
    "City of",
    "London Borough",
    "Royal Borough",
    "East Riding",
    "Borough of",
    "Council of",
)
SOURCE_NAMES = {
    "github.com": "mySociety’s list of councils",
    "en.wikipedia.org": "Wikipedia",
    "www.localgovernmentlawyer.co.uk": "Local Government Lawyer",
}
DOCUMENT_KINDS = {
    "local_offer": "The council’s kinship local offer",
    "policy": "The council’s own policy",
    "procedures_manual": "Manual for social workers",
    "third_party_copy": "Copy kept by somebody else",
    "web_page": "Web page",
    "leaflet": "Leaflet",
    "committee_report": "Report to councillors",
    "special_guardianship": "About special guardianship only",
}


def init_app(app: Flask) -> None:
    filters: dict[str, Callable[..., Any]] = {
        "day": day,
        "short_day": short_day,
        "dated": dated_words,
        "listed": listed,
        "host": host,
        "source_name": source_name,
        "the": the,
        "numbers": numbers,
        "band_patch": lambda band: PATCHES[band],
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(
        headline=headline,
        lead=lead,
        cautions=cautions,
        ways_of_looking_up=ways_of_looking_up,
        question=question,
        possessive=possessive,
        ANSWER_PATCHES=ANSWER_PATCHES,
        ANSWER_BANDS=ANSWER_BANDS,
        ANSWER_WORDS=ANSWER_WORDS,
        DOCUMENT_KINDS=DOCUMENT_KINDS,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def headline(record: Record) -> str:
    """The answer in one plain sentence."""
    name = the(record.council.name)
    sentence = HEADLINES[record.rating.standing].format(name=name, whose=possessive(name))
    return sentence[0].upper() + sentence[1:]


def lead(record: Record) -> str:
    """What stands behind the answer, in a few short sentences."""
    standing = record.rating.standing
    if standing is Standing.NOT_CHECKED:
        return "There may be a policy. You can ask the council for help today, with or without one."
    if standing is Standing.NONE_FOUND:
        return "There may still be one. You can ask the council for help today, with or without it."
    said, missing = record.topics("yes"), record.topics("no")
    sentences = []
    if said:
        sentences.append(f"What we read says something about {listed(said[:3], len(said))}.")
    if missing:
        sentences.append(f"What we read does not cover {listed(missing)}.")
    if not standing.published:
        sentences.append("The council may have a policy that we have not seen.")
    elif not said:
        sentences.append("We have not read enough of it yet to say more.")
    elif record.rating.count(None):
        sentences.append("We have not checked everything yet.")
    return " ".join(sentences)


def cautions(record: Record) -> list[str]:
    """What somebody who relies on the answer must know of it, a sentence each."""
    sentences = []
    if old := record.oldest_answer(today()):
        sentences.append(f"Some of it is from {dated_words(old)}, so it may have changed.")
    if record.unsure:
        sentences.append("We are not sure that we read the right page, so ask the council.")
    if record.before_its_time and record.council.start_date:
        began = day(record.council.start_date)
        sentences.append(f"The policy is from before {the(record.council.name)} took over on {began}.")
    return sentences


def question(band: Band) -> str:
    """What stands before the band's name, so that the two read as one."""
    if band in (Band.SUPPORTIVE, Band.PARTLY, Band.UNHELPFUL):
        return "How supportive is it?"
    return "Our result so far"


def the(name: str) -> str:
    """A name as it stands inside a sentence: "the Isle of Wight", "Kent"."""
    return f"the {name}" if name.startswith(WITH_ARTICLE) else name


def possessive(name: str) -> str:
    """A council's name with an apostrophe: "Kent’s", "St Helens’"."""
    return name + ("’" if name.endswith("s") else "’s")


def listed(items: Iterable[str], of: int | None = None) -> str:
    """ "a, b and c"; with a larger count `of` than items, "a, b and 3 more things"."""
    words = list(items)
    more = (of or 0) - len(words)
    if more > 0:
        words.append(f"{more} more thing{'s' if more > 1 else ''}")
    if len(words) < 2:
        return "".join(words)
    if any(" and " in word for word in words):
        return f"{'; '.join(words[:-1])}; and {words[-1]}"
    return f"{', '.join(words[:-1])} and {words[-1]}"


def day(value: date) -> str:
    """ "21 November 2026" """
    return f"{value.day} {value:%B %Y}"


def short_day(value: date) -> str:
    """ "21 Nov 2026" """
    return f"{value.day} {value:%b %Y}"


def dated_words(dated: str) -> str:
    """A date as a document shows it: "2024-10" becomes "October 2024"."""
    first = earliest(dated)
    if len(dated) == 4:
        return dated
    return f"{first:%B %Y}" if len(dated) == 7 else day(first)


def source_name(address: str) -> str:
    """What to call a source: its own name if its host says little, else its host."""
    return SOURCE_NAMES.get(urlsplit(address).hostname or "", host(address))


def host(address: str) -> str:
    """Whose site an address is on: "leeds.gov.uk"."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Number:
    """One telephone number: as a link dials it, as people read it, and whose it is if several are given."""

    dial: str
    shown: str
    about: str


def numbers(phone: str) -> list[Number]:
    """The numbers of a text like "01442 453595 (South); 01438 844247 (North)"."""
    found = []
    for part in filter(None, phone.split(";")):
        shown, _, about = part.strip().partition(" (")
        dial = "".join(c for c in shown if c in "+0123456789")
        found.append(Number(dial, shown.replace(" ", "\u00a0"), f"({about}" if about else ""))
    return found
