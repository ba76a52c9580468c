"""Every page that the site can show, and how to come to it: by its address, or by sending a form.

The addresses come from the routes, so a new page is tried without anyone remembering it; a new form fails the
tests until what to send is added here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.test import TestResponse

from app.web.letters.form import LONGEST_ANSWER
from tests.pages import addresses

# Addresses that show something else with a query than without: notes, errors, choices half made.
FURTHER = (
    "/councils/surrey?found=likely",
    "/councils/glasgow?found=old-postcode",
    "/councils?typed=postcode",
    "/councils?band=partly-supportive",
    "/councils?name=cardiff",
    "/compare?with=leeds",
    "/compare?with=leeds,atlantis",
    "/compare?with=southwark,bournemouth-christchurch-poole,isles-of-scilly,westmorland-and-furness",
    "/councils/bournemouth-christchurch-poole",
    "/find",
    "/nowhere",
)
WORDS = "I care for my two grandchildren.\n\nThey came to us in the night, with one bag."
WRITTEN = {
    "to": "Ann Smith",
    "words1": WORDS,
    "words2": WORDS,
    "gap": "money",
    "one": "publish",
    "name": "Jo",
}
LETTERS = (
    {},
    WRITTEN,
    {"words1": "x" * 300},
    {"words1": "x" * (LONGEST_ANSWER + 1)},
    WRITTEN | {"format": "print"},
)
# What to send, by endpoint, and where.
SENT: dict[str, tuple[str, tuple[dict[str, str], ...]]] = {
    "find.find": (
        "/find",
        tuple(
            {"postcode": typed}
            # none, a part, a slip, suggestions, a choice, no council, no such place, long, far too long
            for typed in (
                "",
                "BO1 2",
                "se1 2di",
                "AB1 0AB",
                "SE1 9ZZ",
                "AB43 1AJ",
                "ZZ1 1AA",
                "x" * 200,
                "x" * 20_000,
            )
        ),
    ),
    "letters.to_councillor": ("/councils/southwark/write", LETTERS),
    "letters.to_mp": ("/councils/blackpool/write/mp", LETTERS),
    "letters.for_ask": ("/act/legal-help", LETTERS),
}


@dataclass(frozen=True)
class Shown:
    """A page: where it is, what must be sent there (None: nothing, it is a GET), and its status."""

    address: str
    status: int
    sent: dict[str, str] | None = None

    def __str__(self) -> str:
        sent = (
            "" if self.sent is None else " with " + ", ".join(f"{k}={v[:20]}" for k, v in self.sent.items())
        )
        return f"{self.address}{sent}"


def every_page(app: Flask) -> list[Shown]:
    """Each page once: two addresses that answer with the very same page count as one."""
    forms = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert forms == set(SENT), "say in SENT what to send to the new form"
    return list({answer.data: shown for shown, answer in _answers(app) if _is_page(answer)}.values())


def _answers(app: Flask) -> Iterator[tuple[Shown, TestResponse]]:
    client = app.test_client()
    for address in (*addresses(app), *FURTHER):
        answer = client.get(address)
        yield Shown(address, answer.status_code), answer
    for address, forms in SENT.values():
        for form in forms:
            answer = client.post(address, data=form)
            yield Shown(address, answer.status_code, form), answer


def _is_page(answer: TestResponse) -> bool:
    return answer.mimetype == "text/html" and not 300 <= answer.status_code < 400
