"""The rule of domain knowledge: answers to band. Every combination of answers is tried where it matters."""

from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest

from app.records.criteria import criteria, keys
from app.records.rating import (
    Band,
    Standing,
    band_of,
    current,
    earliest,
    latest,
    rate,
    searched_in_full,
    settled_band,
    standing_of,
)

TODAY = date(2026, 11, 21)
LAW = ("approach", "money", "wellbeing", "family_time", "education", "housing")
GOOD = ("legal", "contact", "accountable", "involved", "complaints", "current")
ALL = LAW + GOOD


@dataclass
class Seen:
    kind: str
    dated: str = ""
    seen_as: str = "archived copy"


@dataclass
class Done:
    kind: str
    place: str
    checked_on: date = TODAY


def test_the_twelve_questions_are_those_of_the_rubric() -> None:
    assert tuple(each.key for each in criteria()) == ALL
    assert keys("law") == set(LAW)


def all_sets() -> list[set[str]]:
    return [
        {key for key, yes in zip(ALL, bits, strict=True) if yes} for bits in product((0, 1), repeat=len(ALL))
    ]


def test_the_settled_band_of_every_combination_of_yes_answers() -> None:
    for yes in all_sets():
        supportive = (
            len(yes) >= 9
            and {"approach", "money", "contact", "current"} <= yes
            and sum(key in yes for key in LAW) >= 5
        )
        partly = len(yes) >= 5 and ("approach" in yes or "money" in yes)
        expected = Band.SUPPORTIVE if supportive else Band.PARTLY if partly else Band.UNHELPFUL
        assert settled_band(yes, Standing.OFFER) is expected
        capped = Band.PARTLY if expected is Band.SUPPORTIVE else expected
        assert settled_band(yes, Standing.MANUAL) is capped


def test_what_is_not_seen_never_counts_against_a_council() -> None:
    """Whatever the unseen turn out to be, the band published now is not contradicted."""
    order = [Band.UNHELPFUL, Band.PARTLY, Band.SUPPORTIVE]
    for answers in product(("yes", "no", None), repeat=6):
        known = dict.fromkeys(ALL, "yes") | dict(zip(("approach", "money", *GOOD[:4]), answers, strict=True))
        band = band_of(Standing.OFFER, known)
        unseen = [key for key in ALL if known[key] is None]
        finals = set()
        for turn_out in product(("yes", "no"), repeat=len(unseen)):
            final = known | dict(zip(unseen, turn_out, strict=True))
            finals.add(settled_band({key for key in ALL if final[key] == "yes"}, Standing.OFFER))
        if band in order:
            assert finals == {band}
        elif band is Band.AT_LEAST_PARTLY:
            assert Band.UNHELPFUL not in finals
            assert len(finals) > 1
        else:
            assert band is Band.STILL_CHECKING
            assert {Band.UNHELPFUL} < finals


@pytest.mark.parametrize(
    ("yes", "no", "band"),
    [
        (ALL, (), Band.SUPPORTIVE),
        (ALL[:10], ALL[10:], Band.PARTLY),  # ten yes, but not current
        (("approach", "wellbeing", "education", "legal", "contact"), (), Band.AT_LEAST_PARTLY),
        (("approach",), (), Band.STILL_CHECKING),
        ((), (), Band.STILL_CHECKING),
        ((), ALL, Band.UNHELPFUL),
        ((), ("approach", "money"), Band.UNHELPFUL),  # enough proof: neither can become a yes
        (("wellbeing",), ALL[:2], Band.UNHELPFUL),
    ],
)
def test_published_bands(yes: tuple[str, ...], no: tuple[str, ...], band: Band) -> None:
    answers = dict.fromkeys(ALL) | dict.fromkeys(no, "no") | dict.fromkeys(yes, "yes")
    assert band_of(Standing.POLICY, answers) is band


def test_a_manual_with_five_yes_answers_is_settled() -> None:
    answers = dict.fromkeys(ALL) | dict.fromkeys(ALL[:5], "yes")
    assert band_of(Standing.MANUAL, answers) is Band.PARTLY
    assert band_of(Standing.COPY, answers) is Band.AT_LEAST_PARTLY


@pytest.mark.parametrize(
    ("kinds", "standing"),
    [
        ({"web_page", "procedures_manual", "local_offer", "policy"}, Standing.OFFER),
        ({"procedures_manual", "policy"}, Standing.POLICY),
        ({"procedures_manual", "third_party_copy"}, Standing.MANUAL),
        ({"third_party_copy", "web_page"}, Standing.COPY),
        ({"web_page"}, Standing.INFORMATION),
        ({"leaflet"}, Standing.INFORMATION),
        ({"committee_report"}, Standing.INFORMATION),
        ({"special_guardianship"}, Standing.INFORMATION),
        (set(), Standing.NOT_CHECKED),
    ],
)
def test_which_documents_count_as_a_policy(kinds: set[str], standing: Standing) -> None:
    assert standing_of(kinds, []) is standing


def test_no_policy_found_needs_two_searches_and_a_person() -> None:
    site, web, person = (
        Done("search", "the council’s site"),
        Done("search", "the web"),
        Done("person", "both"),
    )
    assert searched_in_full([site, web, person])
    assert not searched_in_full([site, web])
    assert not searched_in_full([site, site, person])
    assert not searched_in_full([person])
    assert rate([], {}, [site, web, person], TODAY).band is Band.NONE_FOUND
    assert rate([], {}, [site, web], TODAY).band is Band.NOT_CHECKED
    assert rate([Seen("policy")], {}, [site, web, person], TODAY).standing is Standing.POLICY


@pytest.mark.parametrize(
    ("documents", "answer"),
    [
        ([Seen("policy", "2024-10")], "yes"),
        ([Seen("policy", "2021-11-21")], "yes"),
        ([Seen("policy", "2021-11-20", "live page")], "no"),
        ([Seen("policy", "2021-11-20")], None),  # an archived copy: a newer version may exist
        ([Seen("policy", "2021", "live page")], None),  # 2021 may be either side of five years ago
        ([Seen("policy", "2020", "live page")], "no"),
        ([Seen("policy", "")], None),
        ([Seen("web_page", "2026-01")], None),  # not a policy
        ([Seen("policy", "2012", "live page"), Seen("procedures_manual", "2024")], "yes"),
        ([Seen("policy", "2012", "live page"), Seen("policy", "", "live page")], None),
        ([], None),
    ],
)
def test_up_to_date_follows_from_the_documents_dates(documents: list[Seen], answer: str | None) -> None:
    assert current(documents, TODAY) == answer


def test_a_policy_ages() -> None:
    documents = [Seen("policy", "2024-10-11", "live page")]
    assert current(documents, date(2029, 10, 11)) == "yes"
    assert current(documents, date(2029, 10, 12)) == "no"
    assert current([Seen("policy", "2019-03-01")], date(2024, 2, 29)) == "yes"


@pytest.mark.parametrize(
    ("dated", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024-10-11", date(2024, 10, 11), date(2024, 10, 11)),
    ],
)
def test_what_a_partial_date_can_mean(dated: str, first: date, last: date) -> None:
    assert (earliest(dated), latest(dated)) == (first, last)


def test_an_answer_to_current_in_the_rows_is_not_believed() -> None:
    assert rate([Seen("policy")], {"current": "yes"}, [], TODAY).answers["current"] is None
