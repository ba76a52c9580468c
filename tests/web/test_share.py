"""Passing a result on: the embed, oEmbed, and what a reader of links finds."""

import gzip
import json
import re
from io import BytesIO
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup, SoupStrainer
from flask.testing import FlaskClient
from PIL import Image

from app.settings import ROOT
from tests.conftest import Look
from tests.facts import ENGLISH
from tests.web.link_reader import read_link

SITE = "https://kinship.example"
STATIC = ROOT / "app" / "static"
TYPED = "SE1 2DL <b>typed</b>"


def picture(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("part", ["card.png", "embed"])
def test_only_councils_with_a_result_have_one_to_show(client: FlaskClient, part: str) -> None:
    moved = client.get(f"/councils/poole/{part}")
    assert (moved.status_code, moved.location) == (301, f"/councils/bournemouth-christchurch-poole/{part}")
    for slug in ("guildford", "west-surrey", "cardiff", "fife", "belfast", "atlantis", "SE12DL"):
        assert client.get(f"/councils/{slug}/{part}").status_code == 404, slug


def test_a_link_gives_title_sentence_and_picture_for_every_council(client: FlaskClient) -> None:
    assert len(ENGLISH) == 153
    for slug in ENGLISH:
        link = read_link(client, f"{SITE}/councils/{slug}?found=likely&x={quote(TYPED)}")
        text = client.get(f"/councils/{slug}").text
        page = BeautifulSoup(text, "html.parser", parse_only=SoupStrainer(["title", "h1"]))
        assert page.h1 is not None
        assert page.title is not None
        name = page.title.text.partition(":")[0]
        assert link.address == f"{SITE}/councils/{slug}"
        assert link.title.startswith(f"{name}: ")
        assert link.sentence == page.h1.text
        assert link.large_picture
        assert link.picture.startswith(b"\x89PNG")
        assert picture(link.picture).size == link.picture_size == (1200, 630)
        assert len(link.picture) < 80_000
        assert link.picture_words.startswith(link.sentence)
        assert link.frame_address == f"{link.address}/embed"
        assert link.frame_title.endswith(f": {name}")


def test_the_picture_of_a_link_is_the_card(client: FlaskClient) -> None:
    link = read_link(client, f"{SITE}/councils/leeds")
    assert picture(link.picture).size == link.picture_size == (1200, 630)
    assert link.picture == client.get("/councils/leeds/card.png").data


def test_structured_data_says_what_the_page_says(look: Look) -> None:
    page = look("/councils/leeds")
    block = page.select_one("script[type='application/ld+json']")
    assert block is not None
    assert page.h1 is not None
    data = json.loads(block.text)
    assert data["url"] == f"{SITE}/councils/leeds"
    assert data["description"] == page.h1.text
    assert data["about"]["name"] == "Leeds City Council"


def test_outside_england_a_link_has_a_title_and_a_sentence(look: Look) -> None:
    page = look("/councils/cardiff")
    said = {str(each["property"]): str(each["content"]) for each in page.select("meta[property]")}
    assert said["og:title"] == "Cardiff: kinship care in Wales"
    assert said["og:url"] == f"{SITE}/councils/cardiff"
    assert "og:image" not in said
    assert not page.select("#share, script, link[type='application/json+oembed']")


def test_addresses_are_the_sites_own_whatever_host_is_asked(client: FlaskClient) -> None:
    text = client.get("/councils/leeds", headers={"Host": "evil.example"}).text
    text += client.get("/councils/leeds/embed", headers={"Host": "evil.example"}).text
    text += client.get(f"/oembed?url={SITE}/councils/leeds", headers={"Host": "evil.example"}).text
    assert f"{SITE}/councils/leeds/embed" in text
    assert "evil" not in text


def test_share_links_hold_the_plain_address_and_the_sentence(look: Look) -> None:
    page = look(f"/councils/leeds?found=likely&name={quote(TYPED)}")
    assert page.h1 is not None
    links = page.select("section[aria-labelledby=share] ul a")
    assert [link.text for link in links] == ["WhatsApp", "Facebook", "X", "Bluesky", "Email"]
    for link in links:
        target = urlsplit(str(link["href"]))
        said = " ".join(value for values in parse_qs(target.query).values() for value in values)
        assert f"{SITE}/councils/leeds" in said
        assert "?" not in said.replace(page.h1.text, "")
        if link.text != "Facebook":
            assert page.h1.text in said
    field, snippet = page.select_one("#link"), page.select_one("#snippet")
    assert field is not None
    assert snippet is not None
    assert field["value"] == f"{SITE}/councils/leeds"
    assert field.has_attr("readonly")
    frame = BeautifulSoup(str(snippet["value"]), "html.parser").iframe
    assert frame is not None
    assert frame["src"] == f"{SITE}/councils/leeds/embed"
    assert frame["title"] == "Kinship Council Check: Leeds"


def test_every_council_has_an_embed_that_says_what_its_page_says(client: FlaskClient, look: Look) -> None:
    sheet = len(gzip.compress((STATIC / "embed.css").read_bytes()))
    for slug in ENGLISH:
        answer = client.get(f"/councils/{slug}/embed", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) + sheet < 6_000
        embed = BeautifulSoup(gzip.decompress(answer.data), "html.parser")
        page = look(f"/councils/{slug}")
        for part in ("h1", ".band b", ".tally"):
            assert embed.select_one(part).text == page.select_one(part).text, slug  # type: ignore[union-attr]
        assert [link["href"] for link in embed.select("a")] == [f"{SITE}/councils/{slug}"]
        assert {link["target"] for link in embed.select("a")} == {"_top"}
        assert not embed.select("script, img, iframe, form, [style]")


def test_only_the_embed_may_be_framed(client: FlaskClient) -> None:
    embed = client.get("/councils/leeds/embed")
    assert "frame-ancestors *" in embed.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" not in embed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in embed.headers
    assert "Set-Cookie" not in embed.headers
    assert "script-src" not in embed.headers["Content-Security-Policy"]
    for address in ("/", "/councils/leeds", "/councils/leeds/card.png", "/councils/cardiff/embed", "/oembed"):
        policy = client.get(address).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert ("script-src 'self'" in policy) is (address == "/councils/leeds")
        assert "unsafe" not in policy


def test_the_embed_has_the_colours_of_the_site() -> None:
    def colours(name: str) -> tuple[dict[str, str], dict[str, str], list[str]]:
        sheet = (STATIC / name).read_text()
        light, _, dark = sheet.partition("prefers-color-scheme: dark")
        pattern = r"--([\w-]+):(#\w+)"
        bands = re.findall(r"^\.is-\w\{.*\}$", light, re.M)
        return dict(re.findall(pattern, light)), dict(re.findall(pattern, dark)), bands

    ours, site = colours("embed.css"), colours("style.css")
    assert len(ours[0]) > 15
    assert len(ours[1]) > 15
    assert ours[0].items() <= site[0].items()
    assert ours[1].items() <= site[1].items()
    assert ours[2] == site[2]


@pytest.mark.parametrize(
    "address",
    [
        "", "leeds", "/councils/leeds", "https://other.example/councils/leeds", f"{SITE}/councils/atlantis",
        f"{SITE}/councils/cardiff", f"{SITE}/councils/cumbria", f"{SITE}/councils", f"{SITE}/", SITE,
        f"{SITE}.evil.example/councils/leeds", f"{SITE}@evil.example/councils/leeds",
        f"{SITE}/councils/leeds/embed", f"{SITE}/councils/SE12DL", "x" * 5000, "\0", TYPED,
    ],
)  # fmt: skip
def test_oembed_knows_only_our_councils(client: FlaskClient, address: str) -> None:
    answer = client.get("/oembed", query_string={"url": address})
    assert answer.status_code == 404
    assert "typed" not in answer.text


def test_oembed_follows_a_former_council_and_ignores_what_was_typed(client: FlaskClient) -> None:
    for address in ("poole", "bournemouth-christchurch-poole/", f"poole?x={TYPED}", "poole#part"):
        answer = client.get("/oembed", query_string={"url": f"{SITE}/councils/{address}"})
        assert answer.status_code == 200
        assert answer.mimetype == "application/json"
        assert f"{SITE}/councils/bournemouth-christchurch-poole/embed" in answer.json["html"]
        assert "typed" not in answer.text


def test_oembed_speaks_json_only(client: FlaskClient) -> None:
    address = f"{SITE}/councils/leeds"
    assert client.get("/oembed", query_string={"url": address, "format": "xml"}).status_code == 501
    assert client.get("/oembed", query_string={"url": address, "format": "json"}).status_code == 200


@pytest.mark.parametrize(
    ("limits", "size", "thumbnail"),
    [
        ({}, (480, 340), True),
        ({"maxwidth": "300"}, (300, 340), False),
        ({"maxwidth": "2000", "maxheight": "200"}, (480, 200), False),
        ({"maxwidth": "1200", "maxheight": "630"}, (480, 340), True),
        ({"maxwidth": "-5", "maxheight": "many"}, (480, 340), True),
    ],
)
def test_oembed_stays_within_the_limits_asked(
    client: FlaskClient, limits: dict[str, str], size: tuple[int, int], thumbnail: bool
) -> None:
    answer = client.get("/oembed", query_string={"url": f"{SITE}/councils/leeds", **limits}).json
    assert (answer["type"], answer["version"]) == ("rich", "1.0")
    assert (answer["width"], answer["height"]) == size
    frame = BeautifulSoup(answer["html"], "html.parser").iframe
    assert frame is not None
    assert (frame["width"], frame["height"]) == (str(size[0]), str(size[1]))
    assert ("thumbnail_url" in answer) is thumbnail


def test_nothing_typed_comes_back(client: FlaskClient) -> None:
    for address in ("/councils/leeds", "/councils/leeds/embed", "/councils/leeds/card.png", "/oembed"):
        answer = client.get(address, query_string={"postcode": TYPED, "found": TYPED, "v": TYPED})
        everything = (str(answer.headers).encode() + answer.data).upper()
        for part in (b"SE1", b"2DL", b"TYPED"):
            assert part not in everything, address


def test_the_script_is_small() -> None:
    assert (STATIC / "share.js").stat().st_size < 2_000


def test_an_embed_does_not_break_on_the_day_its_council_is_divided(client: FlaskClient) -> None:
    with time_machine.travel("2027-04-02", tick=False):
        answer = client.get("/councils/surrey/embed")
    assert answer.status_code == 200
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    page = BeautifulSoup(answer.text, "html.parser")
    links = {str(a["href"]) for a in page.select("main a[target=_top]")}
    assert links == {f"{SITE}/councils/east-surrey", f"{SITE}/councils/west-surrey"}
