"""Which council is responsible for an area on a day."""

from datetime import date

from app.postcodes.areas import Areas, Succession

BEFORE, AFTER = date(2027, 3, 31), date(2027, 4, 1)
AREAS = Areas.of(
    councils={"E10000099": "borsetshire", "E06000901": "felpersham", "E06000902": "ambridge"},
    districts={"E07000901": "borsetshire", "E07000902": "borsetshire"},
    changes=[
        ("E06000801", "E06000851"),
        ("E06000851", "E06000901"),
        ("E10000801", "E06000901"),
        ("E10000801", "E06000902"),
    ],
    successions=[
        Succession("E10000099", ("east-borsetshire", "west-borsetshire"), AFTER),
        Succession("E07000901", ("east-borsetshire",), AFTER),
        Succession("E07000902", ("east-borsetshire", "west-borsetshire"), AFTER),
    ],
)


def test_the_county_is_responsible_in_a_two_tier_area() -> None:
    assert AREAS.responsible(("E07000901", "E10000099"), BEFORE) == ("borsetshire",)


def test_a_district_alone_leads_to_its_county() -> None:
    assert AREAS.responsible(("E07000901",), BEFORE) == ("borsetshire",)


def test_elsewhere_the_district_is_responsible() -> None:
    assert AREAS.responsible(("E06000901",), BEFORE) == ("felpersham",)


def test_former_codes_are_followed_to_todays() -> None:
    assert AREAS.responsible(("E06000801",), BEFORE) == ("felpersham",)


def test_a_former_code_of_a_divided_area_leads_to_all_its_parts() -> None:
    assert AREAS.responsible(("E10000801",), BEFORE) == ("felpersham", "ambridge")


def test_a_planned_change_takes_effect_on_its_day() -> None:
    assert AREAS.responsible(("E07000901", "E10000099"), AFTER) == ("east-borsetshire",)
    assert AREAS.responsible(("E07000901",), AFTER) == ("east-borsetshire",)


def test_a_district_to_be_divided_leads_to_both_parts() -> None:
    assert AREAS.responsible(("E07000902", "E10000099"), AFTER) == ("east-borsetshire", "west-borsetshire")
    assert AREAS.responsible(("E10000099",), AFTER) == ("east-borsetshire", "west-borsetshire")


def test_an_unknown_code_leads_nowhere() -> None:
    assert AREAS.responsible(("E06009999",), BEFORE) == ()


def test_an_unknown_county_still_lets_the_district_speak() -> None:
    assert AREAS.responsible(("E07000901", "E10009999"), BEFORE) == ("borsetshire",)
