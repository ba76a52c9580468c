"""A letter as a visitor makes one: the form filled in and posted."""

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

LEEDS, MP, LEAVE = "/councils/leeds/write", "/councils/leeds/write/mp", "/act/paid-leave"
PAGES = (LEEDS, MP, LEAVE)


def typed(text: str | bytes, **others: str | list[str]) -> dict[str, object]:
    boxes = ("to", "words1", "words2", "words3", "end", "name")
    return {**dict.fromkeys(boxes, text), "gap": ["money", "legal"], "one": "manager", **others}


def page_of(client: FlaskClient, address: str, data: dict[str, object], status: int = 200) -> BeautifulSoup:
    answer = client.post(address, data=data)
    assert answer.status_code == status
    return BeautifulSoup(answer.text, "html.parser")


def letter_on(page: BeautifulSoup) -> str:
    box = page.select_one("textarea#letter[readonly]")
    assert box is not None
    return box.text


def letter(client: FlaskClient, address: str, **data: object) -> str:
    return letter_on(page_of(client, address, data))
