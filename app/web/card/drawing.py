"""Drawing a card: the words and shapes of one record as SVG, and that as PNG, 1200 by 630 pixels.

The shapes are those of templates/_macros/patches.html and the colours those of app/static/style.css, so a
card cannot look unlike the page it leads to. templates/share/card.svg says where everything stands.
"""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Lock

import resvg_py
from cachetools import LRUCache, cached
from flask import render_template
from PIL import Image

from app.records.record import Record
from app.records.version import version_of
from app.settings import Settings
from app.web.card.fit import FONTS, Fitted, fit
from app.web.wording import PATCHES, day, headline

SERIF, SANS, BOLD = "NotoSerif-Bold", "NotoSans-Regular", "NotoSans-Bold"
FONT_FILES = [str(FONTS / f"{face}.ttf") for face in (SERIF, SANS, BOLD)]
SHEET = Path(__file__).parents[2] / "static" / "style.css"
WIDTH, HEIGHT = 1200, 630  # pixels, what Facebook and X ask for
COLUMN = 620  # pixels, for the words on the left
BESIDE_PATCH = 525
COLOURS = 64  # a card has about ten and their edges: a palette halves its bytes
MEMORY = 1_000_000  # bytes of pictures that each worker keeps: about thirty


@dataclass(frozen=True, slots=True)
class Words:
    """Everything a card says, at sizes that fit."""

    site: Fitted
    council: Fitted
    finding: Fitted
    band: Fitted
    address: Fitted
    checked: str


def svg_of(record: Record, settings: Settings) -> str:
    """An English council's card, as SVG. Needs an app context, for the template."""
    return render_template(
        "share/card.svg",
        rating=record.rating,
        patch=PATCHES[record.rating.band],
        words=words(record, settings),
        **_colours(),
    )


def version_of_picture(record: Record, svg: str) -> str:
    """A name that changes with the record, and with anything else that makes the picture another."""
    return sha256(f"{version_of(record)} {svg}".encode()).hexdigest()[:16]


@cached(LRUCache(MEMORY, getsizeof=len), key=lambda svg: sha256(svg.encode()).digest(), lock=Lock())
def png_of(svg: str) -> bytes:
    """The picture of a card: drawn once, and kept as long as there is room."""
    drawn = resvg_py.svg_to_bytes(svg_string=svg, font_files=FONT_FILES, skip_system_fonts=True)
    palette = Image.open(BytesIO(drawn)).convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE)
    file = BytesIO()
    palette.save(file, "PNG")
    return file.getvalue()


def words(record: Record, settings: Settings) -> Words:
    """What the card of a record says."""
    address = settings.site_url.partition("://")[2]
    return Words(
        site=fit(settings.site_name, SERIF, 1000, 50, (34, 30, 26, 22)),
        council=fit(record.council.official_name, BOLD, COLUMN, 40, (28, 26, 24, 22)),
        finding=fit(headline(record), SERIF, COLUMN, 208, (58, 54, 50, 47, 44, 41, 38, 35)),
        band=fit(
            record.rating.band.value.replace(" – ", " –\n"), SERIF, BESIDE_PATCH, 90, (46, 42, 38, 36, 34)
        ),
        address=fit(f"{address}/councils/{record.council.slug}", BOLD, 710, 40, (28, 26, 24, 22, 20)),
        checked=f"Checked {day(record.checked_on)}" if record.checked_on else "",
    )


@cache
def _colours() -> dict[str, dict[str, str]]:
    """The colours of the light pages by name, and the tone and tint of each patch by its letter."""
    sheet = SHEET.read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]+)", sheet.partition("}")[0]))
    bands = re.findall(r"\.is-(\w)\{--tone:var\(--([\w-]+)\);--tint:var\(--([\w-]+)\)\}", sheet)
    return {
        "token": tokens,
        "tone": {letter: tokens[tone] for letter, tone, _ in bands},
        "tint": {letter: tokens[tint] for letter, _, tint in bands},
    }
