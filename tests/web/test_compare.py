"""Councils side by side: answers as they are, never an order of merit, kind words for a wrong address."""

import csv
import io

import pytest
import time_machine
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from app.settings import DATA
from tests.conftest import Look


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def columns(page: BeautifulSoup) -> list[str]:
    return [str(link["href"]).rpartition("/")[2] for link in page.select(".side thead a")]


def chosen(page: BeautifulSoup) -> list[str]:
    return [str(option["value"]) for option in page.select("select option[selected]")]


def test_each_answer_stands_under_its_council_as_on_its_own_page(look: Look) -> None:
    slugs = ["southwark", "kent", "isles-of-scilly", "hertfordshire"]
    page = look(f"/compare?with={','.join(slugs)}")
    assert columns(page) == slugs
    for place, slug in enumerate(slugs):
        own = look(f"/councils/{slug}")
        rows = page.select(".side tr[id^=check-]")
        assert len(rows) == 12
        for row in rows:
            cell = row.select("td")[place]
            check = own.select_one(f"#{row['id']}")
            assert check is not None
            answer = check.select(".mark")[0].text.strip()
            assert cell.select(".mark")[0].text.strip() == answer
            if answer == "Not checked yet":
                assert not cell.select("small a")
            else:
                href = cell.select("small a")[0]["href"]
                assert check.select_one(f"a[href='{href}']") is not None
                assert cell.select_one("time") is not None
        heading, result = own.h1, own.select_one(".band b")
        assert heading is not None
        assert result is not None
        said = [row.select("td")[place].text for row in page.select(".side tbody")[0].select("tr")]
        assert heading.text in said[0]
        assert result.text in said[1]
        count = sum(row["slug"] == slug for row in table("documents.csv"))
        assert f"{count} document" in said[2]


def test_the_table_is_a_table_to_everybody(look: Look) -> None:
    page = look("/compare?with=leeds,kent")
    side = page.select_one("table.side")
    assert side is not None
    assert side["role"] == "table"
    for row in side.select("tr:not(.group)"):
        assert [cell["role"] for cell in row.select("td")] == ["cell"] * len(row.select("td"))
        assert len(row.select("th, td")) == 3
    assert {th["scope"] for th in side.select("th")} == {"col", "row", "rowgroup"}


def test_unfinished_answers_are_never_ranked(look: Look) -> None:
    for order in ("leeds,southwark", "southwark,leeds"):
        page = look(f"/compare?with={order}")
        assert columns(page) == order.split(",")
        note = page.select_one(".note")
        assert note is not None
        missing = page.select(".side tr[id^=check-] .mark.is-u")
        assert f"Of 24 answers here, {len(missing)} are not checked yet." in note.text
        assert "cannot say which council is better" in note.text
    assert not [word for word in ("best", "worst", "rank", "score:") if word in page.text.casefold()]


def test_the_file_agrees_with_the_page(look: Look, client: FlaskClient) -> None:
    answer = client.get("/compare.csv?with=southwark,kent")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kinship-compare.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))
    assert len(rows) == 24
    page = look("/compare?with=southwark,kent")
    for row in rows:
        place = ["southwark", "kent"].index(row["slug"])
        cell = page.select(f"#check-{row['criterion']} td")[place]
        assert cell.select(".mark")[0].text.strip().lower() == row["answer"]
        if row["answer"] != "not checked yet":
            assert cell.select("small a")[0]["href"] == row["source_url"]
            assert cell.select("time")[0]["datetime"] == row["checked_on"]
        assert row["page"] == f"https://kinship.example/councils/{row['slug']}"
    link = page.select_one("main a[href^='/compare.csv']")
    assert link is not None
    assert link["href"] == "/compare.csv?with=southwark,kent"


def test_the_form_leads_to_the_one_address_of_a_comparison(client: FlaskClient) -> None:
    for query in (
        "with=leeds&with=kent&with=&with=",
        "with=leeds%2Ckent,leeds",
        "with=+Leeds+,kent",
        "with=leeds,kent&postcode=LS11UR",
    ):
        answer = client.get(f"/compare?{query}")
        assert (answer.status_code, answer.location) == (303, "/compare?with=leeds,kent"), query
        assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/compare?with=leeds%2Ckent").status_code == 200


def test_a_district_or_a_former_council_stands_for_who_is_responsible(client: FlaskClient) -> None:
    answer = client.get("/compare?with=guildford,poole")
    assert answer.location == "/compare?with=surrey,bournemouth-christchurch-poole"
    with time_machine.travel("2027-04-02", tick=False):
        gone = client.get("/compare?with=surrey,kent")
        assert gone.status_code == 422
        assert "We left out Surrey County Council" in gone.text
        assert client.get("/compare?with=west-surrey,kent").status_code == 200


