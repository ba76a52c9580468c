"""Whatever the disk or the database refuses, a command says in a sentence, exits 1 and shows no more."""

from pathlib import Path

import pytest

from app.settings import DATA
from tests.faults.conftest import run, says_plainly

IN = str(DATA / "tiles.csv")
TABLES = ("data load", "data export {out}", f"postcodes resolve {IN} {{out}} --column slug")


@pytest.mark.parametrize("command", TABLES)
@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 1000])
def test_without_a_database_that_serves(tmp_path: Path, command: str, content: bytes | None) -> None:
    database = tmp_path / "council.sqlite"
    if content is not None:
        database.write_bytes(content)
    done = run("flask", *command.format(out=tmp_path / "out").split(), database=database)
    assert says_plainly(done), done.stderr
    assert "make setup" in done.stderr
    assert not (tmp_path / "out").is_file()
    assert database.exists() == (content is not None)


@pytest.mark.parametrize(
    "command",
    [
        "data export {file}/out",
        f"postcodes resolve {IN} {{missing}}/out.csv --column slug",
        "postcodes resolve {missing}/in.csv {missing}/out.csv",
        "postcodes resolve {folder}/in.csv {folder}/out.csv",
        "postcodes build {missing}/codepo.zip",
        "postcodes build {file}",
        "postcodes build {folder}",
    ],
)
def test_files_that_cannot_be_used(database: Path, tmp_path: Path, command: str) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text("")
    folder.mkdir()
    places = {"file": file, "folder": folder, "missing": tmp_path / "missing"}
    done = run("flask", *command.format(**places).split(), database=database)
    assert says_plainly(done), done.stderr


@pytest.mark.parametrize("place", ["file/council.sqlite", "."])
def test_migrating_where_no_database_can_be(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    done = run("alembic", "upgrade", "head", database=tmp_path / place)
    assert says_plainly(done), done.stderr
