"""Killed with SIGKILL at fifty random moments of each kind of work: what is there is whole, old or new."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from app.models import Base
from app.postcodes.index_file import decode
from app.records.tables import MODELS, file_name
from app.settings import DATA, ROOT
from tests.faults.conftest import environment
from tests.faults.killing import victim
from tests.postcodes.conftest import InventedEdition

KILLS = 50  # that meet the work, not its end
WRITING = 15  # of these must leave a half-written file behind
MENDING = 5  # so many kills, then a run that must complete


def rows(database: Path, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    """What the tables hold; that the file is whole is seen first."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}


def names_of_tables(database: Path) -> set[str]:
    (found,) = rows(database, "sqlite_master").values()
    return {str(row[1]) for row in found if row[0] == "table"}


def assert_git_ignores(left: list[Path]) -> None:
    for path in left:
        beside = ["git", "check-ignore", "--no-index", "-q", f"data/{path.name}"]
        assert subprocess.run(beside, cwd=ROOT, check=False).returncode == 0, path.name


def others_in(folder: Path, *expected: str) -> list[Path]:
    """What is in a folder beside the files that belong there: left over, and named so that it shows."""
    left = [path for path in folder.iterdir() if path.name not in expected]
    assert all(path.name.startswith(".") and path.name.endswith(".part") for path in left), left
    assert len(left) <= 2 * len(expected)
    return left


def test_migrations(tmp_path: Path) -> None:
    """Up from nothing and down again, in turn."""
    database = tmp_path / "council.sqlite"
    everything = {"alembic_version", *Base.metadata.tables}
    with victim(environment(database)) as alembic:
        for _ in range(3):
            alembic.run("alembic", "upgrade", "head")
            alembic.run("alembic", "downgrade", "base")
        for attempt in alembic.attempts(KILLS):
            down = attempt % 2
            alembic.kill("alembic", *(("downgrade", "base") if down else ("upgrade", "head")))
            assert names_of_tables(database) in ({"alembic_version"}, everything)
            assert rows(database, "alembic_version")["alembic_version"] in ([], [("0003",)])
            alembic.run("alembic", *(("downgrade", "base") if down else ("upgrade", "head")))
            assert names_of_tables(database) == ({"alembic_version"} if down else everything)
            if not down and attempt % 4 == 0:
                database.unlink()  # and from no file at all
                alembic.run("alembic", "upgrade", "head")


def test_loads(database: Path, tmp_path: Path) -> None:
    """From the shipped facts to changed ones and back; the revisions say what was done and no more."""
    changed = tmp_path / "changed"
    shutil.copytree(DATA, changed)
    for name in ("answers.csv", "documents.csv"):
        text = (changed / name).read_text(encoding="utf-8")
        (changed / name).write_text(text.replace(",archived copy", ",live page"), encoding="utf-8")
    tables = [file_name(model).removesuffix(".csv") for model in MODELS]
    folders, states = (changed, DATA), []
    with victim(environment(database)) as load:
        for folder in folders:
            load.run("flask", "data", "load", str(folder))
            states.append(rows(database, *tables))
        assert states[0] != states[1]
        done = len(rows(database, "revisions")["revisions"])
        each = (done - sum(map(len, states[1].values()))) // 2
        held = 1  # which of the two the tables hold
        for attempt in load.attempts(KILLS):
            load.kill("flask", "data", "load", str(folders[1 - held]))
            now, trace = rows(database, *tables), len(rows(database, "revisions")["revisions"])
            assert (now, trace) in ((states[held], done), (states[1 - held], done + each))
            held, done = states.index(now), trace
            if attempt % MENDING == 0:
                load.run("flask", "data", "load", str(folders[1 - held]))
                held, done = 1 - held, done + each
                assert rows(database, *tables) == states[held]
                assert len(rows(database, "revisions")["revisions"]) == done


