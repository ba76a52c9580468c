"""The briefing: one page for a councillor, its questions the gaps of that council's own record."""

from flask.testing import FlaskClient

from tests.conftest import Look
from tests.facts import ENGLISH


def test_the_questions_are_the_councils_own_gaps(look: Look) -> None:
    page = look("/councils/southwark/briefing")
    asked = [item.text for item in page.select("article ol li")]
    assert len(asked) == 3
    assert asked[0].startswith("Who pays when a carer has to go to court?")
    assert all("We have not seen this yet." in item for item in asked)


def test_a_no_is_told_apart_from_not_found(look: Look) -> None:
    asked = [item.text for item in look("/councils/bexley/briefing").select("article ol li")]
    assert asked[0].endswith("What we read does not cover this.")
    assert all("We have not seen this yet." in item for item in asked[1:])


def test_without_a_policy_the_first_question_is_where_it_is(look: Look) -> None:
    page = look("/councils/blackpool/briefing")
    asked = [item.text for item in page.select("article ol li")]
    assert len(asked) == 6
    assert all("We have not checked this yet." in item for item in asked[1:])
    assert asked[0].startswith("Where can families read Blackpool’s kinship local offer?")
    assert "nobody has searched for us" in page.text


def test_without_a_policy_nobody_is_asked_about_changing_it(look: Look) -> None:
    for slug in ENGLISH:
        page = look(f"/councils/{slug}/briefing")
        assert page.h1 is not None
        if "not found a policy" in page.h1.text or "not checked" in page.h1.text:
            assert "change the policy" not in page.text


def test_it_gives_the_cautions_of_the_councils_page(look: Look) -> None:
    assert (
        "The policy is from before North Yorkshire took over"
        in look("/councils/north-yorkshire/briefing").text
    )
    assert (
        "We are not sure that we read the right page" in look("/councils/barking-and-dagenham/briefing").text
    )


def test_it_gives_the_duty_the_date_and_the_address_as_text_and_qr_code(look: Look) -> None:
    page = look("/councils/leeds/briefing?x=SE12DL")
    assert "section 22H of the Children Act 1989" in page.text
    assert "We last looked on 21 November 2026." in page.text
    assert "https://kinship.example/councils/leeds" in page.text
    assert page.select_one("svg.segno path") is not None
    assert "SE12DL" not in str(page)


def test_only_english_councils_have_one(client: FlaskClient) -> None:
    for slug in ("cardiff", "guildford", "cumbria", "west-surrey", "atlantis"):
        assert client.get(f"/councils/{slug}/briefing").status_code == 404
    answer = client.get("/councils/poole/briefing")
    assert (answer.status_code, answer.location) == (
        301,
        "/councils/bournemouth-christchurch-poole/briefing",
    )
