"""The picture of a council: right for each of the 153, drawn once, and new when its record changes."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from statistics import median
from time import process_time

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Engine

from app.records.load import load
from app.settings import ROOT
from app.web.card.drawing import png_of
from tests.facts import ENGLISH, KEPT
from tests.records import borsetshire

STATIC = ROOT / "app" / "static"
LONGEST = ("bath-and-north-east-somerset", "cheshire-west-and-chester", "bradford", "windsor-and-maidenhead")


def picture(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def test_a_card_is_there_soon_enough(client: FlaskClient) -> None:
    """Of every eighth council. That each of the 153 has one is seen where links are read (test_share)."""
    times = []
    png_of.cache.clear()  # type: ignore[attr-defined]
    for slug in ENGLISH[::8]:
        start = process_time()
        answer = client.get(f"/councils/{slug}/card.png")
        times.append((process_time() - start) * 1000)
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert len(times) == 20
    assert median(times) < 150, "milliseconds of the processor: the machine may be busy with other things"


@pytest.mark.parametrize("slug", LONGEST)
def test_words_stay_in_their_column_and_off_the_edge(client: FlaskClient, slug: str) -> None:
    """Between the words and the quilt, and left of both, there is nothing but the band's tint."""
    card = picture(client.get(f"/councils/{slug}/card.png").data)
    tint = card.getpixel((5, 5))
    for left, right in ((0, 50), (686, 700), (1150, 1200)):
        strip = card.crop((left, 120, right, 525))
        assert strip.getcolors() == [(strip.width * strip.height, tint)]
    words = card.crop((60, 170, 680, 395)).getcolors(1000)
    assert words is not None
    assert len(words) > 2


def test_a_card_uses_no_font_of_the_machine() -> None:
    """Asking for a font that machines have draws just what asking for one that none has draws."""

    def drawn(family: str) -> bytes:
        words = f'<text y="90" font-size="60" fill="#fff" font-family="{family}">Leeds</text>'
        return png_of(f'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="99">{words}</svg>')

    assert drawn("DejaVu Sans") == drawn("Liberation Sans") == drawn("Nowhere Sans")
    assert len({drawn("Noto Serif"), drawn("Noto Sans"), drawn("Nowhere Sans")}) >= 2
    colours = picture(drawn("Noto Serif")).getcolors()
    assert colours is not None
    assert len(colours) > 1


def test_each_font_has_its_licence_beside_it() -> None:
    folder = ROOT / "app" / "web" / "card" / "fonts"
    for font in folder.glob("*.ttf"):
        licence = folder / f"{font.name.partition('-')[0]}-OFL.txt"
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text()


def test_the_colour_of_a_card_is_that_of_its_band(client: FlaskClient) -> None:
    tints = {
        slug: picture(client.get(f"/councils/{slug}/card.png").data).getpixel((5, 5))
        for slug in ("gateshead", "derby", "tower-hamlets", "blackpool")
    }
    sheet = (STATIC / "style.css").read_text()
    for slug, token in zip(tints, ("half-bg", "look-bg", "info-bg", "wait-bg"), strict=True):
        wanted = re.search(rf"--{token}:#(\w+)", sheet)
        assert wanted is not None
        for seen, exact in zip(tints[slug], bytes.fromhex(wanted[1]), strict=True):
            assert abs(seen - exact) <= 8  # a palette rounds


class Changing:
    """The site with Borsetshire's facts, which can be changed and loaded again."""

    def __init__(self, folder: Path, engine: Engine, client: FlaskClient) -> None:
        self._folder = borsetshire.write(folder / "data")
        self._engine = engine
        self.load()
        self.client = client

    def load(self) -> None:
        load(self._engine, self._folder, "tests", date(2026, 11, 21))

    def change(self, name: str, old: str, new: str) -> None:
        borsetshire.change(self._folder, name, old, new)
        self.load()

    def version(self, slug: str = "borsetshire") -> str:
        return self.client.get(f"/councils/{slug}/card.png").headers["ETag"]


@pytest.fixture
def changing(
    tmp_path: Path, engine: Engine, database_with_tables: str, make_app: Callable[..., Flask]
) -> Changing:
    return Changing(tmp_path, engine, make_app(DATABASE_URL=database_with_tables).test_client())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("answers.csv", "housing,no", "housing,yes"),
        ("answers.csv", "Nothing on housing in 18 pages.", "Nothing on housing."),
        ("documents.csv", "local_offer", "procedures_manual"),
        ("councils.csv", ",Borsetshire,", ",Borset,"),
        ("contacts.csv", "01632 960121", "01632 960122"),
    ],
)
def test_a_card_has_a_new_version_when_its_record_changes_and_not_otherwise(
    changing: Changing, name: str, old: str, new: str
) -> None:
    before, other = changing.version(), changing.version("felpersham")
    changing.load()
    assert changing.version() == before
    changing.change(name, old, new)
    assert changing.version() != before
    assert changing.version("felpersham") == other


def test_a_card_has_a_new_version_when_the_date_alone_changes_its_result(changing: Changing) -> None:
    changing.change("documents.csv", "2025-03", "2021-11-30")
    with time_machine.travel("2026-11-21", tick=False):
        in_time = changing.version()
    with time_machine.travel("2026-11-30", tick=False):
        assert changing.version() == in_time
    with time_machine.travel("2026-12-01", tick=False):
        assert changing.version() != in_time, "five years after, the policy is no longer a recent one"


def test_a_card_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/councils/leeds/card.png")
    again = client.get("/councils/leeds/card.png", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == KEPT
    other = client.get("/councils/leeds/card.png", headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


def test_a_card_is_drawn_once_and_few_megabytes_are_kept() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="99"/>'
    assert png_of(svg) is png_of(svg)
    assert png_of.cache.currsize <= png_of.cache.maxsize <= 8_000_000  # type: ignore[attr-defined]
