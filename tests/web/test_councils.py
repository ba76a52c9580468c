"""Council pages: the answer first, every statement with its source and date, the right body always."""

from collections import Counter
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import Look
from tests.facts import BODIES, ENGLISH, table


def test_every_body_has_a_page(client: FlaskClient) -> None:
    assert len(BODIES) == 212
    assert Counter(client.get(f"/councils/{row['slug']}").status_code for row in BODIES) == {200: 212}


def test_every_former_or_future_slug_redirects_or_explains(client: FlaskClient) -> None:
    outcomes = Counter()
    for row in table("successions.csv"):
        answer = client.get(f"/councils/{row['old_slug']}")
        assert answer.status_code in (200, 301), row
        outcomes[answer.status_code] += 1
        if answer.status_code == 301:
            assert client.get(answer.location).status_code == 200
        else:
            names = [each["name"] for each in table("councils.csv") if each["slug"] in answer.text]
            assert names, row
    assert outcomes == {301: 78, 200: 98}


def test_a_former_council_with_several_successors_names_them(look: Look) -> None:
    page = look("/councils/cumbria")
    links = {str(a["href"]) for a in page.select("main .acts a")}
    assert links == {"/councils/cumberland", "/councils/westmorland-and-furness"}


def test_a_former_council_with_one_successor_redirects(client: FlaskClient) -> None:
    answer = client.get("/councils/poole")
    assert (answer.status_code, answer.location) == (301, "/councils/bournemouth-christchurch-poole")
    answer = client.get("/councils/poole.json")
    assert (answer.status_code, answer.location) == (301, "/councils/bournemouth-christchurch-poole.json")


def test_a_district_sends_people_to_its_county(look: Look) -> None:
    page = look("/councils/guildford")
    assert page.h1 is not None
    assert page.h1.text == "Surrey County Council runs children’s services in Guildford."
    assert page.select_one("main a[href='/councils/surrey']") is not None


def test_an_english_page_answers_first(look: Look) -> None:
    page = look("/councils/gateshead")
    assert page.title is not None
    assert page.title.text.startswith("Gateshead: ")
    assert page.h1 is not None
    assert page.h1.text == "Yes, Gateshead has published a family and friends care policy."
    band = page.select_one(".band b")
    assert band is not None
    assert band.text == "At least partly supportive – still checking"
    assert "21 November 2026" in page.select(".answer time")[0].text


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        ("derby", "Yes, Derby has published a kinship local offer."),
        ("surrey", "Surrey has a policy in its manual for social workers, not written for families."),
        ("liverpool", "We found a copy of Liverpool’s policy, but not on the council’s own site."),
        ("tower-hamlets", "Tower Hamlets has some information, but we have not found a policy yet."),
        ("blackpool", "We have not checked Blackpool yet."),
        ("isles-of-scilly", "We have not checked the Isles of Scilly yet."),
        ("city-of-london", "Yes, the City of London has published a kinship local offer."),
    ],
)
def test_the_headline_says_whose_policy_it_is(look: Look, slug: str, says: str) -> None:
    heading = look(f"/councils/{slug}").h1
    assert heading is not None
    assert heading.text.startswith(says)


def test_how_many_councils_are_in_each_state(look: Look) -> None:
    headlines = Counter()
    for slug in ENGLISH:
        heading = look(f"/councils/{slug}").h1
        assert heading is not None
        headlines["Yes" if heading.text.startswith("Yes") else heading.text.split(" ")[-2]] += 1
    assert headlines["Yes"] == 14
    assert headlines["for"] == 60  # "... not written for families."
    assert sum(headlines.values()) == 153


def test_every_document_is_shown_with_its_date_and_the_day_it_was_read(look: Look) -> None:
    shown = 0
    for slug in ENGLISH:
        page = look(f"/councils/{slug}")
        rows = [row for row in table("documents.csv") if row["slug"] == slug]
        entries = page.select("dl.docs > dt")
        assert [entry.select_one("a")["href"] for entry in entries] == [row["url"] for row in rows]  # type: ignore[index]
        for entry, row in zip(entries, rows, strict=True):
            about = entry.find_next_sibling("dd")
            assert about is not None
            assert about.select_one(f"time[datetime='{row['checked_on']}']") is not None
            assert ("We saw no date on it." in about.text) is (row["dated"] == "")
            shown += 1
    assert shown == 307


