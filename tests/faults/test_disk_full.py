"""Too little room on the disk: a sentence, nothing half-written; with room again the command succeeds."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.postcodes.build import BuildFailed
from app.records.tables import MODELS, file_name
from app.settings import DATA
from tests.faults.conftest import needs_root, run, says_plainly, set_up
from tests.faults.test_database import is_whole
from tests.postcodes.conftest import InventedEdition

NO_ROOM = ("No space left", "no room left", "room on its disk")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    needs_root()
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path, but_for: int) -> Path:
    """Leave so many bytes free."""
    filler = disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - but_for))
    return filler


def refuses(done: subprocess.CompletedProcess[str]) -> None:
    assert says_plainly(done), done.stderr
    assert any(words in done.stderr for words in NO_ROOM), done.stderr


@pytest.mark.parametrize("room", [0, 40_000, 100_000])
def test_loading(disk: Path, database: Path, tmp_path: Path, room: int) -> None:
    on_disk = disk / database.name
    set_up(on_disk)
    changed = tmp_path / "changed"
    shutil.copytree(DATA, changed)
    for path in (changed / "answers.csv", changed / "documents.csv"):
        path.write_text(path.read_text().replace(",archived copy", ",live page"))
    run("flask", "data", "export", str(tmp_path / "before"), database=on_disk)
    filler = fill(disk, room)
    refuses(run("flask", "data", "load", str(changed), database=on_disk))
    assert run("flask", "data", "export", str(tmp_path / "after"), database=on_disk).returncode == 0
    for model in MODELS:
        name = file_name(model)
        assert (tmp_path / "after" / name).read_bytes() == (tmp_path / "before" / name).read_bytes()
    filler.unlink()
    done = run("flask", "data", "load", str(changed), database=on_disk)
    assert done.returncode == 0, done.stderr
    assert "708 changed" in done.stdout
    assert is_whole(on_disk)


@pytest.mark.parametrize("room", [0, 20_000, 60_000])
def test_migrating(disk: Path, room: int) -> None:
    filler = fill(disk, room)
    on_disk = disk / "council.sqlite"
    refuses(run("alembic", "upgrade", "head", database=on_disk))
    filler.unlink()
    set_up(on_disk)
    assert is_whole(on_disk)


@pytest.mark.parametrize("room", [0, 30_000, 150_000])
def test_exporting(disk: Path, database: Path, room: int) -> None:
    folder = disk / "out"
    folder.mkdir()
    names = [file_name(model) for model in MODELS]
    for name in names:
        (folder / name).write_text("old\n")
    filler = fill(disk, room)
    refuses(run("flask", "data", "export", str(folder), database=database))
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    for name in names:
        assert (folder / name).read_bytes() in (b"old\n", (DATA / name).read_bytes())
    filler.unlink()
    assert run("flask", "data", "export", str(folder), database=database).returncode == 0
    assert all((folder / name).read_bytes() == (DATA / name).read_bytes() for name in names)


@pytest.mark.parametrize("room", [0, 100_000])
def test_resolving(disk: Path, database: Path, tmp_path: Path, room: int) -> None:
    source, target = tmp_path / "in.csv", disk / "out.csv"
    source.write_text("postcode\n" + "SE1 2DL\n" * 10_000)
    target.write_text("old\n")
    arguments = ("flask", "postcodes", "resolve", str(source), str(target), "--force")
    filler = fill(disk, room)
    refuses(run(*arguments, database=database))
    assert target.read_text() == "old\n"
    filler.unlink()
    assert sorted(path.name for path in disk.iterdir()) == ["out.csv"]
    assert run(*arguments, database=database).returncode == 0
    assert target.read_text().count("southwark") == 10_000


@pytest.mark.parametrize("room", [0, 4_096])
def test_building(disk: Path, room: int) -> None:
    edition = InventedEdition(disk)
    edition.build()
    old = edition.index.read_bytes(), edition.neighbours.read_bytes()
    edition.add("LS1 2ZY", edition.north)
    filler = fill(disk, room)
    with pytest.raises(BuildFailed, match="No space left on device"):
        edition.build()
    assert (edition.index.read_bytes(), edition.neighbours.read_bytes()) == old
    assert sorted(edition.index.parent.iterdir()) == [edition.neighbours, edition.index]
    filler.unlink()
    edition.build()
    assert edition.index.read_bytes() != old[0]
