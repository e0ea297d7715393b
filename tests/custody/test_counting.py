"""Counting days: the arithmetic that is shown, and what no calendar may break."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from custody.counting import Basis, Calendar, Closure, Roll, count, next_open
from custody.days import HolidayRule, Moves, add_business, holidays, is_business_day, named_holidays
from custody.errors import UsageError
from policies.calendars import calendar, calendars

DAYS = some.dates(date(2000, 1, 1), date(2099, 12, 31))
NAMES = some.sampled_from(calendars())
RUNS = settings(max_examples=150, deadline=None, print_blob=True)


def naive(day: date, n: int, days: Calendar) -> date:
    """The slowest way to count: every day by itself."""
    while n:
        day = date.fromordinal(day.toordinal() + 1)
        if day.weekday() < 5 and day not in holidays(day.year, days.rules) and day not in days.closed_days:
            n -= 1
    return day


def test_every_day_is_shown_with_why_it_counts_or_does_not() -> None:
    counted = count(date(2025, 12, 19), 10, Basis.BUSINESS, calendar("wisconsin"), started="received")
    assert counted.end == date(2026, 1, 6) and counted.day_after == date(2026, 1, 7)
    lines = counted.lines()
    assert lines[0] == "Fri 2025-12-19  received, not counted"
    assert lines[1] == "Sat 2025-12-20  weekend" and lines[3] == "Mon 2025-12-22  day 1"
    assert "Thu 2025-12-25  Christmas Day" in lines and "Thu 2026-01-01  New Year's Day" in lines
    assert lines[-1] == "Tue 2026-01-06  day 10" and len(lines) == 19


@RUNS
@given(day=DAYS, n=some.integers(1, 90), name=NAMES)
def test_counting_agrees_with_the_naive_loop_and_never_ends_on_a_closed_day(day: date, n: int, name: str) -> None:
    days = calendar(name)
    counted = count(day, n, Basis.BUSINESS, days)
    assert counted.end == naive(day, n, days) == add_business(day, n, days.rules)
    assert days.is_open(counted.end) and is_business_day(counted.end, days.rules)
    assert [step.n for step in counted.steps if step.n] == list(range(1, n + 1))
    assert [step.day for step in counted.steps] == [day + timedelta(days=i) for i in range(len(counted.steps))]


@RUNS
@given(day=DAYS, later=some.integers(0, 40), n=some.integers(1, 60), name=NAMES)
def test_who_asks_later_is_never_answered_earlier(day: date, later: int, n: int, name: str) -> None:
    first = count(day, n, Basis.BUSINESS, calendar(name)).end
    assert first <= count(day + timedelta(days=later), n, Basis.BUSINESS, calendar(name)).end
    assert first < count(day, n + 1, Basis.BUSINESS, calendar(name)).end


@RUNS
@given(day=DAYS, n=some.integers(1, 40), closed=some.lists(some.integers(1, 60), max_size=6, unique=True))
def test_the_wide_calendar_never_ends_sooner_than_the_strict_one(day: date, n: int, closed: list[int]) -> None:
    closures = tuple(Closure(day=day + timedelta(days=i), name="closed") for i in closed)
    wide, strict = calendar("wisconsin", wide=True, closures=closures), calendar("wisconsin")
    end = count(day, n, Basis.BUSINESS, wide).end
    assert end >= count(day, n, Basis.BUSINESS, strict).end
    assert end == naive(day, n, wide) == add_business(day, n, wide.rules, wide.closed_days)


@RUNS
@given(day=DAYS, n=some.integers(1, 60), name=NAMES)
def test_calendar_days_count_all_and_roll_to_an_open_day(day: date, n: int, name: str) -> None:
    plain = count(day, n, Basis.CALENDAR, calendar(name))
    assert plain.end == day + timedelta(days=n)
    rolled = count(day, n, Basis.CALENDAR, calendar(name), Roll.NEXT_OPEN)
    assert rolled.end == next_open(plain.end, calendar(name)) == rolled.steps[-1].day


@pytest.mark.parametrize(
    ("name", "day", "why"),
    [
        ("wisconsin", date(2026, 1, 15), "January 15"),
        ("wisconsin", date(2023, 1, 16), "January 15 (moved from Sunday, January 15)"),
        ("wisconsin", date(2026, 1, 19), ""),
        ("wisconsin", date(2026, 7, 3), ""),
        ("wisconsin", date(2026, 11, 3), "General election"),
        ("wisconsin", date(2025, 11, 4), ""),
        ("federal", date(2026, 7, 3), "July 4 (moved from Saturday, July 4)"),
        ("federal", date(2021, 12, 31), "New Year's Day (moved from Saturday, January 1)"),
        ("federal", date(2022, 1, 3), ""),
        ("texas", date(2025, 12, 24), "December 24"),
        ("texas", date(2026, 7, 3), ""),
        ("washington", date(2025, 11, 28), "Friday after Thanksgiving"),
        ("california", date(2025, 3, 31), "March 31"),
        ("new_york", date(2025, 11, 4), "General election"),
        ("illinois", date(2025, 11, 4), ""),
        ("illinois", date(2026, 2, 12), "February 12"),
    ],
)
def test_days_in_the_tables(name: str, day: date, why: str) -> None:
    assert calendar(name).why_closed(day) == why


def test_january_15_on_a_saturday_is_not_moved_and_thirteen_holidays_are_known() -> None:
    assert calendar("wisconsin").why_closed(date(2022, 1, 14)) == ""
    assert calendar("wisconsin").why_closed(date(2022, 1, 17)) == ""
    assert len(named_holidays(2026, calendar("wisconsin").rules)) == 13
    assert len(named_holidays(2025, calendar("wisconsin").rules)) == 11


def test_the_ends_of_the_calendar_are_refused_in_words() -> None:
    days = calendar("wisconsin")
    assert days.why_closed(date(9999, 12, 25)) == "Christmas Day" and days.why_closed(date(1, 1, 1)) == "New Year's Day"
    assert count(date(9999, 12, 20), 3, Basis.BUSINESS, days).end == date(9999, 12, 23)
    for basis in Basis:
        with pytest.raises(UsageError, match="year 9999"):
            count(date(9999, 12, 20), 30, basis, days)


def test_the_digest_changes_with_the_table_and_with_nothing_else() -> None:
    strict = calendar("wisconsin")
    assert strict.digest == calendar("wisconsin").digest
    more = Calendar(id="x", title="y", rules=(*strict.rules, HolidayRule(name="z", month=5, day=1, moves=Moves.STAYS)))
    assert more.digest != strict.digest
    assert Calendar(id="other", title="name", rules=strict.rules).digest == strict.digest
