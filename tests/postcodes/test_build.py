"""Making the index from Code-Point Open: what is written, and what stops it with the old files whole."""

import csv
import shutil
import zipfile
from datetime import date

import pytest

from app.postcodes.build import BuildFailed
from app.postcodes.code_point import AREAS_OF_GREAT_BRITAIN
from app.postcodes.index import Index, IndexAnswer
from app.postcodes.postcode import read


def look_up(invented, text):
    return Index.open(invented.index).look_up(read(text))


def test_great_britain_has_120_areas():
    assert len(AREAS_OF_GREAT_BRITAIN) == 120


def test_every_coded_postcode_comes_back_exact_with_its_authority(invented):
    invented.build()

    index = Index.open(invented.index)
    coded = {postcode: authority for postcode, authority in invented.postcodes.items() if authority}
    assert {postcode: index.look_up(read(postcode)) for postcode in coded} == {
        postcode: IndexAnswer("exact", (authority,)) for postcode, authority in coded.items()
    }


def test_the_report_counts_what_was_built_and_what_could_not_be_used(invented):
    with invented.area("LS").open("a") as file:
        file.write(invented.row("1S1 2AA", invented.east))
        file.write(invented.row("LS1 2CA", invented.east))

    report = invented.build()

    coded = sum(bool(authority) for authority in invented.postcodes.values())
    assert (report.rows_without_codes, report.rows_malformed) == (2, 2)
    assert report.postcodes == len(AREAS_OF_GREAT_BRITAIN) + coded
    assert report.rows == report.postcodes + 4
    assert report.shared_sectors == 2
    assert report.authorities == 6
    assert report.size == invented.index.stat().st_size


def test_the_folder_and_the_zip_give_the_same_bytes_every_time(invented):
    built = set()
    for source in (invented.folder, invented.zipped(), invented.folder):
        invented.build(source)
        built.add((invented.index.read_bytes(), invented.neighbours.read_bytes()))

    assert len(built) == 1


def test_the_order_of_rows_does_not_change_the_bytes(invented):
    invented.build()
    before = invented.index.read_bytes()
    rows = invented.area("LS").read_text().splitlines(keepends=True)
    invented.area("LS").write_text("".join(reversed(rows)))

    invented.build()

    assert invented.index.read_bytes() == before


def test_only_the_two_files_are_left(invented):
    invented.build()

    assert sorted(invented.index.parent.iterdir()) == [invented.neighbours, invented.index]


def test_progress_rises_to_the_end(invented):
    heard = []

    invented.build(progress=lambda done, total: heard.append((done, total)))

    assert heard == [(done, 240) for done in range(1, 241)]


def test_edition_and_date_come_from_the_metadata(invented):
    report = invented.build()

    assert (report.edition, report.date) == ("2031.2.0", date(2031, 4, 20))


def test_without_metadata_the_edition_told_gives_the_month_os_publishes_it(invented):
    invented.metadata.unlink()

    report = invented.build(edition="2031.4.0")

    assert (report.edition, report.date) == ("2031.4.0", date(2031, 11, 1))


def test_an_edition_told_goes_before_the_one_in_the_metadata(invented):
    assert invented.build(edition="2031.2.1").edition == "2031.2.1"


def test_a_later_edition_replaces_the_old_one(invented):
    invented.build()
    invented.add("LS1 2BB", invented.south)

    invented.build(edition="2031.3.0")

    assert look_up(invented, "LS1 2BB") == IndexAnswer("exact", (invented.south,))


def test_a_damaged_old_index_is_replaced(invented):
    invented.index.write_bytes(b"KCCindex and no more")

    invented.build()

    assert look_up(invented, "LS1 2AA").certainty == "exact"


def test_neighbours_are_the_authorities_that_share_a_sector_both_ways_in_order(invented):
    invented.build()

    text = invented.neighbours.read_bytes().decode()
    rows = list(csv.reader(text.splitlines()))
    pairs = {(gss, other): (int(sectors), int(postcodes)) for gss, other, sectors, postcodes in rows[1:]}
    assert "\r" not in text
    assert rows[0] == ["gss", "neighbour_gss", "sectors", "postcodes"]
    assert rows[1:] == sorted(rows[1:])
    assert len(pairs) == 6 * 5
    assert all(pairs[other, gss] == pairs[gss, other] for gss, other in pairs)
    assert pairs[invented.south, invented.county] == (2, 6 + 7)
    assert pairs[invented.north, invented.middle] == (1, 7)


def drop_an_area(invented):
    invented.area("ZE").unlink()


def drop_many_areas(invented):
    for area in AREAS_OF_GREAT_BRITAIN[:5]:
        invented.area(area).unlink()


def empty_an_area(invented):
    invented.area("ZE").write_text("")


