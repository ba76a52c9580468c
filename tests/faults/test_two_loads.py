"""Two loads at once, and a load that only puts rows in another order."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.database import connect
from app.models import Revision
from app.records.load import export, load
from app.records.tables import MODELS, file_name
from app.settings import DATA, ROOT
from tests.conftest import TODAY
from tests.faults.conftest import environment, says_plainly
from tests.records import borsetshire

ROUNDS = 6


@pytest.fixture
def folders(tmp_path: Path) -> Mapping[str, Path]:
    """The shipped facts, and the same with another note on every answer that has one and no audits."""
    changed = tmp_path / "changed"
    shutil.copytree(DATA, changed)
    for name in ("answers.csv", "documents.csv"):
        text = (changed / name).read_text(encoding="utf-8")
        (changed / name).write_text(text.replace(",archived copy", ",live page"), encoding="utf-8")
    audits = (changed / "audits.csv").read_text().splitlines(keepends=True)
    (changed / "audits.csv").write_text("".join(audits[:-1]))
    return {"David": changed, "Ruth": DATA}


def held(engine: Engine, folder: Path) -> tuple[bytes, ...]:
    export(engine, folder)
    return tuple((folder / file_name(model)).read_bytes() for model in MODELS)


def test_two_at_once_come_one_after_the_other(
    database: Path, folders: Mapping[str, Path], tmp_path: Path
) -> None:
    """Six times two. Played back, the revisions lead from the first state to the last."""
    engine = connect(f"sqlite:///{database}")
    contents = [held_in(folder) for folder in folders.values()]
    for _ in range(ROUNDS):
        running = {
            by: subprocess.Popen(
                [sys.executable, "-m", "flask", "data", "load", str(folder), "--by", by],
                cwd=ROOT,
                env=environment(database),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for by, folder in folders.items()
        }
        for load_ in running.values():
            said, wrong = load_.communicate(timeout=120)
            done = subprocess.CompletedProcess(load_.args, load_.returncode, said, wrong)
            assert done.returncode == 0 or says_plainly(done), wrong
        assert held(engine, tmp_path / "out") in contents
        assert_history_is_whole(engine)
    engine.dispose()


def assert_history_is_whole(engine: Engine) -> None:
    """Each change begins where the one before it ended, so no load overlooked what another did."""
    now: dict[tuple[str, str], dict[str, object]] = {}
    with Session(engine) as session:
        for each in session.scalars(select(Revision).order_by(Revision.id)):
            key = each.table_name, each.row_key
            if each.action == "added":
                assert key not in now
                now[key] = dict(each.after or {})
            elif each.action == "removed":
                assert now.pop(key) == each.before
            elif each.action == "changed":
                assert each.before is not None
                assert {name: now[key][name] for name in each.before} == each.before
                now[key].update(each.after or {})


def test_a_load_of_what_is_there_waits_for_nobody(database: Path) -> None:
    engine = connect(f"sqlite:///{database}")
    with engine.execution_options(writes=True).begin():
        assert str(load(engine, DATA, "Ruth", TODAY)) == "0 added, 0 changed, 0 removed, 2601 unchanged"
    engine.dispose()


def test_a_new_order_alone_leaves_one_revision_for_its_table(engine: Engine, tmp_path: Path) -> None:
    folder = borsetshire.write(tmp_path / "data")
    load(engine, folder, "Ruth", TODAY)
    header, *lines = (folder / "searches.csv").read_text().splitlines(keepends=True)
    (folder / "searches.csv").write_text("".join([header, *reversed(lines)]))
    load(engine, folder, "David", TODAY)
    load(engine, folder, "David", TODAY)
    with Session(engine) as session:
        (moved,) = session.scalars(select(Revision).where(Revision.by == "David"))
    assert (moved.table_name, moved.action, moved.row_key) == ("searches", "moved", "")
    assert (moved.before, moved.after) == (None, {"rows": "2"})
    assert held(engine, tmp_path / "out") == held_in(folder)


def held_in(folder: Path) -> tuple[bytes, ...]:
    return tuple((folder / file_name(model)).read_bytes() for model in MODELS)
