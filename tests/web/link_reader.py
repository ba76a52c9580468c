"""A reader of links, as a social network or WordPress has one: Open Graph, then oEmbed, then the picture."""

from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

SITE = "https://kinship.example"


@dataclass(frozen=True, slots=True)
class Link:
    """What is shown of a link that somebody pasted."""

    address: str
    title: str
    sentence: str
    picture: bytes
    picture_size: tuple[int, int]
    picture_words: str
    large_picture: bool
    frame_address: str
    frame_title: str


def read_link(client: FlaskClient, address: str) -> Link:
    """Read the page at an address of the site; fails where one of the three cannot be had."""
    head = BeautifulSoup(_get(client, address).text.partition("</head>")[0], "html.parser")
    said: dict[str, str] = {}
    for meta in head.select("meta[content]"):
        said.setdefault(str(meta.get("property") or meta.get("name")), str(meta["content"]))
    picture = _get(client, said["og:image"])
    assert picture.mimetype == said["og:image:type"]
    frame = _frame(client, _one(head, "link[rel=alternate][type='application/json+oembed']"))
    assert _get(client, str(frame["src"])).mimetype == "text/html"
    return Link(
        address=said["og:url"],
        title=said["og:title"],
        sentence=said["og:description"],
        picture=picture.data,
        picture_size=(int(said["og:image:width"]), int(said["og:image:height"])),
        picture_words=said["og:image:alt"],
        large_picture=said["twitter:card"] == "summary_large_image",
        frame_address=str(frame["src"]),
        frame_title=str(frame["title"]),
    )


def _frame(client: FlaskClient, discovered: Tag) -> Tag:
    answer = _get(client, f"{discovered['href']}&maxwidth=600&format=json")
    assert answer.json["type"] == "rich"
    return _one(BeautifulSoup(answer.json["html"], "html.parser"), "iframe")


def _one(page: Tag, selector: str) -> Tag:
    found = page.select(selector)
    assert len(found) == 1, selector
    return found[0]


def _get(client: FlaskClient, address: str):  # type: ignore[no-untyped-def]
    """Every address must be whole, as a reader elsewhere needs it."""
    assert address.startswith(f"{SITE}/")
    answer = client.get(address.removeprefix(SITE))
    assert answer.status_code == 200, address
    return answer
