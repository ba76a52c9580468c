"""Every fault of the tables is reported as file:line: sentence."""

from datetime import date
from pathlib import Path

import pytest

from app.records.check import check, read_files
from app.settings import DATA
from tests.records import borsetshire

TODAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return borsetshire.write(tmp_path / "data")


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in check(read_files(folder), TODAY)]


def test_sound_files_have_no_faults(folder: Path) -> None:
    assert faults(folder) == []


def test_the_shipped_facts_have_no_faults() -> None:
    assert [str(fault) for fault in check(read_files(DATA), TODAY) if not fault.warning] == []


@pytest.mark.parametrize(
    ("name", "old", "new", "reported"),
    [
        ("answers.csv", "borsetshire,approach", "borchester,approach", "answers.csv:2: unknown slug “borchester”"),
        ("answers.csv", "approach,yes", "approach,perhaps", "answers.csv:2: answer is “perhaps”; it must be no or yes"),
        ("answers.csv", "housing,no", "gardens,no", "answers.csv:3: unknown criterion “gardens”"),
        ("answers.csv", "housing,no", "approach,no", "answers.csv:3: duplicate: line 2 has borsetshire / approach"),
        ("answers.csv", "housing,no", "current,no", "answers.csv:3: the answer to “current” follows"),
        ("answers.csv", "Nothing on housing", "x" * 161, "answers.csv:3: note has"),
        ("answers.csv", "pages.,https://www.borsetshire.example/offer.pdf", "pages.,", "answers.csv:3: missing source"),
        ("answers.csv", "2026-11-01,live page\nb", "2026-11-31,live page\nb", "answers.csv:2: checked_on is “2026-11-31”"),
        ("answers.csv", "2026-11-01,live page\nb", "20261101,live page\nb", "answers.csv:2: checked_on is “20261101”"),
        ("answers.csv", "2026-11-01,live page\nb", "2027-01-01,live page\nb", "answers.csv:2: checked_on is 2027-01-01, which is still to come"),
        ("answers.csv", ",live page\nb", "\nb", "answers.csv:2: has 6 cells; the header has 7"),
        ("answers.csv", "slug,criterion", "slug,question", "answers.csv:1: the header lacks criterion"),
        ("answers.csv", "slug,criterion", "criterion,slug", "answers.csv:1: the header must read slug,criterion"),
        ("documents.csv", "seen_as\n", "seen_as,more\n", "documents.csv:1: the header has columns we do not know: more"),
        ("documents.csv", "2025-03", "March 2025", "documents.csv:2: dated is “March 2025”"),
        ("documents.csv", "2025-03", "2025-13", "documents.csv:2: dated is “2025-13”"),
        ("documents.csv", "borsetshire,1", "borsetshire,first", "documents.csv:2: rank is “first”, not a small number"),
        ("documents.csv", "https://www.borsetshire.example/offer.pdf", "offer.pdf", "documents.csv:2: “offer.pdf” is not a web address"),
        ("documents.csv", "local_offer", "offer", "documents.csv:2: kind is “offer”; it must be"),
        ("documents.csv", "Kinship local offer", " Kinship local offer", "documents.csv:2: title has spaces at an end"),
        ("councils.csv", "E06000901", "E0600", "councils.csv:3: “E0600” is not an ONS area code"),
        ("councils.csv", ",Felpersham,", ",,", "councils.csv:3: name is empty"),
        ("districts.csv", "borsetshire,", "barsetshire,", "districts.csv:2: unknown slug “barsetshire”"),
        ("districts.csv", ",ambridge,", ",felpersham,", "districts.csv:2: slug “felpersham” is a council’s already"),
        ("successions.csv", "east-borsetshire", "north-borsetshire", "successions.csv:2: unknown slug “north-borsetshire”"),
        ("successions.csv", ",east-borsetshire,", ",,", "successions.csv:2: a change in force or planned needs"),
        ("contacts.csv", "kinship@borsetshire.example", "kinship at borsetshire", "contacts.csv:2: “kinship at borsetshire” is not an e-mail"),
        ("searches.csv", "felpersham,person", "felpersham,robot", "searches.csv:4: kind is “robot”"),
        ("successions.csv", "2027-04-01,planned", ",under_consideration", "successions.csv:2: effective_date is empty"),
        ("successions.csv", ",east-borsetshire,2027", ",borsetshire;felpersham,2027", "councils.csv:4: a council to come needs a row"),
        ("successions.csv", ",east-borsetshire,2027-04-01", ",east-borsetshire,2026-04-01", "successions.csv:2: east-borsetshire starts on 2027-04-01, after"),
        ("councils.csv", "E06000901", "E10000099", "councils.csv:2: duplicate: another council has the code E10000099"),
        ("councils.csv", "E06000901", "W06000901", "councils.csv:3: the code W06000901 is not one of England"),
        ("councils.csv", "unitary,England,West Midlands,https://www.f", "unitary,England,West Middlands,https://www.f", "councils.csv:3: region is “West Middlands”"),
        ("councils.csv", "unitary,England,West Midlands,https://www.f", "hsc_trust,England,West Midlands,https://www.f", "councils.csv:3: a hsc_trust is not in England"),
        ("districts.csv", "E07000901", "E06000901", "districts.csv:2: the code E06000901 is a council’s already"),
        ("districts.csv", "borsetshire,\n", "borsetshire,\nE07000902,ambridge,Ambridge,England,borsetshire,\n", "districts.csv:2: duplicate: another district"),
        ("code_changes.csv", "E06000801,E06000901", "E06000801,E06000909", "code_changes.csv:2: unknown code “E06000909”"),
        ("code_changes.csv", "E06000801,E06000901", "E06000801,E06000801", "code_changes.csv:2: these replace each other in a circle"),
        ("documents.csv", "2025-03", "2027-03", "documents.csv:2: dated is 2027-03, after the day it was checked"),
        ("documents.csv", "borsetshire,1", "borsetshire,99999999999", "documents.csv:2: rank is “99999999999”, not a small number"),
        ("contacts.csv", "01632 960121", "ask for Ruth", "contacts.csv:2: phone is “ask for Ruth”, without a number"),
        ("advice_lines.csv", "advice.,England", "advice.,Engalnd", "advice_lines.csv:2: nations is “Engalnd”"),
        ("tiles.csv", "felpersham,1,1", "felpersham,1,0", "tiles.csv:2: another council has the cell 1, 0 too"),
        ("tiles.csv", "felpersham,1,1", "felpersham,1,40", "tiles.csv:3: row is 40; the map ends at 39"),
        ("tiles.csv", "felpersham,1,1", "felpersham,-1,1", "tiles.csv:3: col is “-1”, not a small number"),
        ("tiles.csv", "felpersham,1", "felpersham-on-sea,1", "tiles.csv:3: unknown slug “felpersham-on-sea”"),
        ("councils.csv", "unitary,England,West Midlands,https://www.f", "welsh_unitary,Wales,Wales,https://www.f", "tiles.csv:3: felpersham is not in England"),
        ("audits.csv", "https://study.example/", "", "audits.csv:2: missing source"),
        ("neighbours.csv", "E06000901,E10000099", "E06000908,E10000099", "neighbours.csv:2: unknown code “E06000908”"),
    ],
)  # fmt: skip
def test_a_fault_is_reported_where_it_is(folder: Path, name: str, old: str, new: str, reported: str) -> None:
    borsetshire.change(folder, name, old, new)
    assert any(fault.startswith(reported) for fault in faults(folder)), faults(folder)