def test_every_answer_is_shown_with_its_source_and_date(look: Look) -> None:
    shown = 0
    for slug in ENGLISH:
        page = look(f"/councils/{slug}")
        assert len(page.select("tr[id^=check-]")) == 12
        for row in (row for row in table("answers.csv") if row["slug"] == slug):
            check = page.select_one(f"#check-{row['criterion']}")
            assert check is not None
            assert check.select(".mark")[0].text.strip() == row["answer"].capitalize()
            assert check.select_one(f"a[href='{row['source_url']}']") is not None, row
            assert check.select_one(f"time[datetime='{row['checked_on']}']") is not None
            assert row["note"] in check.text
            shown += 1
    assert shown == 401


def test_missing_is_never_no(look: Look) -> None:
    """The shipped facts hold one "no"; nothing else may be shown as one."""
    noes = 0
    for slug in ENGLISH:
        for mark in look(f"/councils/{slug}").select(".checks .mark"):
            assert mark.text.strip() in ("Yes", "No", "Not checked yet")
            noes += mark.text.strip() == "No"
    assert noes == 1


def test_outside_england_nothing_is_scored(look: Look) -> None:
    for row in BODIES:
        if row["nation"] != "England":
            page = look(f"/councils/{row['slug']}")
            assert row["nation"] in page.text
            assert not page.select(".band, .checks, .quilt")
            assert "No policy found" not in page.text


def test_a_trust_that_runs_services_is_named_and_the_council_stays_responsible(look: Look) -> None:
    contact = look("/councils/birmingham").select_one("section[aria-labelledby=contact]")
    assert contact is not None
    assert "Birmingham Children’s Trust runs children’s services here for the council." in contact.text
    assert "Source: birminghamchildrenstrust.co.uk" in contact.text


def test_a_county_says_that_its_districts_do_not_run_services(look: Look) -> None:
    contact = look("/councils/surrey").select_one("section[aria-labelledby=contact]")
    assert contact is not None
    assert "Your district council does not" in contact.text
    assert "Guildford" in contact.text


def test_the_way_to_put_a_record_right(look: Look, make_app: Callable[..., Flask]) -> None:
    link = look("/councils/leeds").select_one("#wrong ~ p a")
    assert link is not None
    assert link["href"] == "mailto:put-right@kinship.example?subject=Leeds%20City%20Council"
    without = make_app(CONTACT_EMAIL="").test_client().get("/councils/leeds").text
    assert "Tell us about a mistake" not in without
    assert "have not given an address" in without


def test_surrey_announces_its_change_and_gives_way_on_the_day(client: FlaskClient) -> None:
    with time_machine.travel("2026-11-21", tick=False):
        surrey = client.get("/councils/surrey").text
        assert "is to be replaced by East Surrey and West Surrey" in surrey
        assert client.post("/find", data={"postcode": "GU2 8HF"}).location == "/councils/surrey"
        assert "It starts on" in client.get("/councils/west-surrey").text
        assert client.get("/councils/west-surrey.json").json["status"] == "planned"
    with time_machine.travel("2027-04-01", tick=False):
        assert client.post("/find", data={"postcode": "GU2 8HF"}).location == "/councils/west-surrey"
        gone = client.get("/councils/surrey").text
        assert "was replaced on" in gone
        assert "What Surrey County Council had published" in gone
        new = client.get("/councils/west-surrey").text
        assert "Taken over from Surrey" in new
        assert "Kinship Care Policy" in new
        assert "154 councils" in client.get("/").text


def test_an_answer_from_an_old_document_says_how_old_it_is(look: Look) -> None:
    page = look("/councils/southwark")
    lead = page.select_one(".lead")
    assert lead is not None
    assert lead.text.endswith("Some of it is from 2011, so it may have changed.")
    check = page.select_one("#check-money")
    assert check is not None
    assert "Dated 2011." in check.text
    assert "may have changed" not in look("/councils/birmingham").select(".lead")[0].text


