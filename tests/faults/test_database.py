"""The database is missing, emptied, locked, read-only or damaged: the running site goes on or says so.

Each time every address is asked. An answer is the very page of a healthy site, or a 503 that leads on. Once
the cause is gone the same server, not started again, answers everything as before.
"""

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app import create_app
from app.settings import DATA, ROOT
from tests.faults.conftest import (
    Answer,
    Serve,
    Site,
    assert_leads_on,
    environment,
    needs_root,
    run,
    says_plainly,
    set_up,
)  # fmt: skip
from tests.pages import BODIES

COUNCIL, ANOTHER = "/councils/kent", "/councils/leeds"  # neither is among the addresses that all are asked


def is_whole(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def take_away(database: Path) -> None:
    database.unlink()


def empty(database: Path) -> None:
    database.write_bytes(b"")


def scribble_on_the_header(database: Path) -> None:
    scribble(database, 0, 100)


def scribble_in_the_middle(database: Path) -> None:
    scribble(database, database.stat().st_size // 2, 100_000)


def cut_in_half(database: Path) -> None:
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size // 2)


def scribble(database: Path, start: int, length: int, seed: int = 5) -> None:
    with database.open("r+b") as file:
        file.seek(start)
        file.write(random.Random(seed).randbytes(length))


FAULTS = (take_away, empty, scribble_on_the_header, scribble_in_the_middle, cut_in_half)
DAMAGE = FAULTS[2:]


def fails_and_comes_back(site: Site, database: Path) -> None:
    """Under a fault that shows everywhere; then `make setup`, with what is damaged moved away first."""
    assert site.ready() == 503
    assert_leads_on(site.get(COUNCIL), COUNCIL)
    assert 50 < site.out_of_order() < len(site.healthy)  # some pages need no database
    if database.exists() and database.stat().st_size:
        for file in database.parent.iterdir():
            file.rename(file.with_name(f"moved-away-{file.name}"))
    set_up(database)
    assert site.ready() == 200
    assert site.out_of_order() == 0
    assert site.get(ANOTHER).status_code == 200
    assert is_whole(database)


@pytest.mark.parametrize("damage", FAULTS)
def test_a_fault_from_the_start(serve: Serve, database: Path, damage: Callable[[Path], None]) -> None:
    damage(database)
    before = database.read_bytes() if database.exists() else None
    site = serve(database)
    assert site.ready() == 503
    assert_leads_on(site.get(COUNCIL), COUNCIL)
    assert (database.read_bytes() if database.exists() else None) == before, "serving wrote to it"
    fails_and_comes_back(site, database)


@pytest.mark.parametrize("damage", FAULTS)
def test_a_fault_while_running(serve: Serve, database: Path, damage: Callable[[Path], None]) -> None:
    site = serve(database)
    assert (site.ready(), site.get(ANOTHER).status_code) == (200, 200)
    damage(database)
    fails_and_comes_back(site, database)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_copy_put_back_over_a_damaged_file_is_taken_up(
    serve: Serve, database: Path, loaded_database: Path, damage: Callable[[Path], None]
) -> None:
    site = serve(database)
    assert site.ready() == 200
    damage(database)
    assert site.ready() == 503
    shutil.copyfile(loaded_database, database)
    assert (site.ready(), site.get(COUNCIL).status_code) == (200, 200)


def test_taken_away_with_changes_still_to_be_written_back(
    serve: Serve, database: Path, tmp_path: Path
) -> None:
    """The file alone is deleted; what was to be written into it must not get into the new one."""
    site = serve(database)
    assert site.ready() == 200
    changed = changed_facts(tmp_path)
    assert run("flask", "data", "load", str(changed), database=database).returncode == 0
    assert database.with_name(database.name + "-wal").stat().st_size > 0
    database.unlink()
    assert site.ready() == 503
    set_up(database)
    assert (site.ready(), site.out_of_order()) == (200, 0)
    assert is_whole(database)


@pytest.mark.parametrize("damage", DAMAGE)
def test_set_up_leaves_a_damaged_file_as_it_is_and_says_what_to_do(
    database: Path, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    damage(database)
    before = database.read_bytes()
    for arguments in (
        ("alembic", "upgrade", "head"),
        ("flask", "data", "load"),
        ("flask", "data", "export", str(tmp_path / "out")),
        (
            "flask",
            "postcodes",
            "resolve",
            str(DATA / "tiles.csv"),
            str(tmp_path / "x.csv"),
            "--column",
            "slug",
        ),
    ):
        done = run(*arguments, database=database)
        assert says_plainly(done), done.stderr
        assert "Move its file away" in done.stderr
    assert database.read_bytes() == before
    assert [path.name for path in (tmp_path / "out").glob("*")] == []


def test_a_page_of_the_file_scribbled_over_never_shows_as_a_page_of_the_site(
    database: Path, healthy: dict[tuple[str, str], Answer]
) -> None:
    """Forty random places, a disk's block each: every answer is right to the byte or a 503."""
    whole = database.read_bytes()
    chance = random.Random(6)
    paths = [
        "/",
        "/councils",
        "/map",
        "/compare.csv?with=southwark,kent",
        *(f"/councils/{x}" for x in BODIES),
    ]
    refused = 0
    for _ in range(40):
        database.write_bytes(whole)
        scribble(database, chance.randrange(len(whole) // 4096) * 4096, 4096, chance.randrange(10**6))
        client = create_app(environment(database)).test_client()
        for path in paths:
            answer = client.get(path)
            expected = healthy["GET", path]
            assert answer.status_code == 503 or (answer.status_code, answer.data) == (
                expected.status,
                expected.body,
            )
            refused += answer.status_code == 503
    assert refused > 20 * len(paths)


def changed_facts(tmp_path: Path) -> Path:
    """The shipped facts without their last answer."""
    folder = tmp_path / "changed"
    shutil.copytree(DATA, folder)
    lines = (folder / "answers.csv").read_text().splitlines(keepends=True)
    (folder / "answers.csv").write_text("".join(lines[:-1]))
    return folder


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_locked_by_another_writer_for_ten_seconds(
    serve: Serve, database: Path, tmp_path: Path, lock: str
) -> None:
    """Nobody who reads notices; a load waits its turn."""
    site = serve(database)
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute(f"BEGIN {lock}")
        writer.execute("UPDATE councils SET name = 'half-written'")
        began = time.monotonic()
        load = subprocess.Popen(
            [sys.executable, "-m", "flask", "data", "load", str(changed_facts(tmp_path))],
            cwd=ROOT, env=environment(database), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert (site.ready(), site.out_of_order()) == (200, 0)
        while time.monotonic() - began < 10:
            assert site.get(COUNCIL).status_code == 200
            time.sleep(0.2)
        assert load.poll() is None, "the load did not wait"
        writer.execute("ROLLBACK")
    said, _ = load.communicate(timeout=30)
    assert (load.returncode, said) == (0, "0 added, 0 changed, 1 removed, 2600 unchanged\n")


def test_locked_even_for_readers(serve: Serve, database: Path) -> None:
    """Somebody keeps the whole file to himself, as some tools do. Nobody waits long for an answer."""
    with closing(sqlite3.connect(database, isolation_level=None)) as selfish:
        selfish.execute("PRAGMA locking_mode = EXCLUSIVE")
        selfish.execute("BEGIN EXCLUSIVE")
        selfish.execute("COMMIT")
        site = serve(database)
        began = time.monotonic()
        assert_leads_on(site.get(COUNCIL), COUNCIL)
        assert time.monotonic() - began < 5
        assert site.get("/privacy").status_code == 200
        assert site.ready() == 503
    assert (site.ready(), site.out_of_order()) == (200, 0)


# Root may write anywhere, unless it gives that right up.
AS_OTHERS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


@pytest.fixture
def writable_again(database: Path) -> Iterator[None]:
    yield
    database.parent.chmod(0o755)
    database.chmod(0o644)


@pytest.mark.parametrize(("file", "folder"), [(0o444, 0o755), (0o444, 0o555), (0o644, 0o555)])
def test_without_the_right_to_write(
    serve: Serve, database: Path, tmp_path: Path, writable_again: None, file: int, folder: int
) -> None:
    """Whoever only reads needs no more; a load says so. What another user loads is shown at once."""
    needs_root()
    database.chmod(file)
    database.parent.chmod(folder)
    site = serve(database, within=AS_OTHERS)
    assert (site.ready(), site.out_of_order()) == (200, 0)
    changed = changed_facts(tmp_path)
    refused = run("flask", "data", "load", str(changed), database=database, within=AS_OTHERS)
    assert says_plainly(refused), refused.stderr
    assert "cannot be written to" in refused.stderr
    unchanged = run("flask", "data", "load", database=database, within=AS_OTHERS)
    assert (unchanged.returncode, unchanged.stdout) == (0, "0 added, 0 changed, 0 removed, 2601 unchanged\n")
    borough = "/councils/southwark.json"
    before = site.get(borough).json()
    shutil.copytree(DATA, tmp_path / "renamed")
    path = tmp_path / "renamed" / "councils.csv"
    path.write_text(path.read_text().replace("London Borough of Southwark", "Southwark Borough"))
    assert run("flask", "data", "load", str(tmp_path / "renamed"), database=database).returncode == 0
    time.sleep(1)
    assert site.get(borough).json() != before
    assert is_whole(database)


def test_on_a_disk_that_can_only_be_read(serve: Serve, database: Path, tmp_path: Path) -> None:
    needs_root()
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", disk], check=True)
    try:
        shutil.copy(database, disk)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        on_disk = disk / database.name
        set_up(on_disk)  # there is nothing to do, so nothing to write
        site = serve(on_disk)
        assert (site.ready(), site.out_of_order()) == (200, 0)
        refused = run("flask", "data", "load", str(changed_facts(tmp_path)), database=on_disk)
        assert says_plainly(refused), refused.stderr
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
