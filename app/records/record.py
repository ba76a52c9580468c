"""One council's record, read from the database: everything its page says."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Answer, Contact, Council, Document, Provider, Row, Search
from app.records.bodies import english_councils
from app.records.criteria import Criterion, criteria
from app.records.rating import POLICY_KINDS, YEARS_CURRENT, Rating, earliest, latest, rate, years_before

ABOUT_A_POLICY = {"involved", "current"}  # questions that make sense only once there is a policy
A_FEW = 20  # councils; for more, reading whole tables is quicker than naming the rows


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question: "yes", "no" or None, with its evidence when there is any.

    `source_kind` and `dated` (the date it shows) are known if the source is one of the council's documents.
    """

    criterion: Criterion
    answer: str | None
    note: str = ""
    source_title: str = ""
    source_url: str = ""
    source_kind: str = ""
    dated: str = ""
    checked_on: date | None = None
    seen_as: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one council on one day."""

    council: Council
    rating: Rating
    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    contacts: tuple[Contact, ...]
    searches: tuple[Search, ...]
    provider: Provider | None

    @property
    def checked_on(self) -> date | None:
        """The day of the latest check that the record rests on, None if nobody has checked."""
        days = [each.checked_on for each in self.documents]
        days += [each.checked_on for each in self.searches]
        days += [each.checked_on for each in self.findings if each.checked_on]
        return max(days, default=None)

    def findings_of(self, part: str) -> list[Finding]:
        """The findings on the six questions of the law ("law"), or on the other six ("good")."""
        return [each for each in self.findings if each.criterion.part == part]

    def topics(self, answer: str | None) -> list[str]:
        """What the questions with this answer are about, in words that fit after "about"."""
        found = (each.criterion.topic for each in self.findings if each.answer == answer)
        return [topic for topic in found if topic]

    def oldest_answer(self, today: date) -> str:
        """The date shown by the oldest source of an answer, if it is more than five years old, else ""."""
        limit = years_before(today, YEARS_CURRENT)
        old = [
            each.dated for each in self.findings if each.answer and each.dated and latest(each.dated) < limit
        ]
        return min(old, default="")

    @property
    def open_questions(self) -> list[Finding]:
        """The questions without a yes; without a policy, only those that do not take one for granted."""
        return [
            each
            for each in self.findings
            if each.answer != "yes"
            and (self.rating.standing.published or each.criterion.key not in ABOUT_A_POLICY)
        ]

    @property
    def unsure(self) -> bool:
        """Whether there is a policy, but we are not confident of any document that holds it."""
        return bool(self.policies) and all(each.confidence == "low" for each in self.policies)

    @property
    def before_its_time(self) -> bool:
        """Whether every policy we know of is older than the council: a predecessor published it."""
        start = self.council.start_date
        return bool(self.policies) and all(
            start is not None and each.dated != "" and latest(each.dated) < start for each in self.policies
        )

    @property
    def policies(self) -> list[Document]:
        """The documents that count as a published policy."""
        return [document for document in self.documents if document.kind in POLICY_KINDS]


def read_records(session: Session, councils: list[Council], today: date) -> list[Record]:
    """The records of these councils, in their order."""
    slugs = [council.slug for council in councils]
    rows: dict[type[Row], Mapping[str, list[Any]]] = {
        model: _rows_by_slug(session, model, slugs) for model in (Document, Answer, Contact, Search, Provider)
    }
    return [
        _record(council, {model: rows[model].get(council.slug, []) for model in rows}, today)
        for council in councils
    ]


def english_records(session: Session, today: date) -> list[Record]:
    """The records of every English council responsible on a day, by name."""
    return read_records(session, english_councils(session, today), today)


def _rows_by_slug(session: Session, model: Any, slugs: list[str]) -> Mapping[str, list[Any]]:
    wanted = select(model).order_by(model.position)
    if len(slugs) <= A_FEW:
        wanted = wanted.where(model.slug.in_(slugs))
    found = defaultdict(list)
    for row in session.scalars(wanted):
        found[row.slug].append(row)
    return found


def _record(council: Council, rows: Mapping[type[Row], list[Any]], today: date) -> Record:
    documents = sorted(rows[Document], key=lambda document: document.rank)
    answers = {answer.criterion: answer for answer in rows[Answer]}
    rating = rate(documents, {key: each.answer for key, each in answers.items()}, rows[Search], today)
    sources = {document.url: document for document in documents}
    findings = []
    for criterion in criteria():
        if criterion.key == "current":
            findings.append(_up_to_date(criterion, rating.answers["current"], documents))
        elif answer := answers.get(criterion.key):
            findings.append(_finding(criterion, answer, sources.get(answer.source_url)))
        else:
            findings.append(Finding(criterion, None))
    return Record(
        council,
        rating,
        tuple(documents),
        tuple(findings),
        tuple(rows[Contact]),
        tuple(rows[Search]),
        next(iter(rows[Provider]), None),
    )


def _finding(criterion: Criterion, answer: Answer, source: Document | None) -> Finding:
    return Finding(
        criterion,
        answer.answer,
        answer.note,
        source.title if source else "",
        answer.source_url,
        source.kind if source else "",
        source.dated if source else "",
        answer.checked_on,
        answer.seen_as,
    )


def _up_to_date(criterion: Criterion, answer: str | None, documents: list[Document]) -> Finding:
    """The evidence for "updated in the last five years": the policy document with the newest date."""
    dated = [each for each in documents if each.kind in POLICY_KINDS and each.dated]
    if not dated:
        return Finding(criterion, None)
    newest = max(dated, key=lambda document: earliest(document.dated))
    return Finding(
        criterion,
        answer,
        newest.dated_basis,
        newest.title,
        newest.url,
        newest.kind,
        newest.dated,
        newest.checked_on,
        newest.seen_as,
    )