def test_a_no_and_a_search_that_found_nothing(invented: FlaskClient) -> None:
    county = invented.get("/councils/borsetshire").text
    assert "What we read does not cover housing." in county
    city = invented.get("/councils/felpersham").text
    assert "We could not find a kinship care policy for Felpersham." in city
    assert "There may still be one." in city
    assert "A person looked: the council’s website and the web" in city
    assert "Nobody has searched" not in city


def test_the_list_has_all_153_and_can_be_filtered(look: Look) -> None:
    def listed(query: str) -> list[str]:
        return [str(a["href"]).rpartition("/")[2] for a in look(f"/councils{query}").select(".az a")]

    assert sorted(listed("")) == sorted(ENGLISH)
    assert listed("?name=LEED") == ["leeds"]
    assert listed("?name=guildford") == ["surrey"]  # a district
    assert "hackney" in listed("?region=London")
    assert len(listed("?region=London")) == 33
    assert len(listed("?band=not-checked-yet")) == 17
    assert len(listed("?band=some-information-no-policy-found-yet")) == 51
    assert listed("?name=barnet&region=London&band=some-information-no-policy-found-yet") == ["barnet"]
    assert listed("?name=cardiff") == ["cardiff"]
    assert len(listed("?region=Scotland")) == 32
    assert listed("?name=zzz") == []
    assert listed("?region=Atlantis") == []


def test_a_filter_keeps_what_was_chosen(look: Look) -> None:
    page = look("/councils?name=%3Cb%3E&region=London")
    field, region = page.select_one("#name"), page.select_one("#region option[selected]")
    assert field is not None
    assert region is not None
    assert (field["value"], region["value"]) == ("<b>", "London")


def test_a_postcode_typed_as_a_name_leaves_the_address_bar(client: FlaskClient, look: Look) -> None:
    answer = client.get("/councils?name=LS1+1UR")
    assert (answer.status_code, answer.location) == (303, "/councils?typed=postcode")
    page = look("/councils?typed=postcode")
    assert "That looks like a postcode" in page.text
    assert page.select_one("form[action='/find']") is not None


def test_the_data_says_what_the_page_says(client: FlaskClient) -> None:
    data = client.get("/councils/derby.json").json
    assert data["name"] == "Derby City Council"
    assert data["policy"] == {
        "published": True,
        "standing": "local offer",
        "band": "Published – still being checked",
        "last_checked": "2026-11-21",
    }
    assert len(data["answers"]) == 12
    assert {each["answer"] for each in data["answers"]} == {"yes", None}
    assert data["documents"][0]["url"].startswith("https://www.derby.gov.uk/")
    assert data["reorganisation"]["status"] == "under_consideration"
    assert client.get("/councils/cardiff.json").json["policy"] is None
    assert len(client.get("/councils/cumbria.json").json["successors"]) == 2
    assert client.get("/councils/guildford.json").json["responsible"][0]["slug"] == "surrey"
    assert client.get("/councils/atlantis.json").status_code == 404


def test_a_slash_at_the_end_does_no_harm(client: FlaskClient) -> None:
    assert client.get("/councils/").status_code == client.get("/councils/leeds/").status_code == 200


def test_a_district_is_found_by_name_after_a_reorganisation_too(client: FlaskClient) -> None:
    with time_machine.travel("2027-04-02", tick=False):
        assert "/councils/west-surrey" in client.get("/councils?name=guildford").text
    with time_machine.travel("2028-04-02", tick=False):
        east_suffolk = client.get("/councils/east-suffolk")
        assert "/councils/western-suffolk" in east_suffolk.text
        assert "Suffolk County Council runs" not in east_suffolk.text


def test_a_policy_from_before_the_council_began_is_said_to_be_one(look: Look) -> None:
    lead = look("/councils/north-yorkshire").select_one(".lead")
    assert lead is not None
    assert "The policy is from before North Yorkshire took over on 1 April 2023." in lead.text


@pytest.mark.parametrize("slug", ["atlantis", "Leeds", "SW1A1AA", "leeds%00", "%2e%2e", "a" * 3000])
def test_an_unknown_slug_is_not_found(look: Look, slug: str) -> None:
    look(f"/councils/{slug}", 404)
