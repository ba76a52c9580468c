"""The command line."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.settings import DATA
from tests.postcode_api import PostcodeAPI
from tests.records import borsetshire


@pytest.fixture
def run(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_check_passes_the_shipped_facts_and_counts_warnings(run: FlaskCliRunner) -> None:
    result = run.invoke(args=["data", "check"])
    assert result.exit_code == 0
    assert "answers.csv:181: warning: source_url is an http address" in result.output
    assert result.output.splitlines()[-1].startswith("0 faults, ")


def test_check_reports_faults_and_exits_1(run: FlaskCliRunner, tmp_path: Path) -> None:
    folder = borsetshire.write(tmp_path / "data")
    borsetshire.change(folder, "answers.csv", "approach,yes", "approach,maybe")
    result = run.invoke(args=["data", "check", str(folder)])
    assert result.exit_code == 1
    assert result.output == "answers.csv:2: answer is “maybe”; it must be no or yes\n1 faults, 0 warnings\n"


def test_load_says_what_it_did(run: FlaskCliRunner, tmp_path: Path) -> None:
    result = run.invoke(args=["data", "load"])
    assert (result.exit_code, result.output) == (0, "0 added, 0 changed, 0 removed, 2601 unchanged\n")
    folder = borsetshire.write(tmp_path / "data")
    borsetshire.change(folder, "answers.csv", "approach,yes", "approach,maybe")
    result = run.invoke(args=["data", "load", str(folder)])
    assert result.exit_code == 1
    assert "answers.csv:2: answer is “maybe”" in result.output
    assert "nothing was loaded" in result.output


def test_export_writes_what_was_loaded(run: FlaskCliRunner, tmp_path: Path) -> None:
    assert run.invoke(args=["data", "export", str(tmp_path / "out")]).exit_code == 0
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (DATA / path.name).read_bytes()


def test_find_answers_each_postcode_on_a_line(run: FlaskCliRunner, api: PostcodeAPI) -> None:
    result = run.invoke(
        args=["postcodes", "find", "se1 2dl", "SW1A", "ZZ99 9ZZ", "JE2 4WD", "AB1 0AA", "AB43 1AJ"]
    )
    assert result.output.splitlines() == [
        "se1 2dl: southwark",
        "SW1A: Type the whole postcode. “SW1A” is only the start.",
        "ZZ99 9ZZ: no such postcode",
        "JE2 4WD: jersey",
        "AB1 0AA: aberdeen (an old postcode, no longer used)",
        "AB43 1AJ: real, but belongs to no council",
    ]
    api.fault = "503"
    result = run.invoke(args=["postcodes", "find", "LS1 1UR", "DY7 5ZZ", "LS1 1UZ", "SW1S 4AB"])
    lines = result.output.splitlines()
    assert lines[:2] == [
        "LS1 1UR: leeds",
        "DY7 5ZZ: one of staffordshire, shropshire, dudley, worcestershire",
    ]
    assert lines[2] == "LS1 1UZ: leeds (likely: it is in no list, but all around it are)"
    assert lines[3].startswith("SW1S 4AB: no such postcode; did you mean SW15 4AB")
