"""Adding council columns to a file of postcodes: nothing of it lost, nothing of it changed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from app.database import connect
from app.postcodes.bulk import NEW_COLUMNS, Body, Resolver
from app.postcodes.index import Index
from app.postcodes.rows import Text, Unresolvable
from app.settings import ROOT
from tests.databases import migrate
from tests.postcode_api import PostcodeAPI

BODIES = {
    "E08000901": (Body("east", "East, City of", "E08000901", "Partly supportive"),),
    "E10000901": (Body("county-a", "A", "E1", ""), Body("county-b", "B", "E2", "")),  # divided since
}


def bodies(code: str) -> tuple[Body, ...]:
    return BODIES.get(code, (Body(code.lower(), code, code, ""),))


@pytest.fixture
def resolve(index: Index) -> Callable[..., list[str]]:
    def run(text: str, column: str = "postcode") -> list[str]:
        return list(Resolver(index, bodies).resolve(Text(text, "utf-8", b"").lines(), column))

    return run


def test_each_certainty(resolve: Callable[..., list[str]]) -> None:
    text = "postcode\nLS1 2AA\nLS1 2ZA\nLS1 3ZA\nJE2 4WD\nLS7 1AA\nBO1 2\n"
    assert resolve(text) == [
        "postcode,council_slug,council_name,gss,band,certainty\n",
        'LS1 2AA,east,"East, City of",E08000901,Partly supportive,exact\n',
        'LS1 2ZA,east,"East, City of",E08000901,Partly supportive,likely\n',
        "LS1 3ZA,e06000902;county-a;county-b;w06000901,E06000902;A;B;W06000901,"
        "E06000902;E1;E2;W06000901,,shared\n",
        "JE2 4WD,,,,,elsewhere\n",
        "LS7 1AA,,,,,unknown\n",
        "BO1 2,,,,,malformed\n",
    ]


def test_a_postcode_of_an_authority_that_was_divided_is_shared(resolve: Callable[..., list[str]]) -> None:
    assert resolve("postcode\nLS1 3DA\n")[1] == "LS1 3DA,county-a;county-b,A;B,E1;E2,,shared\n"


@pytest.mark.parametrize(
    "row",
    [
        '"A ""quoted"" name",LS1 2AA,x',
        "  spaced , LS1 2AA ,",
        '"two\nlines",LS1 2AA,"y"',
        "'single',ls12aa,é",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_rows_own_text_is_kept_to_the_letter(resolve: Callable[..., list[str]], row: str, end: str) -> None:
    done = resolve(f"name,Postcode,other{end}{row}{end}")
    assert done[1].startswith(row + ",east,")
    assert done[1].endswith(",exact" + end)


def test_semicolons_tabs_and_quotes_everywhere_are_taken_up(resolve: Callable[..., list[str]]) -> None:
    assert (
        resolve("a;postcode\nx;LS1 2AA\n")[1]
        == "x;LS1 2AA;east;East, City of;E08000901;Partly supportive;exact\n"
    )
    assert resolve("a\tpostcode\nx\tLS1 2AA\n")[1].count("\t") == 6
    assert resolve('"a","postcode"\n"x","BO1"\n') == [
        '"a","postcode","council_slug","council_name","gss","band","certainty"\n',
        '"x","BO1","","","","","malformed"\n',
    ]


def test_what_stands_before_the_header_is_kept(resolve: Callable[..., list[str]]) -> None:
    done = resolve('sep=;\r\n\r\n"name, first";postcode\r\nx;LS1 2AA')
    assert done[0] == 'sep=;\r\n\r\n"name, first";postcode;council_slug;council_name;gss;band;certainty\r\n'
    assert done[1].endswith(";exact\r\n")


def test_a_quote_that_is_never_closed_costs_one_row_and_is_reported(index: Index) -> None:
    text = "name,postcode\n" + "x,LS1 2AA\n" * 3 + '"Ann,LS1 2AA\n' + "x,LS1 2AA\n" * 5
    resolver = Resolver(index, bodies)
    done = list(resolver.resolve(Text(text, "utf-8", b"").lines(), "postcode"))
    assert resolver.counts == {"exact": 8, "malformed": 1}
    assert len(done) == 10
    assert list(resolver.warnings()) == [
        "A quote that opens on line 5 is never closed; each line after it was read alone."
    ]


def test_rows_with_more_cells_than_the_header_are_reported(index: Index) -> None:
    resolver = Resolver(index, bodies)
    list(resolver.resolve(["a,postcode\n", "x,LS1 2AA\n", "x,LS1 2AA,1,2\n"], "postcode"))
    assert next(resolver.warnings()).startswith("1 rows have more cells than the header")
    assert next(resolver.warnings()).endswith("The first is on line 3.")


def test_short_and_blank_rows_are_kept_and_columns_stay_in_line(resolve: Callable[..., list[str]]) -> None:
    done = resolve("a,b,postcode\nonly\n\nx,y,LS1 2AA")
    assert done[1:3] == ["only,,,,,,,malformed\n", "\n"]
    assert done[3].endswith("exact\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "no column “postcode”. The columns are: a, b."),
        ("postcode,band\nLS1 2AA,x\n", "has a column band already"),
        ("postcode,x,Postcode\n", "more than one column “postcode”"),
        ("\n\n", "empty"),
    ],
)
def test_a_file_that_does_not_serve_is_refused(
    resolve: Callable[..., list[str]], text: str, says: str
) -> None:
    with pytest.raises(Unresolvable, match=says):
        resolve(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=60))
def test_whatever_stands_in_the_rows_comes_out_again(index: Index, rubbish: str) -> None:
    text = "postcode,x\n" + rubbish
    done = "".join(Resolver(index, bodies).resolve(Text(text, "utf-8", b"").lines(), "postcode"))
    kept = done
    for line in rubbish.split("\n"):
        assert line in kept
        kept = kept[kept.index(line) + len(line) :]


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"\xef\xbb\xbfpostcode", "utf-8", "postcode"),
        ("Zoë".encode(), "utf-8", "Zoë"),
        ("Zoë’s".encode("cp1252"), "cp1252", "Zoë’s"),
    ],
)
def test_encodings(data: bytes, encoding: str, text: str) -> None:
    read = Text.of(data)
    assert (read.encoding, read.text) == (encoding, text)
    assert read.mark + read.text.encode(read.encoding) == data


def test_text_of_no_known_encoding_is_refused() -> None:
    with pytest.raises(Unresolvable, match="neither"):
        Text.of(b"\x81\x8d")
    with pytest.raises(Unresolvable, match="UTF-16"):
        Text.of("postcode".encode("utf-16"))


@pytest.fixture
def run(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_the_command_writes_a_file_with_real_councils_and_asks_nobody(
    run: FlaskCliRunner, api: PostcodeAPI, tmp_path: Path
) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes("name,post code\r\nZoë,ls1 1ur\r\nBob,SW1A\r\n".encode("cp1252"))
    result = run.invoke(args=["postcodes", "resolve", str(source), str(target), "--column", "Post Code"])
    assert result.exit_code == 0, result.output
    assert target.read_bytes().decode("cp1252").split("\r\n") == [
        "name,post code,council_slug,council_name,gss,band,certainty",
        "Zoë,ls1 1ur,leeds,Leeds City Council,E08000035,Published – still being checked,exact",
        "Bob,SW1A,,,,,malformed",
        "",
    ]
    assert "2 rows: 1 exact, 1 malformed" in result.stderr
    assert "rows/s" in result.stderr
    assert api.asked == 0
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["in.csv", "out.csv"]


def test_nothing_is_overwritten_without_force_or_by_a_failure(run: FlaskCliRunner, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("postcode\nLS1 1UR\n")
    target.write_text("precious")
    args = ["postcodes", "resolve", str(source), str(target)]
    result = run.invoke(args=args)
    assert (result.exit_code, target.read_text()) == (1, "precious")
    assert "--force" in result.output
    result = run.invoke(args=[*args, "--force", "--column", "other"])
    assert (result.exit_code, target.read_text()) == (1, "precious")
    assert run.invoke(args=[*args, "--force"]).exit_code == 0
    assert "leeds" in target.read_text()
    assert run.invoke(args=["postcodes", "resolve", str(target / "no.csv"), "-"]).exit_code == 1


def test_a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_its_permissions(
    run: FlaskCliRunner, tmp_path: Path
) -> None:
    source, target, link = tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "link.csv"
    source.write_text("postcode\nLS1 1UR\n")
    run.invoke(args=["postcodes", "resolve", str(source), str(target)])
    assert target.stat().st_mode & 0o777 == 0o600
    target.chmod(0o640)
    link.symlink_to(target)
    assert run.invoke(args=["postcodes", "resolve", str(source), str(link), "--force"]).exit_code == 0
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert run.invoke(args=["postcodes", "resolve", str(source), "/dev/null", "--force"]).exit_code == 1


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_ended_in_the_middle_it_leaves_nothing_behind(
    end: signal.Signals, database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "in.csv").write_text("postcode\n" + "LS1 1UR\n" * 2_000_000)
    command = [
        sys.executable,
        "-m",
        "flask",
        "postcodes",
        "resolve",
        str(folder / "in.csv"),
        str(folder / "out.csv"),
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "DATABASE_URL": database_url}, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    while b"rows/s" not in process.stderr.read1(1000):
        pass
    time.sleep(0.3)
    process.send_signal(end)
    process.communicate()
    assert process.returncode != 0
    assert [path.name for path in folder.iterdir()] == ["in.csv"]


def test_without_councils_the_command_says_so(make_app: Callable[..., Flask], empty_database: str) -> None:
    run = make_app(DATABASE_URL=empty_database).test_cli_runner()
    args = ["postcodes", "resolve", "-", "-"]
    assert "Run make setup first" in run.invoke(args=args, input="postcode\n").output
    engine = connect(empty_database)
    migrate(engine)
    engine.dispose()
    assert "Run flask data load first" in run.invoke(args=args, input="postcode\n").output


def test_standard_input_to_standard_output(run: FlaskCliRunner) -> None:
    result = run.invoke(args=["postcodes", "resolve", "-", "-"], input=b"\xef\xbb\xbfpostcode\nLS1 1UR\n")
    assert result.stdout_bytes.startswith(b"\xef\xbb\xbfpostcode,council_slug,")
    assert NEW_COLUMNS[0] in result.stdout


def test_without_an_index_the_command_says_so(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    run = make_app(POSTCODE_SOURCES="api").test_cli_runner()
    result = run.invoke(args=["postcodes", "resolve", "-", "-"], input="postcode\n")
    assert result.exit_code == 1
    assert "index" in result.output
