"""The whole country: the map and its equal in words, the figures, and the same as files."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.records.load import load
from app.settings import DATA
from tests.conftest import Look
from tests.facts import KEPT
from tests.records import borsetshire

with (DATA / "tiles.csv").open(encoding="utf-8", newline="") as file:
    CELLS = {row["slug"]: (int(row["col"]), int(row["row"])) for row in csv.DictReader(file)}


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """A CSV file, its status and type checked, read as strictly as Python can."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    found = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8"), newline=""), strict=True))
    assert all(None not in row and None not in row.values() for row in found)
    return found


def slug_of(link: Tag) -> str:
    return str(link["href"]).rpartition("/")[2]


def tiles(page: BeautifulSoup) -> dict[str, Tag]:
    links = page.select("svg.map a")
    found = {slug_of(link): link for link in links}
    assert len(found) == len(links), "a council is on the map twice"
    return found


def listed(page: BeautifulSoup) -> dict[str, str]:
    """The bands in the list beneath the map, by slug."""
    return {slug_of(link): link.select("small")[0].text for link in page.select(".az a")}


def test_every_council_is_on_the_map_once_in_its_own_place(look: Look) -> None:
    found = tiles(look("/map"))
    assert found.keys() == CELLS.keys()
    places = {}
    for slug, link in found.items():
        use = link.select_one("use")
        assert use is not None
        places[slug] = (int(str(use["x"])), int(str(use["y"])))
    assert len(set(places.values())) == 153
    for slug, (col, row) in CELLS.items():
        # Odd-r hexagons: odd rows stand half a cell to the right, rows overlap by a quarter.
        assert places[slug] == (col * 24 + (12 if row % 2 else 0), row * 21), slug
    assert places["northumberland"][1] < places["leeds"][1] < places["cornwall"][1]
    assert places["cornwall"][0] < places["leeds"][0] < places["norfolk"][0]


def test_the_map_holds_all_that_is_drawn_on_it(look: Look) -> None:
    svg = look("/map").select_one("svg.map")
    assert svg is not None
    left, top, width, height = map(int, str(svg["viewbox"]).split())
    for use in svg.select("use"):
        assert left <= int(str(use["x"])) <= left + width - 24
        assert top <= int(str(use["y"])) <= top + height - 28


def test_a_tile_says_in_words_and_shape_what_the_list_says(look: Look) -> None:
    page = look("/map")
    shapes = {item.select("a")[0].text: item.select("use")[0]["href"] for item in page.select(".legend li")}
    bands = listed(page)
    assert bands.keys() == CELLS.keys()
    for slug, link in tiles(page).items():
        name, band = link.select("text")
        assert link.select("title")[0].text == f"{name.text}: {bands[slug]}"
        assert band.text == bands[slug]
        assert link.select("use")[0]["href"] == shapes[bands[slug]]
    assert len(set(shapes.values())) == len(shapes) == 5


def test_the_map_is_for_everybody_and_can_be_skipped(look: Look) -> None:
    page = look("/map")
    svg = page.select_one("svg.map")
    assert svg is not None
    assert not svg.has_attr("aria-hidden")
    assert not page.select("svg.map [tabindex]")
    label = page.find(id=str(svg["aria-labelledby"]))
    assert label is not None
    assert label.text == "The map"
    skip = svg.find_previous("a")
    assert isinstance(skip, Tag)
    assert page.select(f"{skip['href']} ~ .az")


def test_the_legend_counts_what_the_list_holds(look: Look) -> None:
    page = look("/map")
    counted = {item.select("a")[0].text: int(item.select("b")[0].text) for item in page.select(".legend li")}
    assert counted == Counter(listed(page).values())
    assert sum(counted.values()) == 153
    for item in page.select(".legend a"):
        shown = look(str(item["href"])).select(".az a")
        assert len(shown) == counted[item.text]


