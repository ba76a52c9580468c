"""What the index answers, and which files it refuses to answer from."""

import hashlib
from collections import Counter
from dataclasses import FrozenInstanceError
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.postcodes.gazetteer import Gazetteer
from app.postcodes.index import Index, IndexAnswer, IndexUnusable
from app.postcodes.index_file import decode, encode
from app.postcodes.postcode import Postcode, read


def test_a_postcode_that_exists_is_exact(index, built):
    assert index.look_up(read("LS1 2AA")) == IndexAnswer("exact", (built.east,))


def test_the_county_goes_before_the_district(index, built):
    assert index.look_up(read("LS1 3DA")) == IndexAnswer("exact", (built.county,))


def test_the_first_and_last_postcodes_of_all_are_exact(index, built):
    assert index.look_up(read("AB1 1AA")) == index.look_up(read("ZE1 1AA"))
    assert index.look_up(read("ZE1 1AA")) == IndexAnswer("exact", (built.north,))


@pytest.mark.parametrize("gap", ["LS1 2AE", "LS1 2JJ", "LS1 2ZY"])
def test_a_gap_in_a_sector_of_one_authority_is_likely_that_authority(index, built, gap):
    assert index.look_up(read(gap)) == IndexAnswer("likely", (built.east,))


@pytest.mark.parametrize("gap", ["LS1 3AD", "LS1 3DD", "LS1 3ZY"])
def test_a_gap_in_a_shared_sector_names_its_authorities_most_common_first(index, built, gap):
    assert index.look_up(read(gap)) == IndexAnswer("shared", (built.south, built.county, built.west))


def test_a_gap_between_more_than_five_authorities_names_the_five_most_common(index, built):
    most_common = (built.middle, built.north, built.south, built.east, built.county)

    assert index.look_up(read("LS1 5ZZ")) == IndexAnswer("shared", most_common)


@pytest.mark.parametrize("nowhere", ["LS1 4AA", "LS2 1AA", "ZZ99 9ZZ", "A1 1AA"])
def test_a_sector_without_postcodes_is_unknown(index, nowhere):
    assert index.look_up(read(nowhere)) == IndexAnswer("unknown", ())


def test_a_postcode_without_codes_is_answered_as_a_gap(index, built):
    assert index.look_up(read("LS1 2AD")) == IndexAnswer("likely", (built.east,))
    assert index.look_up(read("LS9 9AA")) == IndexAnswer("unknown", ())


def test_a_postcode_that_nobody_read_is_unknown_rather_than_an_error(index):
    assert index.look_up(Postcode("LS1", "2CI")).certainty == "unknown"
    assert index.look_up(Postcode("", "")).certainty == "unknown"


def test_answers_cannot_be_changed(index):
    with pytest.raises(FrozenInstanceError):
        index.look_up(read("LS1 2AA")).certainty = "likely"


def test_suggestions_are_existing_postcodes_one_slip_away_likeliest_first(index):
    suggestions = [str(postcode) for postcode in index.suggestions(read("SW1S 4AB"))]

    # Looks alike; swapped, later characters first; a key beside, later characters first. Five at most.
    assert suggestions == ["SW15 4AB", "SW1S 4BA", "WS1S 4AB", "SW1S 3AB", "SW1A 4AB"]


def test_a_key_of_the_next_row_is_a_slip_too(index):
    assert index.suggestions(read("ZE1 1AQ")) == (read("ZE1 1AA"),)
    assert index.suggestions(read("ZE1 1ZA")) == (read("ZE1 1AA"),)


def test_a_postcode_far_from_every_other_has_no_suggestions(index):
    assert index.suggestions(read("LL77 7LL")) == ()


def test_a_postcode_without_codes_is_never_suggested(index):
    assert index.suggestions(read("LS9 9AQ")) == ()


def test_the_index_says_what_it_was_made_from(index, built):
    assert (index.edition, index.date) == ("2031.2.0", date(2031, 4, 20))
    assert (index.postcodes, index.sectors, index.shared_sectors) == (144, 129, 2)
    assert index.authorities == tuple(
        sorted([built.county, built.north, built.south, built.east, built.west, built.middle])
    )
    assert index.attribution == (
        "Contains OS data © Crown copyright and database right 2031. "
        "Contains Royal Mail data © Royal Mail copyright and database right 2031. "
        "Contains National Statistics data © Crown copyright and database right 2031."
    )


AUTHORITIES = [f"E0600090{number}" for number in range(7)]
POSTCODES = st.builds(
    Postcode, st.sampled_from(["B1", "LS1", "LS11"]), st.from_regex(r"[089][AZ][ABDZ]", fullmatch=True)
)


@given(st.dictionaries(POSTCODES, st.sampled_from(AUTHORITIES), min_size=1, max_size=60), POSTCODES)
def test_whatever_postcodes_exist_each_question_is_answered_by_the_rule(existing, asked):
    gazetteer = Gazetteer()
    for postcode, authority in existing.items():
        gazetteer.add(postcode, authority)
    index = Index(decode(encode(gazetteer.contents("2031.2.0", date(2031, 4, 20)))))

    sector = Counter(
        authority
        for postcode, authority in existing.items()
        if (postcode.outward, postcode.inward[0]) == (asked.outward, asked.inward[0])
    )
    most_common_first = tuple(sorted(sector, key=lambda authority: (-sector[authority], authority)))[:5]
    if asked in existing:
        expected = IndexAnswer("exact", (existing[asked],))
    else:
        expected = IndexAnswer(("unknown", "likely", "shared")[min(len(sector), 2)], most_common_first)
    assert index.look_up(asked) == expected


@pytest.fixture
def copy(built, tmp_path):
    """Write what is left of a damaged index to a file, and give its path."""

    def write(data):
        path = tmp_path / "postcodes.index"
        path.write_bytes(data)
        return path

    return write


def test_cut_at_any_byte_it_is_refused(built, copy):
    whole = built.index.read_bytes()

    for length in range(len(whole)):
        with pytest.raises(IndexUnusable):
            Index.open(copy(whole[:length]))


def test_with_any_byte_flipped_it_is_refused(built, copy):
    whole = built.index.read_bytes()

    for position in range(len(whole)):
        for flip in (0x01, 0x80, 0xFF):
            altered = bytearray(whole)
            altered[position] ^= flip
            with pytest.raises(IndexUnusable):
                Index.open(copy(altered))


def signed(data):
    """The same bytes with a checksum that matches them."""
    return data[:10] + hashlib.sha256(data[:10] + data[42:]).digest() + data[42:]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda whole: whole[:0], "is not an index file, or only the start of one."),
        (lambda whole: whole + b"\0", "is damaged: its checksum does not match."),
        (
            lambda whole: signed(whole[:8] + b"\2\0" + whole[10:]),
            "has format 2, newer than the 1 that this site reads.",
        ),
        (lambda whole: signed(whole[:-1]), "is whole, but not laid out as this site reads it."),
    ],
    ids=["empty", "longer", "newer", "laid out otherwise"],
)
def test_it_says_why_it_refuses(built, copy, damage, sentence):
    with pytest.raises(IndexUnusable) as refused:
        Index.open(copy(damage(built.index.read_bytes())))

    assert str(refused.value) == f"The postcode index {sentence}"


def test_a_file_that_is_not_there_is_refused_with_its_name_and_no_folder(tmp_path):
    with pytest.raises(IndexUnusable) as refused:
        Index.open(tmp_path / "postcodes.index")

    assert (
        str(refused.value) == "The postcode index postcodes.index cannot be read: No such file or directory."
    )
