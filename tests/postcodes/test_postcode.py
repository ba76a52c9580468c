"""Reading what people type."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.postcodes.postcode import Elsewhere, Malformed, Postcode, read

CASES = Path(__file__).with_name("cases.csv")
MALFORMED = "malformed"


def outcome(text: str) -> str:
    """What the reader alone can tell: a place, malformed, or a postcode to be asked about."""
    try:
        place = read(text)
    except Malformed:
        return MALFORMED
    return place.place if isinstance(place, Elsewhere) else "postcode"


def cases() -> list[tuple[str, str]]:
    asked = {"found", "unknown", "found_or_unknown", "unknown_area"}
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["input"], "postcode" if row["expect"] in asked else row["expect"]) for row in rows]


@pytest.mark.parametrize(("text", "expected"), cases())
def test_inputs_that_trip_other_sites(text: str, expected: str) -> None:
    assert outcome(text) == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sw1a1aa", "SW1A 1AA"),
        (" s w 1 a 1 a a ", "SW1A 1AA"),
        ("SW1A-1AA", "SW1A 1AA"),
        ("(SW1A.1AA)", "SW1A 1AA"),
        ("SW1A\u00a01AA", "SW1A 1AA"),
        ("SW1A\u200b1AA\ufeff", "SW1A 1AA"),
        ("SW1A\u2013 1AA", "SW1A 1AA"),
        ("ＳＷ１Ａ　１ＡＡ", "SW1A 1AA"),
        ("M1 1AE", "M1 1AE"),
        ("M60 1NW", "M60 1NW"),
        ("EC1Y 8SY", "EC1Y 8SY"),
        ("postcode: LS1 1UR", None),
    ],
)
def test_space_case_and_punctuation_do_not_matter(typed: str, meant: str | None) -> None:
    if meant is None:
        with pytest.raises(Malformed):
            read(typed)
    else:
        assert str(read(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("WIA IAA", "W1A 1AA"),
        ("0X1 1AA", "OX1 1AA"),
        ("SE1O 1AA", "SE10 1AA"),
        ("S01 1AA", "SO1 1AA"),
        ("W1I 1AA", "W11 1AA"),
        ("5W1A 1AA", "SW1A 1AA"),
        ("LS1 1A5", "LS1 1AS"),
        ("M1 1A1", "M1 1AL"),
        ("1P1 1AA", "IP1 1AA"),
        ("S1O 5AA", "S10 5AA"),
    ],
)
def test_a_slip_is_mended_where_its_place_leaves_one_reading(typed: str, meant: str) -> None:
    assert str(read(typed)) == meant


@pytest.mark.parametrize("typed", ["L51 1AA", "SO1 1AA", "LS1 1AA", "S51 1AA"])
def test_a_postcode_that_could_be_meant_as_typed_is_never_changed(typed: str) -> None:
    assert str(read(typed)) == typed


def test_a_letter_of_another_alphabet_is_refused_not_dropped() -> None:
    with pytest.raises(Malformed):
        read("SW1\u0410 1AA")  # a Cyrillic A: without it this would be SW1 1AA, another postcode


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Type your postcode"),
        ("  \u200b ", "Type your postcode"),
        ("BO1 2", "“BO1 2” is only the start"),
        ("SW1A", "“SW1A” is only the start"),
        ("SW1A 1AO", "last two letters"),
        ("Leeds", "letters and numbers"),
        ("AA1 12345", "too long"),
        ("B01 1AA", "Check it"),
        ("GIR 0AA", "bank"),
        ("x" * 5000, "too long"),
    ],
)
def test_what_is_missing_is_said(typed: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        read(typed)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("bt1 5gs", "northern-ireland"),
        ("BF1 4AA", "bfpo"),
        ("bfpo 57", "bfpo"),
        ("TDCU 1ZZ", "overseas"),
        ("KY1-1102", "overseas"),
        ("VG1110", "overseas"),
        ("GX1I 1AA", "overseas"),
        ("GY10 1AA", "guernsey"),
        ("XM4 5HQ", "non-geographic"),
    ],
)
def test_special_places_are_known_without_asking_anyone(typed: str, place: str) -> None:
    assert read(typed) == Elsewhere(place)


def test_a_postcode_does_not_show_itself_in_tracebacks() -> None:
    assert "SW1A" not in repr(Postcode("SW1A", "1AA"))


@settings(max_examples=500, deadline=None)
@given(st.text() | st.text(alphabet="A0O1IL5S8BZ2 GX-", max_size=12))
def test_anything_at_all_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        place = read(text)
    except Malformed as error:
        assert str(error).endswith(".")
    else:
        assert isinstance(place, (Postcode, Elsewhere))
        if isinstance(place, Postcode):
            assert read(str(place)) == place


@pytest.mark.parametrize("piece", ["A", "1", "\ufdfa", "\u200b", "SW1A 1AA ", "\U0001f9e1", "Å", "0O1I"])
def test_ten_kilobytes_of_anything_take_under_five_milliseconds(piece: str) -> None:
    text = (piece * 10_000)[: 10_000 // len(piece.encode()) * len(piece)]
    best = min(_seconds_to_read(text) for _ in range(5))
    assert best < 0.005


@pytest.mark.parametrize("piece", ["\ufdfa", "0", "O", "1", "I"])
def test_the_longest_input_that_is_looked_at_is_quick_too(piece: str) -> None:
    for size in (5, 6, 7, 100):
        assert min(_seconds_to_read(piece * size) for _ in range(5)) < 0.005


def _seconds_to_read(text: str) -> float:
    start = time.perf_counter()
    outcome(text)
    return time.perf_counter() - start