def test_the_title_says_the_figure_and_the_day(look: Look) -> None:
    page = look("/map")
    assert page.title is not None
    assert page.h1 is not None
    assert page.title.text.startswith("85 of England’s 153 councils have a policy that we could find")
    assert page.title.text.startswith(page.h1.text.rstrip("."))
    assert page.select_one("main time[datetime='2026-11-21']") is not None


def region_figures(page: BeautifulSoup) -> dict[str, list[int]]:
    return {
        row.select("th")[0].text: [int(cell.text) for cell in row.select("td")]
        for row in page.select(".sums tbody tr, .sums tfoot tr")
    }


@pytest.mark.parametrize("address", ["/map", "/councils", "/councils?name=leeds"])
def test_the_regions_add_up_and_agree_with_the_files(look: Look, client: FlaskClient, address: str) -> None:
    figures = region_figures(look(address))
    assert figures["England"] == [153, 85, 14, 68]
    regions = {place: counts for place, counts in figures.items() if place != "England"}
    assert len(regions) == 9
    assert list(regions) == sorted(regions)  # never in an order of merit
    assert [sum(column) for column in zip(*regions.values(), strict=True)] == figures["England"]
    for row in rows(client, "/regions.csv"):
        names = ("councils", "published", "own", "not_found_or_still_looking")
        assert [int(row[name]) for name in names] == figures[row["place"]]
        assert row["as_at"] == "2026-11-21"
        bands = [int(row[name]) for name in list(row)[5:-1]]
        assert len(bands) == 8
        assert sum(bands) == int(row["councils"])
    councils = rows(client, "/councils.csv")
    own = ("local offer", "policy of its own")
    for place, (total, published, of_its_own, not_yet) in regions.items():
        standings = [row["standing"] for row in councils if row["region"] == place]
        assert len(standings) == total == published + not_yet
        assert sum(standing in own for standing in standings) == of_its_own
        elsewhere = ("manual for social workers", "copy kept elsewhere")
        assert sum(standing in own + elsewhere for standing in standings) == published


@pytest.mark.parametrize("address", ["/map", "/councils"])
def test_the_national_audits_stand_beside_with_their_sources(look: Look, address: str) -> None:
    page = look(address)
    years = [entry.text[:4] for entry in page.select(".docs dt")]
    assert years == ["2011", "2015", "2020", "2024"]
    for entry in page.select(".docs dd"):
        assert entry.select_one("a[href^=http]") is not None
        assert entry.select_one("time[datetime='2026-11-21']") is not None
    assert "cannot be set beside ours one to one" in page.text


@pytest.mark.parametrize(
    "query",
    ["", "?region=London", "?name=guildford", "?band=not-checked-yet", "?region=Scotland", "?name=cardiff",
     "?name=barnet&region=London", "?name=zzz", "?region=Atlantis"],
)  # fmt: skip
def test_the_file_of_councils_holds_what_the_page_lists(look: Look, client: FlaskClient, query: str) -> None:
    shown = [slug_of(link) for link in look(f"/councils{query}").select(".az a")]
    assert [row["slug"] for row in rows(client, f"/councils.csv{query}")] == shown


def test_the_files_agree_with_each_councils_own_data(client: FlaskClient) -> None:
    on_map = rows(client, "/map.csv")
    councils = rows(client, "/councils.csv")
    assert [{key: row[key] for key in councils[0]} for row in on_map] == councils
    assert {row["slug"]: (int(row["col"]), int(row["row"])) for row in on_map} == CELLS
    for row in councils[::7]:
        data = client.get(f"/councils/{row['slug']}.json").json
        assert (row["gss"], row["region"], row["type"]) == (data["gss"], data["region"], data["type"])
        assert row["standing"] == data["policy"]["standing"]
        assert row["band"] == data["policy"]["band"]
        assert row["last_checked"] == (data["policy"]["last_checked"] or "")
        answers = Counter(each["answer"] for each in data["answers"])
        assert [int(row[name]) for name in ("yes", "no", "not_checked_yet")] == [
            answers["yes"], answers["no"], answers[None],
        ]  # fmt: skip
        assert row["page"] == f"https://kinship.example/councils/{row['slug']}"