def keep_two_editions(invented):
    shutil.copytree(invented.folder / "Data", invented.folder / "Old")


def shorten_a_row(invented):
    with invented.area("LS").open("a") as file:
        file.write('"LS1 2BB",10,428811\n')


def name_an_unknown_authority(invented):
    invented.add("AL1 2BB", "E06000999")


def contradict_a_row(invented):
    invented.add("LS1 2AA", invented.south)


def lose_every_code(invented):
    for area in AREAS_OF_GREAT_BRITAIN:
        invented.area(area).write_text(invented.row(f"{area}1 1AA", ""))


def lose_the_postcodes_of_ls_and_sw(invented):
    for area in ("LS", "SW"):
        invented.area(area).write_text(invented.row(f"{area}1 1AA", invented.north))


def lose_the_metadata(invented):
    invented.metadata.unlink()


def misdate_the_metadata(invented):
    invented.metadata.write_text(invented.metadata.read_text().replace("20310420", "20310431"))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (drop_an_area, "codepo_gb lacks ze.csv. Every area of Great Britain has its own file."),
        (
            drop_many_areas,
            "codepo_gb lacks ab.csv, al.csv, b.csv and 2 more. Every area of Great Britain has its own file.",
        ),
        (empty_an_area, "ze.csv is empty. Every area of Great Britain has postcodes."),
        (
            keep_two_editions,
            "codepo_gb has more than one ab.csv, al.csv, b.csv and 117 more. "
            "Give one edition of Code-Point Open.",
        ),
        (shorten_a_row, "Line 21 of ls.csv has too few columns: 3 instead of 10."),
        (
            name_an_unknown_authority,
            "Line 2 of al.csv names the authority E06000999, "
            "which is not among the councils this site knows.",
        ),
        (
            contradict_a_row,
            "The new index, read back, does not answer line 2 of ls.csv as it stands there. "
            "If that postcode is listed twice, its authorities must agree.",
        ),
        (lose_every_code, "Not one row has both a postcode and an authority."),
        (
            lose_the_postcodes_of_ls_and_sw,
            "Edition 2031.2.0 has 122 postcodes with an authority, fewer than 90% of the 144 "
            "of the last edition (2031.2.0).",
        ),
        (
            lose_the_metadata,
            "Nothing says which edition this is: Doc/metadata.txt is missing, or has no number and date. "
            "Give the edition as OS numbers it, like 2025.4.0.",
        ),
        (misdate_the_metadata, "Doc/metadata.txt has a copyright date that is not in the calendar."),
    ],
)
def test_a_source_that_is_not_right_is_refused_with_a_sentence(invented, damage, sentence):
    assert_refused(invented, damage, sentence, lambda: invented.folder)


def nothing_else(invented):
    pass


def hand_over_a_text(invented):
    path = invented.folder.with_name("codepo.txt")
    path.write_text("postcode,authority\n")
    return path


def hand_over_nothing(invented):
    return invented.folder.with_name("nowhere.zip")


def hand_over_a_cut_zip(invented):
    path = invented.zipped()
    path.write_bytes(path.read_bytes()[:-100])
    return path


def hand_over_a_scratched_zip(invented):
    path = invented.zipped()
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("codepo_gb/Data/CSV/sw.csv").header_offset
    data = bytearray(path.read_bytes())
    data[start + 100] ^= 0xFF
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (hand_over_a_text, "codepo.txt is not a zip file. "),
        (hand_over_nothing, "There is no file or folder nowhere.zip."),
        (hand_over_a_cut_zip, "codepo_gb.zip is not a zip file. "),
        (hand_over_a_scratched_zip, "sw.csv cannot be read ("),
    ],
)
def test_a_source_that_is_neither_a_folder_nor_a_whole_zip_is_refused(invented, source, sentence):
    assert_refused(invented, nothing_else, sentence, lambda: source(invented))


def assert_refused(invented, damage, sentence, source):
    """After a good build, the damage stops the next one; both old files stay as they were, and alone."""
    invented.build()
    old = invented.index.read_bytes(), invented.neighbours.read_bytes()
    damage(invented)

    with pytest.raises(BuildFailed) as refused:
        invented.build(source())

    assert str(refused.value).startswith(sentence)
    assert (invented.index.read_bytes(), invented.neighbours.read_bytes()) == old
    assert sorted(invented.index.parent.iterdir()) == [invented.neighbours, invented.index]


def test_a_folder_that_cannot_be_written_to_is_named(invented):
    invented.index = invented.index.parent / "absent" / "postcodes.index"

    with pytest.raises(BuildFailed, match="No such file or directory"):
        invented.build()


def test_an_interrupted_build_leaves_nothing_behind(invented):
    def interrupt(done, total):
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        invented.build(progress=interrupt)

    assert list(invented.index.parent.iterdir()) == []
