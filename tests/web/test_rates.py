"""Counting how often an address posts: by a clock that cannot be set back, never without end."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from limits import parse

from app.web import rates
from app.web.rates import OwnCounts, Rates, line_of


def test_forty_at_once_are_all_counted() -> None:
    counts = OwnCounts()
    with ThreadPoolExecutor(40) as visitors:
        told = list(visitors.map(lambda _: counts.incr("192.0.2.1", 60), range(400)))
    assert sorted(told) == list(range(1, 401))


def test_a_clock_set_back_or_forth_changes_no_count() -> None:
    counting = Rates("memory://")
    rate = parse("2 per minute")
    with time_machine.travel("2026-11-21 12:00Z") as clock:
        assert counting.count(rate, "find", "192.0.2.1") == 1
        for moment in ("2025-11-21 12:00Z", "2027-11-21 12:00Z"):
            clock.move_to(moment)
            counting.count(rate, "find", "192.0.2.1")
        assert counting.count(rate, "find", "192.0.2.1") == 4


def test_a_count_ends_after_its_time() -> None:
    counts = OwnCounts()
    assert [counts.incr("192.0.2.1", 1) for _ in range(3)] == [1, 2, 3]
    time.sleep(1.1)
    assert counts.incr("192.0.2.1", 1) == 1


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "ADDRESSES", 10)
    counts = OwnCounts()
    for number in range(1000):
        counts.incr(f"192.0.2.{number}", 60)
    assert sum(len(cache) for cache in counts._counts.values()) == 10


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:DB8:1:2::", "2001:db8:1:2::"),
        ("2001:db8:1:3::", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "192.0.2.1"),
        ("", ""),
        (":odd", ":odd"),
    ],
)
def test_the_addresses_of_one_line_count_together(address: str, counted: str) -> None:
    assert line_of(address) == counted


def test_changing_the_address_within_a_line_escapes_no_rate() -> None:
    counting = Rates("memory://")
    found = [
        counting.exceeded("2 per minute", "find", f"2001:db8::{last:x}") is not None for last in range(4)
    ]
    assert found == [False, False, True, True]
    assert counting.exceeded("2 per minute", "find", "2001:db8:0:1::1") is None
