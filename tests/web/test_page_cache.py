"""Pages made once and given out again: the same to all, dropped when a record changes, there in a fault."""

import gzip
import logging
import os
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import time_machine
from flask import Flask, template_rendered
from flask.testing import FlaskClient

from app.database import connect
from app.records.load import load
from app.web import page_cache
from tests.conftest import TODAY, migrate
from tests.facts import KEPT
from tests.pages import addresses
from tests.records import borsetshire
from tests.server import serving

PAGE = "/councils/southwark"


@pytest.fixture
def made(app: Flask) -> list[str]:
    """The templates that the site has filled in, in order."""
    names: list[str] = []

    def note(_app: Flask, template: object, **_: object) -> None:
        names.append(str(getattr(template, "name", "")))

    template_rendered.connect(note, app, weak=False)
    return names


def test_a_page_is_made_once_for_each_form_that_browsers_ask_for(
    client: FlaskClient, made: list[str]
) -> None:
    first, again = client.get(PAGE), client.get(PAGE)
    assert made == ["councils/council.html"]
    assert first.data == again.data
    for accepted, encoding in (
        ("br", "br"), ("gzip, deflate, br, zstd", "br"), ("br;q=0, gzip", "gzip"), ("gzip", "gzip"),
        ("*", "br"), ("deflate", None), ("", None), ("br;q=oops", None), ("x" * 5000, None),
    ):  # fmt: skip
        answer = client.get(PAGE, headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == encoding, accepted
        assert answer.headers["Vary"] == "Accept-Encoding"
    assert len(made) == 3
    packed = client.get(PAGE, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == first.data


def test_every_page_is_the_same_the_second_time(app: Flask, client: FlaskClient) -> None:
    tried = 0
    for address in addresses(app):
        first, again = client.get(address), client.get(address)
        assert first.status_code == again.status_code, address
        assert first.data == again.data, address
        unsteady = {"Date"}
        assert {k: v for k, v in first.headers if k not in unsteady} == {
            k: v for k, v in again.headers if k not in unsteady
        }, address
        head = client.head(address)
        assert (head.status_code, head.data) == (first.status_code, b""), address
        tried += 1
    assert tried > 100


def test_a_page_not_changed_is_not_sent_again(app: Flask, client: FlaskClient) -> None:
    told = 0
    for address in addresses(app):
        first = client.get(address)
        if first.headers.get("Cache-Control") != KEPT or first.status_code != 200:
            continue
        tag = first.headers["ETag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.get(address, headers={"If-None-Match": known})
            assert (again.status_code, again.data) == (304, b""), (address, known)
            assert again.headers["ETag"] == tag
            assert again.headers["Cache-Control"] == KEPT
            assert "Content-Security-Policy" in again.headers
        assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
        told += 1
    assert told > 60


def test_what_was_typed_is_never_kept(client: FlaskClient, made: list[str]) -> None:
    for _ in range(2):
        client.get("/councils?name=kent")
        client.get(f"{PAGE}?found=likely")
        client.get("/static/style.css?v=not-a-hash")
        client.post("/find", data={"postcode": "nonsense"})
        client.get("/nowhere")
    assert made.count("councils/every.html") == 2
    assert made.count("councils/council.html") == 2
    assert made.count("find/again.html") == 2
    assert made.count("error.html") == 2


def test_what_a_get_brings_along_is_in_no_page(app: Flask, client: FlaskClient) -> None:
    tried = 0
    for address in addresses(app):
        fields = {"words1": "Zebedee", "name": "Zebedee", "postcode": "Zebedee", "with": "Zebedee"}
        for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
            client.open(address, method=method, data=fields)
        for answer in (client.get(address, data=fields), client.get(address)):
            assert b"Zebedee" not in answer.data, address
        tried += 1
    assert tried > 100


def test_the_log_says_when_a_page_was_not_sent_again(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kinship.answers")
    tag = client.get(PAGE).headers["ETag"]
    for accepted in ("", "", "gzip"):
        client.get(PAGE, headers={"If-None-Match": "*", "Accept-Encoding": accepted})
    assert tag
    statuses = [record.getMessage().split()[2] for record in caplog.records]
    assert statuses == ["200", "304", "304", "304"]


def test_another_version_of_a_file_is_given_out_but_not_to_be_kept(client: FlaskClient) -> None:
    (ours,) = re.findall(r"style\.css(\?v=[0-9a-f]{12})", client.get("/about").text)
    assert "immutable" in client.get(f"/static/style.css{ours}").headers["Cache-Control"]
    for path in ("style.css?v=000000000000", f"mark.svg{ours}", f"x/../style.css{ours}"):
        for _ in range(2):
            answer = client.get(f"/static/{path}")
            assert "immutable" not in answer.headers["Cache-Control"], path


def test_forty_at_once_wait_for_one_making(app: Flask, made: list[str]) -> None:
    with ThreadPoolExecutor(40) as visitors:
        answers = list(visitors.map(lambda _: app.test_client().get(PAGE).data, range(40)))
    assert len(set(answers)) == 1
    assert made == ["councils/council.html"]


def test_whoever_waits_too_long_makes_the_page_alone(
    app: Flask, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "PATIENCE", 0.01)
    slow = app.jinja_env.globals["asset"]

    def asset(name: str) -> str:
        time.sleep(0.2)
        return str(slow(name))

    monkeypatch.setitem(app.jinja_env.globals, "asset", asset)
    with ThreadPoolExecutor(2) as visitors:
        answers = list(visitors.map(lambda _: app.test_client().get(PAGE).status_code, range(2)))
    assert answers == [200, 200]
    assert len(made) == 2


def test_a_page_is_made_anew_on_another_day(client: FlaskClient, made: list[str]) -> None:
    with time_machine.travel("2026-11-21 23:59:00Z") as traveller:
        client.get(PAGE)
        traveller.shift(120)
        client.get(PAGE)
    assert len(made) == 2


def test_what_nobody_asked_for_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MEMORY", 100_000)
    shelf = page_cache.Shelf(lambda: ())
    label = shelf.label()
    assert label is not None
    names = [f"/councils/{number}" for number in range(10)]
    for name in names:
        assert shelf.get(label, (name, "br")) is None
        shelf.put(label, (name, "br"), page_cache.Kept("200 OK", [], b"x" * 30_000, "", ""))
        shelf.get(label, (names[0], "br"))
    shelf.put(label, ("/long", "br"), page_cache.Kept("200 OK", [], b"x" * 100_001, "", ""))
    still = [name for name in (*names, "/long") if shelf.get(label, (name, "br"))]
    assert still == [names[0], *names[-2:]]


def test_pages_stand_while_the_database_does_not_answer(
    tmp_path: Path, make_app: Callable[..., Flask]
) -> None:
    file = tmp_path / "site.sqlite"
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    load(engine, borsetshire.write(tmp_path / "data"), "tests", TODAY)
    engine.dispose()
    app = make_app(DATABASE_URL=f"sqlite:///{file}")
    client = app.test_client()
    assert client.get("/councils/borsetshire").status_code == 200
    app.extensions["engine"].dispose()
    file.write_bytes(b"this is no database" * 100)
    Path(f"{file}-wal").unlink(missing_ok=True)
    assert client.get("/councils/borsetshire").status_code == 200
    assert client.get("/councils/felpersham").status_code == 503
    assert client.get("/readyz").status_code == 503


def test_every_worker_shows_what_was_loaded_within_a_second(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'site.sqlite'}"
    engine = connect(address)
    migrate(engine)
    folder = borsetshire.write(tmp_path / "data")
    load(engine, folder, "tests", TODAY)

    def headings(site: str, times: int) -> set[str]:
        """The page's heading as each of the workers shows it: every request is a connection of its own."""
        pages = (requests.get(f"{site}/councils/borsetshire", timeout=10).text for _ in range(times))
        return {re.search('<p class="place">(.*?)</p>', page)[1] for page in pages}

    with serving({**os.environ, "DATABASE_URL": address}, workers=2) as (site, _):
        before = headings(site, 20)
        assert len(before) == 1
        councils = folder / "councils.csv"
        councils.write_text(
            councils.read_text().replace("Borsetshire County Council", "Borset County Council")
        )
        load(engine, folder, "tests", TODAY)
        time.sleep(1)
        assert headings(site, 20) == {"Borset County Council"} != before
    engine.dispose()
