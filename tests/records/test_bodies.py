"""Which body a slug stands for, before and after a reorganisation, on invented and on shipped facts."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.records.bodies import (
    Current,
    Former,
    Future,
    NotResponsible,
    body_of,
    english_councils,
    read_areas,
)
from app.records.load import load
from app.settings import DATA
from tests.records import borsetshire

BEFORE, AFTER = date(2027, 3, 31), date(2027, 4, 1)


@pytest.fixture
def invented(engine: Engine, tmp_path: Path) -> Session:
    load(engine, borsetshire.write(tmp_path / "data"), "tests", date(2026, 11, 21))
    return Session(engine)


@pytest.fixture
def shipped(engine: Engine) -> Session:
    load(engine, DATA, "tests", date(2026, 11, 21))
    return Session(engine)


def test_a_planned_change_is_announced_and_then_happens_by_its_date(invented: Session) -> None:
    county = body_of(invented, "borsetshire", BEFORE)
    assert isinstance(county, Current)
    assert county.change is not None
    assert [council.slug for council in county.successors] == ["east-borsetshire"]
    new = body_of(invented, "east-borsetshire", BEFORE)
    assert isinstance(new, Future)
    assert [council.slug for council in new.before] == ["borsetshire"]

    gone = body_of(invented, "borsetshire", AFTER)
    assert isinstance(gone, Former)
    assert [council.slug for council in gone.successors] == ["east-borsetshire"]
    new = body_of(invented, "east-borsetshire", AFTER)
    assert isinstance(new, Current)
    assert [change.old_slug for change in new.before] == ["borsetshire"]


def test_the_list_of_councils_changes_on_the_day(invented: Session) -> None:
    assert [council.slug for council in english_councils(invented, BEFORE)] == ["borsetshire", "felpersham"]
    assert [council.slug for council in english_councils(invented, AFTER)] == [
        "east-borsetshire",
        "felpersham",
    ]


def test_a_district_names_its_county(invented: Session) -> None:
    district = body_of(invented, "ambridge", BEFORE)
    assert isinstance(district, NotResponsible)
    assert [council.slug for council in district.councils] == ["borsetshire"]


def test_nothing_ever_had_this_slug(invented: Session) -> None:
    assert body_of(invented, "barsetshire", BEFORE) is None


def test_surrey_divides_on_1_april_2027(shipped: Session) -> None:
    assert len(english_councils(shipped, BEFORE)) == 153
    assert len(english_councils(shipped, AFTER)) == 154
    areas = read_areas(shipped)
    guildford = ("E07000209", "E10000030")
    assert areas.responsible(guildford, BEFORE) == ("surrey",)
    assert areas.responsible(guildford, AFTER) == ("west-surrey",)
    assert areas.responsible(("E10000030",), AFTER) == ("east-surrey", "west-surrey")
    surrey = body_of(shipped, "surrey", AFTER)
    assert isinstance(surrey, Former)
    assert len(surrey.successors) == 2


def test_a_change_only_under_consideration_never_happens_by_itself(shipped: Session) -> None:
    kent = body_of(shipped, "kent", date(2030, 1, 1))
    assert isinstance(kent, Current)
    assert kent.change is not None
    assert kent.successors == ()


def test_a_slug_that_lives_on_is_todays_council(shipped: Session) -> None:
    for slug in ("dorset", "cornwall", "north-yorkshire", "somerset", "buckinghamshire"):
        assert isinstance(body_of(shipped, slug, BEFORE), Current)


def test_a_former_district_leads_to_todays_council_through_its_successor_district(shipped: Session) -> None:
    forest_heath = body_of(shipped, "forest-heath", BEFORE)  # became West Suffolk, a district of Suffolk
    assert isinstance(forest_heath, Former)
    assert [council.slug for council in forest_heath.successors] == ["suffolk"]


@pytest.mark.parametrize(
    ("codes", "slug"),
    [
        (("E07000026", "E10000006"), "cumberland"),  # Allerdale in Cumbria, both gone
        (("E07000026",), "cumberland"),
        (("E08000016",), "barnsley"),  # its code until 2025
        (("E08000038",), "barnsley"),
        (("E06000048",), "northumberland"),  # its code until 2013
        (("E07000201", "E10000029"), "suffolk"),
        (("E07000201",), "suffolk"),
        (("S12000015",), "fife"),
    ],
)
def test_real_codes_old_and_new(shipped: Session, codes: tuple[str, ...], slug: str) -> None:
    assert read_areas(shipped).responsible(codes, BEFORE) == (slug,)


def test_every_code_in_the_tables_leads_to_a_council(shipped: Session) -> None:
    areas = read_areas(shipped)
    for code in (*areas.councils, *areas.districts, *areas.former, *areas.successions):
        if not code.startswith(("N", "95")):
            assert areas.responsible((code,), BEFORE), code
