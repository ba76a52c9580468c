"""A council's record as data: the same facts as its page. README.md, "Data", says what each field means."""

from typing import Any

from flask import url_for

from app.models import Council
from app.records.bodies import Current, Former, Future, NotResponsible
from app.records.record import Record

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def record_as_data(record: Record, body: Current) -> dict[str, Any]:
    """The record of a body responsible today. Dates are ISO 8601; an answer is yes, no or null (not seen)."""
    council, rating = record.council, record.rating
    rated = council.nation == "England"
    return {
        **_council(council),
        "nation": council.nation,
        "region": council.region,
        "type": council.type,
        "homepage": council.homepage or None,
        "policy": {
            "published": rating.standing.published,
            "standing": rating.standing.value,
            "band": rating.band.value,
            "last_checked": _iso(record.checked_on),
        }
        if rated
        else None,
        "answers": [
            {
                "criterion": each.criterion.key,
                "question": each.criterion.question,
                "answer": each.answer,
                "note": each.note or None,
                "source_url": each.source_url or None,
                "checked_on": _iso(each.checked_on),
                "seen_as": each.seen_as or None,
            }
            for each in record.findings
        ]
        if rated
        else [],
        "documents": [
            {
                "title": each.title,
                "kind": each.kind,
                "url": each.url,
                "dated": each.dated or None,
                "dated_basis": each.dated_basis or None,
                "checked_on": _iso(each.checked_on),
                "seen_as": each.seen_as,
            }
            for each in record.documents
        ],
        "contacts": [
            {
                "team": each.team,
                "phone": each.phone or None,
                "email": each.email or None,
                "source_url": each.source_url,
                "checked_on": _iso(each.checked_on),
            }
            for each in record.contacts
        ],
        "reorganisation": {
            "status": body.change.status,
            "date": _iso(body.change.effective_date),
            "successors": [_council(each) for each in body.successors],
            "source_url": body.change.source_url,
        }
        if body.change
        else None,
        "licence": LICENCE,
    }


def body_as_data(body: Future | Former | NotResponsible) -> dict[str, Any]:
    """A body that is not responsible today, and who is."""
    match body:
        case Future(council=council, before=before):
            return {
                **_council(council),
                "status": "planned",
                "until_then": [_council(each) for each in before],
            }
        case Former(name=name, slug=slug, successors=successors):
            return {
                "slug": slug,
                "name": name,
                "status": "former",
                "successors": [_council(each) for each in successors],
            }
        case NotResponsible(name=name, slug=slug, councils=councils):
            return {
                "slug": slug,
                "name": name,
                "status": "not responsible for children’s services",
                "responsible": [_council(each) for each in councils],
            }


def _council(council: Council) -> dict[str, Any]:
    return {
        "slug": council.slug,
        "gss": council.gss,
        "name": council.official_name,
        "url": url_for("councils.page", slug=council.slug),
    }


def _iso(value: Any) -> str | None:
    return value.isoformat() if value else None