@pytest.mark.parametrize(
    ("query", "says", "kept"),
    [
        ("leeds,atlantis", "We do not know one of the councils", ["leeds"]),
        ("leeds,LS11UR,kent", "We do not know one of the councils", ["leeds", "kent"]),
        ("leeds,%3Cscript%3E", "We do not know one of the councils", ["leeds"]),
        ("a,b,c,d,e,f,g,h,i,j,leeds", "We do not know one of the councils", []),
        ("cardiff,leeds,fife", "only check councils in England, so we left out Cardiff and Fife.", ["leeds"]),
        ("cumbria,leeds", "We left out Cumbria County Council", ["leeds"]),
        ("west-surrey,leeds,kent", "We left out West Surrey", ["leeds", "kent"]),
        ("leeds,kent,surrey,essex,devon", "four councils at most", ["leeds", "kent", "surrey", "essex"]),
    ],
)  # fmt: skip
def test_a_wrong_address_gets_a_kind_page_that_keeps_the_good_ones(
    client: FlaskClient, query: str, says: str, kept: list[str]
) -> None:
    with time_machine.travel("2026-11-21", tick=False):
        for address in ("/compare", "/compare.csv"):
            answer = client.get(f"{address}?with={query}")
            assert answer.status_code == 422
            assert answer.headers["Cache-Control"] == "no-store"
            page = BeautifulSoup(answer.text, "html.parser")
            summary = page.select_one(".errors")
            assert summary is not None
            assert says in summary.text
            assert page.select_one(str(summary.select("a")[0]["href"])) is not None
            assert chosen(page) == kept
            assert page.title is not None
            assert page.title.text.startswith("Error: ")
            for typed in ("atlantis", "LS11UR", "script", "%3C"):
                assert typed not in answer.text


@pytest.mark.parametrize("query", ["", "?with=", "?with=,,", "?without=leeds"])
def test_without_a_choice_there_is_a_form(look: Look, query: str) -> None:
    page = look(f"/compare{query}")
    assert chosen(page) == []
    for select in page.select("select"):
        assert len(select.select("option")) == 154
        assert page.select_one(f"label[for={select['id']}]") is not None
    assert len(page.select("select[name=with]")) == 4
    assert not page.select(".errors")


def test_one_council_is_a_start(look: Look) -> None:
    page = look("/compare?with=isle-of-wight")
    assert chosen(page) == ["isle-of-wight"]
    assert "You have chosen the Isle of Wight. Now choose one, two or three more." in page.text


@pytest.mark.parametrize("query", ["with=" + "leeds," * 5000, "with=" + "x" * 9000, "with=leeds%00,kent"])
def test_nonsense_does_no_harm(client: FlaskClient, query: str) -> None:
    assert client.get(f"/compare?{query}").status_code in (200, 422)


def test_a_council_page_offers_its_neighbours_and_its_kin(look: Look) -> None:
    panel = look("/councils/leeds").select_one("section[aria-labelledby=compare]")
    assert panel is not None
    near, alike, choose = panel.select("a")
    assert near["href"] == "/compare?with=leeds,bradford,wakefield,north-yorkshire"
    assert near.text == "Leeds with Bradford, Wakefield and North Yorkshire"
    assert alike["href"] == "/compare?with=leeds,rotherham,sheffield,barnsley"
    assert "Other metropolitan councils in Yorkshire and The Humber" in panel.text
    assert choose["href"] == "/compare?with=leeds"


def test_every_council_page_offers_comparisons_that_work(look: Look, client: FlaskClient) -> None:
    placed = {row["slug"] for row in table("tiles.csv")}
    kinds = {
        row["slug"]: (row["type"], row["region"]) for row in table("councils.csv") if row["slug"] in placed
    }
    for slug, kind in kinds.items():
        panel = look(f"/councils/{slug}").select_one("section[aria-labelledby=compare]")
        assert panel is not None, slug
        *offers, start = (str(link["href"]) for link in panel.select("a"))
        assert start == f"/compare?with={slug}"
        assert offers or slug == "isles-of-scilly"
        named: list[str] = []
        for offer in offers:
            councils = offer.partition("=")[2].split(",")
            assert councils[0] == slug
            assert 2 <= len(councils) <= 4
            named += councils[1:]
            assert client.get(offer).status_code == 200, offer
        assert len(named) == len(set(named))
        assert slug not in named
        assert set(named) <= placed
        assert (kind in [kinds[each] for each in named]) is (list(kinds.values()).count(kind) > 1), slug


def test_a_council_beside_wales_is_compared_with_english_ones_only(look: Look) -> None:
    panel = look("/councils/shropshire").select_one("section[aria-labelledby=compare]")
    assert panel is not None
    assert "powys" not in str(panel)
    assert panel.select("a")


def test_a_page_of_another_nation_offers_no_comparison(look: Look) -> None:
    assert "/compare?" not in str(look("/councils/cardiff").main)