def test_outside_england_a_file_says_nothing_about_a_score(client: FlaskClient) -> None:
    for row in rows(client, "/councils.csv?region=Wales"):
        assert row["band"] == row["standing"] == row["yes"] == row["not_checked_yet"] == ""


def test_a_file_is_named_by_us_and_a_postcode_leaves_its_address(client: FlaskClient) -> None:
    for name in ("map", "councils", "regions"):
        answer = client.get(f"/{name}.csv?name=%22%0d%0aleeds&region=x")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="kinship-{name}.csv"'
        assert answer.headers["Cache-Control"] == KEPT
    answer = client.get("/councils.csv?name=LS1+1UR")
    assert (answer.status_code, answer.location) == (303, "/councils?typed=postcode")


def test_the_page_of_councils_offers_its_file_without_an_address_of_what_was_typed(look: Look) -> None:
    page = look("/councils?name=leeds&region=London")
    button = page.select_one("form button[formaction]")
    assert button is not None
    assert button["formaction"] == "/councils.csv"
    assert not any("name=" in str(link["href"]) for link in page.select("a[href], link[href]"))


def test_a_cell_that_looks_like_a_formula_is_made_harmless(
    tmp_path: Path, engine: Engine, make_app: Callable[..., Flask], database_with_tables: str
) -> None:
    folder = borsetshire.write(tmp_path / "data")
    borsetshire.change(folder, "councils.csv", ",Felpersham,", ",=HYPERLINK(A1),")
    borsetshire.change(folder, "answers.csv", "Nothing on housing in 18 pages.", "@sum(1)")
    load(engine, folder, "tests", date(2026, 11, 21))
    client = make_app(DATABASE_URL=database_with_tables).test_client()
    for name in ("map", "councils"):
        names = {row["slug"]: row["name"] for row in rows(client, f"/{name}.csv")}
        assert names["felpersham"] == "'=HYPERLINK(A1)"
        assert names["borsetshire"] == "Borsetshire"
    notes = {row["note"] for row in rows(client, "/compare.csv?with=borsetshire,felpersham")}
    assert "'@sum(1)" in notes
    assert not any(note.startswith(("=", "+", "-", "@")) for note in notes)


def test_councils_to_come_are_listed_and_counted_before_they_have_a_tile(client: FlaskClient) -> None:
    with time_machine.travel("2028-04-01", tick=False):
        page = BeautifulSoup(client.get("/map").text, "html.parser")
        drawn, named = tiles(page), listed(page)
        note = page.find(id="unplaced")
        assert isinstance(note, Tag)
        new = {slug_of(link) for link in note.select("a")}
        assert len(new) == 17
        assert {"west-surrey", "greater-norwich"} < new
        assert note.text.startswith("17 newer councils without a patch yet:")
        assert "The gaps are councils that have been replaced." in note.text
        assert not {"surrey", "essex", "norfolk", "portsmouth"} & (drawn.keys() | named.keys())
        assert drawn.keys() | new == named.keys()
        assert not drawn.keys() & new
        assert page.h1 is not None
        assert f"of England’s {len(named)} councils" in page.h1.text
        assert sum(int(b.text) for b in page.select(".legend b")) == len(named)
        cells = {row["slug"]: row["col"] for row in rows(client, "/map.csv")}
        assert cells.keys() == named.keys()
        assert {slug for slug, col in cells.items() if col == ""} == new


def test_today_nobody_is_without_a_tile(look: Look) -> None:
    page = look("/map")
    assert page.find(id="unplaced") is None
    assert "gaps" not in page.text


def test_without_councils_there_is_still_a_page(
    make_app: Callable[..., Flask], database_with_tables: str
) -> None:
    client = make_app(DATABASE_URL=database_with_tables).test_client()
    for name in ("/map", "/map.csv", "/regions.csv", "/councils", "/councils.csv", "/compare"):
        assert client.get(name).status_code == 200, name


def test_the_map_stays_small(client: FlaskClient) -> None:
    answer = client.get("/map", headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) <= 12 * 1024
