"""Loading is all or nothing, leaves a trace of every change, and can be written out again."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.models import Answer, Council, Document, Revision
from app.records.load import Faulty, export, load
from app.settings import DATA, ROOT
from tests.records import borsetshire

TODAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return borsetshire.write(tmp_path / "data")


def revisions(engine: Engine) -> list[Revision]:
    with Session(engine) as session:
        return list(session.scalars(select(Revision).order_by(Revision.id)))


def test_the_first_load_adds_everything_and_says_who(engine: Engine, folder: Path) -> None:
    counts = load(engine, folder, "Ruth", TODAY)
    assert str(counts) == "20 added, 0 changed, 0 removed, 0 unchanged"
    trace = revisions(engine)
    assert len(trace) == 20
    assert {(each.by, each.action) for each in trace} == {("Ruth", "added")}
    assert trace[0].after is not None
    assert trace[0].after["name"] == "Borsetshire"
    assert trace[0].before is None


def test_loading_again_changes_nothing(engine: Engine, folder: Path) -> None:
    load(engine, folder, "Ruth", TODAY)
    assert str(load(engine, folder, "Ruth", TODAY)) == "0 added, 0 changed, 0 removed, 20 unchanged"
    assert len(revisions(engine)) == 20


def test_a_change_is_kept_from_what_to_what(engine: Engine, folder: Path) -> None:
    load(engine, folder, "Ruth", TODAY)
    borsetshire.change(
        folder, "answers.csv", "housing,no,Nothing on housing in 18 pages.", "housing,yes,Page 4."
    )
    assert str(load(engine, folder, "David", TODAY)).startswith("0 added, 1 changed, 0 removed")
    last = revisions(engine)[-1]
    assert (last.by, last.action, last.table_name, last.row_key) == (
        "David", "changed", "answers", "borsetshire | housing",
    )  # fmt: skip
    assert last.before == {"answer": "no", "note": "Nothing on housing in 18 pages."}
    assert last.after == {"answer": "yes", "note": "Page 4."}


def test_a_row_taken_out_is_removed_and_kept_in_the_trace(engine: Engine, folder: Path) -> None:
    load(engine, folder, "Ruth", TODAY)
    path = folder / "answers.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    assert "1 removed" in str(load(engine, folder, "David", TODAY))
    last = revisions(engine)[-1]
    assert last.action == "removed"
    assert last.before is not None
    assert last.before["criterion"] == "housing"


def test_a_council_can_be_renamed_with_all_that_refers_to_it(engine: Engine, folder: Path) -> None:
    load(engine, folder, "Ruth", TODAY)
    for path in folder.iterdir():
        path.write_text(
            path.read_text().replace("borsetshire,", "borset,").replace("east-borset,", "east-borsetshire,")
        )
    load(engine, folder, "David", TODAY)
    with Session(engine) as session:
        assert session.get(Council, "borsetshire") is None
        assert session.get_one(Answer, ("borset", "approach")).answer == "yes"


def test_the_row_that_was_checked_later_wins(engine: Engine, folder: Path) -> None:
    load(engine, folder, "Ruth", TODAY)
    older, newer = "2026-10-01,live page\n", "2026-11-15,live page\n"
    borsetshire.change(folder, "answers.csv", "approach,yes", "approach,no")
    text = (folder / "answers.csv").read_text()
    (folder / "answers.csv").write_text(text.replace("2026-11-01,live page\n", older, 1))
    assert "0 changed" in str(load(engine, folder, "David", TODAY))
    (folder / "answers.csv").write_text(text.replace("2026-11-01,live page\n", newer, 1))
    assert "1 changed" in str(load(engine, folder, "David", TODAY))
    with Session(engine) as session:
        answer = session.get_one(Answer, ("borsetshire", "approach"))
        assert (answer.answer, answer.checked_on) == ("no", date(2026, 11, 15))


def test_a_fault_anywhere_loads_nothing(engine: Engine, folder: Path) -> None:
    borsetshire.change(folder, "advice_lines.csv", "2026-11-01", "yesterday")
    with pytest.raises(Faulty) as refused:
        load(engine, folder, "Ruth", TODAY)
    assert [fault.file for fault in refused.value.faults] == ["advice_lines.csv"]
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Council)) == 0
    assert revisions(engine) == []


def test_export_gives_back_the_shipped_files_byte_for_byte(engine: Engine, tmp_path: Path) -> None:
    load(engine, DATA, "Ruth", TODAY)
    export(engine, tmp_path / "out")
    written = sorted((tmp_path / "out").iterdir())
    assert len(written) == 13
    for path in written:
        assert path.read_bytes() == (DATA / path.name).read_bytes(), path.name


def test_export_keeps_the_order_of_rows_even_after_a_row_was_put_between(
    engine: Engine, folder: Path
) -> None:
    load(engine, folder, "Ruth", TODAY)
    lines = (folder / "answers.csv").read_text().splitlines(keepends=True)
    between = lines[2].replace("housing", "legal")
    (folder / "answers.csv").write_text("".join([lines[0], lines[2], between, lines[1]]))
    load(engine, folder, "Ruth", TODAY)
    export(engine, folder.parent / "out")
    assert (folder.parent / "out" / "answers.csv").read_bytes() == (folder / "answers.csv").read_bytes()


def test_every_shipped_row_is_in_the_tables(engine: Engine) -> None:
    load(engine, DATA, "Ruth", TODAY)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 307
        assert session.scalar(select(func.count()).select_from(Answer)) == 401


SLOW_LOAD = """
import sys
from datetime import date
from pathlib import Path
from app.database import connect
from app.records.load import load
engine = connect(sys.argv[1])
print("ready", flush=True)
load(engine, Path(sys.argv[2]), "the killed", date(2026, 11, 21))
print("done", flush=True)
"""


def test_killing_a_load_leaves_the_old_or_the_new_data_whole(engine: Engine, tmp_path: Path) -> None:
    """Twelve loads, each killed a little later, from before it begins until after it has ended."""
    load(engine, DATA, "the first", TODAY)
    new = tmp_path / "new"
    export(engine, new)
    text = (new / "answers.csv").read_text(encoding="utf-8")
    (new / "answers.csv").write_text(text.replace(",archived copy", ",live page"), encoding="utf-8")
    address = engine.url.render_as_string(hide_password=False)
    ended = 0
    for attempt in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", SLOW_LOAD, address, str(new)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(attempt * 0.02)
        process.send_signal(signal.SIGKILL)
        ended += "done" in process.stdout.read()
        process.wait()
        process.stdout.close()
        with Session(engine) as session:
            seen = session.scalars(select(Answer.seen_as)).all()
            traces = session.scalar(
                select(func.count()).select_from(Revision).where(Revision.by == "the killed")
            )
        assert (set(seen), len(seen), traces) in (
            ({"archived copy"}, 401, 0),
            ({"live page"}, 401, 401),
        )
    load(engine, new, "the last", TODAY)
    with Session(engine) as session:
        assert set(session.scalars(select(Answer.seen_as))) == {"live page"}
