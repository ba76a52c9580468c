"""The committed index against the edition of Code-Point Open that it was made from, where that is to hand."""

import csv
import io
import random
import zipfile
from pathlib import Path

import pytest

from app.postcodes.index import Index, IndexUnusable
from app.postcodes.postcode import Postcode, read

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "data" / "postcodes.index"
SOURCE = ROOT.parent / "shared" / "postcodes" / "codepo_gb.zip"
needs_source = pytest.mark.skipif(
    not SOURCE.exists(), reason="Code-Point Open is not at ../shared/postcodes/codepo_gb.zip"
)
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@pytest.fixture(scope="module")
def index():
    return Index.open(INDEX)


def listed():
    """Each postcode as OS writes it, its county code and its district code, read with nothing of ours."""
    with zipfile.ZipFile(SOURCE) as archive:
        for name in archive.namelist():
            if "/Data/CSV/" in name and name.endswith(".csv"):
                with archive.open(name) as file:
                    for row in csv.reader(io.TextIOWrapper(file, "latin-1", newline="")):
                        yield row[0], row[7], row[8]


def random_postcodes(outwards, count):
    """Well-formed postcodes: half under any outward code whatever, half under those of the index."""
    chance = random.Random(3)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for number in range(count):
        area = "".join(chance.choices(letters, k=chance.choice([1, 2])))
        outward = f"{area}{chance.randrange(100)}" if number % 2 else chance.choice(outwards)
        inward = f"{chance.randrange(10)}{''.join(chance.choices(INWARD_LETTERS, k=2))}"
        yield Postcode(outward, inward)


@needs_source
def test_every_coded_postcode_is_exact_with_the_authority_of_the_source(index):
    coded = wrong = 0
    for text, county, district in listed():
        authority = county or district
        answer = index.look_up(read(text))
        if authority:
            coded += 1
            wrong += (answer.certainty, answer.authorities) != ("exact", (authority,))
        else:
            wrong += answer.certainty == "exact"

    assert (coded, wrong) == (1_744_805, 0)
    assert index.postcodes == coded


@needs_source
def test_of_200_000_random_postcodes_none_that_the_source_lacks_is_exact(index):
    outwards = sorted({text[:-3].strip() for text, _, _ in listed()})
    sample = list(random_postcodes(outwards, 200_000))
    exact = {postcode.compact for postcode in sample if index.look_up(postcode).certainty == "exact"}
    assert len(exact) > 10_000  # else the sample says little

    for text, county, district in listed():
        if county or district:
            exact.discard(text.replace(" ", ""))

    assert exact == set()


def test_the_file_is_at_most_320_kb():
    assert INDEX.stat().st_size <= 320_000


def test_a_sample_of_cuts_and_flips_is_refused(tmp_path):
    whole = INDEX.read_bytes()
    damaged = tmp_path / "postcodes.index"
    chance = random.Random(3)
    positions = [*range(100), *chance.sample(range(len(whole)), 300), len(whole) - 1]

    for position in positions:
        flipped = bytearray(whole)
        flipped[position] ^= 1 << chance.randrange(8)
        for damage in (whole[:position], flipped):
            damaged.write_bytes(damage)
            with pytest.raises(IndexUnusable):
                Index.open(damaged)