def test_exports(database: Path, tmp_path: Path) -> None:
    """Over older files: each is the old one or the new one."""
    folder = tmp_path / "out"
    names = [file_name(model) for model in MODELS]
    with victim(environment(database)) as export:
        for _ in range(3):
            export.run("flask", "data", "export", str(folder))
        for attempt in export.attempts(KILLS):
            for name in names:
                (folder / name).write_text("old\n")
            export.kill("flask", "data", "export", str(folder))
            for name in names:
                assert (folder / name).read_bytes() in (b"old\n", (DATA / name).read_bytes()), name
            assert_git_ignores(others_in(folder, *names))
            if attempt % MENDING == 0:
                export.run("flask", "data", "export", str(folder))
                assert all((folder / name).read_bytes() == (DATA / name).read_bytes() for name in names)
                assert others_in(folder, *names) == []


def test_builds(database: Path, tmp_path: Path) -> None:
    """Two editions in turn, so that old and new differ."""
    edition = InventedEdition(tmp_path)
    data = edition.index.parent
    for name in map(file_name, MODELS):
        shutil.copyfile(DATA / name, data / name)
    (data / "councils.csv").write_text(councils_of(edition))
    names = [file_name(model) for model in MODELS] + ["postcodes.index"]
    zips = [edition.zipped().rename(tmp_path / "first.zip")]
    edition.add("LS1 2ZY", edition.north)
    zips.append(edition.zipped().rename(tmp_path / "second.zip"))
    built = []
    with victim(environment(database), data) as build:
        for source in zips:
            build.run("flask", "postcodes", "build", str(source))
            built.append((edition.index.read_bytes(), edition.neighbours.read_bytes()))
        assert built[0][0] != built[1][0]
        assert built[0][1] != built[1][1]
        for attempt in build.attempts(KILLS):
            build.kill("flask", "postcodes", "build", str(zips[attempt % 2]))
            assert edition.index.read_bytes() in (built[0][0], built[1][0])
            assert edition.neighbours.read_bytes() in (built[0][1], built[1][1])
            assert decode(edition.index.read_bytes()).edition == "2031.2.0"
            assert_git_ignores(others_in(data, *names))
            if attempt % MENDING == 0:
                build.run("flask", "postcodes", "build", str(zips[attempt % 2]))
                assert (edition.index.read_bytes(), edition.neighbours.read_bytes()) == built[attempt % 2]
                assert others_in(data, *names) == []


def councils_of(edition: InventedEdition) -> str:
    header = (DATA / "councils.csv").read_text().splitlines()[0]
    codes = (edition.county, edition.north, edition.south, edition.east, edition.west, edition.middle)
    lines = (f"x{i},{code},X,X,county,England,X,,,," for i, code in enumerate(codes))
    return "\n".join([header, *lines]) + "\n"


def test_resolves(database: Path, tmp_path: Path) -> None:
    """Over an older file, with --force."""
    source, target = tmp_path / "work" / "in.csv", tmp_path / "work" / "out.csv"
    source.parent.mkdir()
    source.write_text("name,postcode\n" + "Ruth,SE1 2DL\nDavid,LS1 1UR\nEddie,nowhere\n" * 8_000)
    arguments = ("flask", "postcodes", "resolve", str(source), str(target), "--force")
    with victim(environment(database)) as resolve:
        for _ in range(3):
            resolve.run(*arguments)
        right, half_written = target.read_bytes(), set[Path]()
        assert right.count(b"\n") == 24_001
        for attempt in resolve.attempts(KILLS, lambda: len(half_written) >= WRITING):
            target.write_text("old\n")
            resolve.kill(*arguments)
            assert target.read_bytes() in (b"old\n", right)
            half_written.update(left := others_in(source.parent, "in.csv", "out.csv"))
            assert_git_ignores(left)
            if attempt % MENDING == 0:
                resolve.run(*arguments)
                assert target.read_bytes() == right
                assert others_in(source.parent, "in.csv", "out.csv") == []