def test_an_http_address_is_a_warning_where_the_site_answers_over_https(folder: Path) -> None:
    old = "https://www.borsetshire.example/contact"
    borsetshire.change(folder, "contacts.csv", old, old.replace("https", "http"))
    [fault] = check(read_files(folder), TODAY)
    assert fault.warning
    assert "answers over https" in str(fault)


def test_line_numbers_count_lines_not_rows(folder: Path) -> None:
    borsetshire.change(folder, "documents.csv", "Kinship local offer", '"Kinship\nlocal offer"')
    assert faults(folder)[0].startswith("documents.csv:3: title has")


def test_unreadable_files_are_faults_too(folder: Path) -> None:
    (folder / "answers.csv").write_bytes(b"slug,criterion\n\xff\xfe")
    (folder / "contacts.csv").unlink()
    (folder / "documents.csv").write_text('slug,"rank\n', encoding="utf-8")
    reported = faults(folder)
    assert "answers.csv:2: this is not UTF-8 text; save the file as UTF-8" in reported
    assert "contacts.csv:1: the file is missing" in reported
    assert any(fault.startswith("documents.csv:1: is not well-formed CSV") for fault in reported)


def test_another_way_of_writing_csv_is_only_a_warning(folder: Path) -> None:
    path = folder / "answers.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    [fault] = faults(folder)
    assert fault.startswith("answers.csv:1: warning: not quite in this project’s form")


def test_a_bad_row_does_not_hide_those_after_it(folder: Path) -> None:
    borsetshire.change(folder, "answers.csv", "borsetshire,approach,yes", "short\nborsetshire,approach,maybe")
    reported = faults(folder)
    assert "answers.csv:2: has 1 cells; the header has 7" in reported
    assert "answers.csv:3: answer is “maybe”; it must be no or yes" in reported


def test_a_folder_in_place_of_a_table_is_a_fault(folder: Path) -> None:
    (folder / "contacts.csv").unlink()
    (folder / "contacts.csv").mkdir()
    assert any(fault.startswith("contacts.csv:1: the file cannot be read") for fault in faults(folder))
